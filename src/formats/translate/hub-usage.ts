import { tokensIn, tokensOut } from '../../contract/usage.ts'
import type { Usage } from '../../contract/usage.ts'
import type { JsonObject } from '../json.ts'

/** A usage as OpenAI tells it: its totals contain what the details count. */
export function toHubUsage(usage: Usage): JsonObject {
  const prompt = tokensIn(usage)
  const completion = tokensOut(usage)
  const written = (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0)
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: (usage.cacheRead ?? 0) + (usage.cacheReadAudio ?? 0),
      audio_tokens: (usage.inputAudio ?? 0) + (usage.cacheReadAudio ?? 0),
      ...(written > 0 && { cache_write_tokens: written }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning ?? 0,
      audio_tokens: usage.outputAudio ?? 0,
    },
  }
}
