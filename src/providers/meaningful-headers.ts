/** Request headers that change what a provider answers, of all providers, beside the credential. In lower case. */
const names: ReadonlySet<string> = new Set([
  'accept',
  'cartesia-version',
  'content-encoding',
  'content-type',
  'parallel-beta',
  'prefer',
])
const prefixes = ['anthropic-', 'openai-', 'x-amzn-bedrock-', 'x-fal-', 'x-goog-', 'x-hf-']

/** Whether requests that differ in this header (in lower case) may be answered differently. */
export function isMeaningfulHeader(name: string): boolean {
  if (names.has(name)) return true
  for (const prefix of prefixes) if (name.startsWith(prefix)) return true
  return false
}
