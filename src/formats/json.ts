export type JsonObject = Record<string, unknown>

/** The value if it is a JSON object (not an array, not null), else null. */
export function asObject(value: unknown): JsonObject | null {
  // The check above the cast is all that JSON.parse leaves open.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
}

/** The value if it is an array, else an empty one. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The value if it is a string that is not empty, else null. */
export function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** The value if it can be a count (a whole number of 0 or more, exact in a double), else null. */
export function asCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** The JSON object that the text is; null for any other text. */
export function parseObject(text: string): JsonObject | null {
  try {
    return asObject(JSON.parse(text))
  } catch {
    // Not JSON is an expected answer here, not a failure.
    return null
  }
}

/**
 * Sets a member that came from outside. `__proto__` is left out: assigned, it would not become a member but replace
 * the object's prototype.
 */
export function setMember(target: JsonObject, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value
}
