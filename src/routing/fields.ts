import type { RouteInput } from './routing.ts'

/** A place in a request, as `metadata.plan`, `body.messages.role` or `headers.x-team` name it. */
export interface Field {
  /** Whether one of the values that stand there passes the test; false where there is none. */
  some(input: RouteInput, test: (value: unknown) => boolean): boolean
  /** A value as it is compared with this operand: headers are texts, and may mean numbers or true and false. */
  asTypeOf(operand: unknown, value: unknown): unknown
}

/** Null where the text names no place. */
export function compileField(text: string): Field | null {
  const dot = text.indexOf('.')
  if (dot === -1 || dot === text.length - 1) return null
  const name = text.slice(dot + 1)
  switch (text.slice(0, dot)) {
    case 'metadata':
      return {
        // It is flat: a dot in a name is a dot.
        some: ({ metadata }, test) => metadata !== null && Object.hasOwn(metadata, name) && test(metadata[name]),
        asTypeOf: asItIs,
      }
    case 'headers': {
      const lower = name.toLowerCase()
      return {
        some({ header }, test) {
          const value = header(lower)
          return value !== null && test(value)
        },
        asTypeOf: readAs,
      }
    }
    case 'body': {
      const steps = name.split('.')
      return { some: ({ body }, test) => someAt(body, steps, 0, test), asTypeOf: asItIs }
    }
    default:
      return null
  }
}

/** The first value of a field that can be a key, as a text; null where there is none. */
export function textOf(field: Field, input: RouteInput): string | null {
  let text: string | null = null
  field.some(input, (value) => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return false
    text = String(value)
    return true
  })
  return text
}

function asItIs(_operand: unknown, value: unknown): unknown {
  return value
}

function readAs(operand: unknown, value: unknown): unknown {
  if (typeof value !== 'string' || typeof operand === 'string') return value
  const text = value.trim()
  if (typeof operand === 'number') return text === '' ? value : Number(text)
  return text === 'true' ? true : text === 'false' ? false : value
}

/** In a list each entry is looked at, or the one whose number is named. */
function someAt(value: unknown, steps: readonly string[], at: number, test: (value: unknown) => boolean): boolean {
  const step = steps[at]
  if (step === undefined) return test(value) || (Array.isArray(value) && value.some(test))
  if (typeof value !== 'object' || value === null) return false
  if (!Array.isArray(value)) {
    // The check above leaves an object.
    return Object.hasOwn(value, step) && someAt((value as Record<string, unknown>)[step], steps, at + 1, test)
  }
  if (/^\d{1,9}$/.test(step) && Number(step) < value.length) return someAt(value[Number(step)], steps, at + 1, test)
  return value.some((entry) => !Array.isArray(entry) && someAt(entry, steps, at, test))
}
