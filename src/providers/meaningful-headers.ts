/** Request headers that change what a provider answers, of all providers, beside the credential. In lower case. */
const names: ReadonlySet<string> = new Set(['accept', 'content-encoding', 'content-type'])
const prefixes = ['anthropic-', 'openai-', 'x-goog-'] as const

/** Whether requests that differ in this header (in lower case) may be answered differently. */
export function isMeaningfulHeader(name: string): boolean {
  return names.has(name) || prefixes.some((prefix) => name.startsWith(prefix))
}
