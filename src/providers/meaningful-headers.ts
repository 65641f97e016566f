/** Request headers that change what a provider answers, of all providers, beside the credential. In lower case. */
const names: ReadonlySet<string> = new Set(['accept', 'content-encoding', 'content-type'])

/** Whether requests that differ in this header (in lower case) may be answered differently. */
export function isMeaningfulHeader(name: string): boolean {
  return names.has(name) || name.startsWith('anthropic-') || name.startsWith('openai-') || name.startsWith('x-goog-')
}
