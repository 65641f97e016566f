import { type JournalEntry, LLMock } from '@copilotkit/aimock'

/** What every answer reports, in whichever words its format has for it. */
export const aimockUsage = { input: 11, output: 7 }
export const aimockText = 'Hello from the other side.'

export interface Aimock {
  /**
   * `http://127.0.0.1:{port}`. OpenAI is at `/v1` (chat completions, responses, embeddings), Anthropic at
   * `/v1/messages`, Gemini at `/v1beta` only (give `@google/genai` `httpOptions: { apiVersion: 'v1beta' }`).
   */
  url: string
  /** What came in so far, oldest first. */
  requests(): readonly JournalEntry[]
  close(): Promise<void>
}

/**
 * Starts a provider written by others, so that what Tollgate believes of the formats is not only tested against what
 * Tollgate believes. Every chat gets `aimockText` with `aimockUsage`, streamed if asked; a prompt with the word
 * `weather` gets a tool call, one with `refuse` a 400 of the provider.
 *
 * It reports no usage for embeddings, and does not speak Workers AI's own `ai/run` path (fault/answers.ts does), and
 * writes its own headers and framing: what must be exact to the byte belongs to the fault server.
 */
export async function startAimock(): Promise<Aimock> {
  const { input, output } = aimockUsage
  const usage = {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    input_tokens: input,
    output_tokens: output,
    promptTokenCount: input,
    candidatesTokenCount: output,
    totalTokenCount: input + output,
  }
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' })
  mock.onMessage(/refuse/, { error: { message: 'I was told to refuse.', type: 'invalid_request_error' }, status: 400 })
  mock.onMessage(/weather/, { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Paris"}' }], usage })
  mock.onMessage(/.*/, { content: aimockText, usage })
  mock.onEmbedding(/.*/, { embedding: [0.25, 0.5, 0.75] })
  const url = await mock.start()
  return { url, requests: () => mock.getRequests(), close: () => mock.stop() }
}
