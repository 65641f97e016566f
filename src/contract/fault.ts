/** Something that is wrong in an input: where, and what. */
export interface Fault {
  path: (string | number)[]
  message: string
}

/** Hands faults to a zod schema, from within its `superRefine`. */
export function reportFaults(
  faults: readonly Fault[],
  context: { addIssue(issue: { code: 'custom'; path: PropertyKey[]; message: string }): void },
): void {
  for (const { path, message } of faults) context.addIssue({ code: 'custom', path, message })
}
