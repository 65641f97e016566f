import { z } from 'zod'

const anything = z.unknown().optional()

/** Members that only the server writes, for the body of a change: a client that sends back what it read is not told off. */
export function readOnlyShape<const Name extends string>(names: readonly Name[]): Record<Name, typeof anything> {
  // One for each name.
  return Object.fromEntries(names.map((name) => [name, anything])) as Record<Name, typeof anything>
}

/** A body without them. */
export function withoutReadOnly<Body extends object, const Name extends string>(
  body: Body,
  names: readonly Name[],
): Omit<Body, Name> {
  const isWritable = ([name]: [string, unknown]): boolean => !names.some((readOnly) => readOnly === name)
  // What is left has the types that it had.
  return Object.fromEntries(Object.entries(body).filter(isWritable)) as Omit<Body, Name>
}
