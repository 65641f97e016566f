import type { Usage } from '../contract/usage.ts'
import { asCount, asObject } from './json.ts'
import type { JsonObject } from './json.ts'
import { rest, withoutZeros } from './read-usage.ts'

/**
 * Reads the `usage` object of the OpenAI family; null where it holds no count. Both generations of names are read:
 * `prompt_tokens`/`completion_tokens` (chat, completions, embeddings) and `input_tokens`/`output_tokens` (responses,
 * images, audio). The totals contain what the details count: cached, written to the cache, audio, image tokens.
 * DeepSeek tells cached tokens as `prompt_cache_hit_tokens`; xAI counts reasoning beside the completion, not in it.
 * Sources: https://platform.openai.com/docs/api-reference/chat/object,
 * https://api-docs.deepseek.com/guides/kv_cache (checked 2026-11-22), https://docs.x.ai/docs/guides/reasoning
 * (checked 2026-11-26).
 */
export function readOpenAiUsage(value: unknown): Usage | null {
  const usage = asObject(value)
  if (!usage) return null
  const promptTokens = asCount(usage['prompt_tokens']) ?? asCount(usage['input_tokens'])
  const completionTokens = asCount(usage['completion_tokens']) ?? asCount(usage['output_tokens'])
  if (promptTokens === null && completionTokens === null) return null

  const input = details(usage, ['prompt_tokens_details', 'input_tokens_details', 'input_token_details'])
  const output = details(usage, ['completion_tokens_details', 'output_tokens_details', 'output_token_details'])
  const cacheRead = input('cached_tokens') || (asCount(usage['prompt_cache_hit_tokens']) ?? 0)
  const cacheWrite5m = input('cache_write_tokens')
  const inputAudio = input('audio_tokens')
  const inputImage = input('image_tokens')
  const outputAudio = output('audio_tokens')
  const reasoning = output('reasoning_tokens')
  const outputImage = output('image_tokens')
  return withoutZeros({
    input: rest(promptTokens ?? 0, cacheRead, cacheWrite5m, inputAudio, inputImage),
    cacheRead,
    cacheWrite5m,
    inputAudio,
    inputImage,
    output: rest(
      (completionTokens ?? 0) + beside(usage, [promptTokens, completionTokens], reasoning),
      outputAudio,
      outputImage,
    ),
    reasoning,
    outputAudio,
    outputImage,
  })
}

/** The reasoning that the total counts beside prompt and completion; 0 where it is part of the completion. */
function beside(usage: JsonObject, counted: readonly (number | null)[], reasoning: number): number {
  const total = counted.reduce<number>((sum, count) => sum + (count ?? 0), reasoning)
  return reasoning > 0 && usage['total_tokens'] === total ? reasoning : 0
}

function details(usage: JsonObject, names: readonly string[]): (member: string) => number {
  const fields = names.map((name) => asObject(usage[name])).find((found) => found !== null)
  return (member) => asCount(fields?.[member]) ?? 0
}
