import type { StreamFailure } from './format.ts'

/** The error that OpenAI's clients throw when it comes as the data of an event. */
export function openAiError({ message, number }: StreamFailure): Record<string, unknown> {
  return { message, type: 'upstream_error', param: null, code: String(number) }
}

/** Ends a stream of OpenAI's family: the data of chat chunks, of completions, of everything that is like them. */
export function openAiErrorEvent(failure: StreamFailure): string {
  return `data: ${JSON.stringify({ error: openAiError(failure) })}\n\n`
}
