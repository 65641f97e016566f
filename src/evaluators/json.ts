/** The JSON of an answer; one in a fence of Markdown counts, for models like to put it there. Undefined: it is none. */
export function parseAnswer(output: string): unknown {
  const text = output.trim()
  const fenced = text.startsWith('```') && text.endsWith('```') ? text.slice(text.indexOf('\n'), -3) : text
  try {
    return JSON.parse(fenced) as unknown
  } catch {
    // Undefined says it: no JSON is that.
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
