/** Whether a gateway's bodies are searched, so that their words are kept. */
export function isTextSearched(settings: Record<string, unknown>): boolean {
  return settings['log_text_search'] === true
}
