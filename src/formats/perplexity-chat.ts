import type { Usage } from '../contract/usage.ts'
import type { AnswerFacts, Format } from './format.ts'
import { asCount, asObject } from './json.ts'
import type { JsonObject } from './json.ts'
import {
  createChoicesReader,
  finishChoice,
  isOpeningChunk,
  readOpenAiAnswer,
  readOpenAiRequest,
} from './openai-chat.ts'
import { openAiErrorEvent } from './openai-error-event.ts'

/**
 * Perplexity's chat completions: OpenAI's, with what its searches used and cost. Reasoning is told beside the
 * completion's tokens, not in them. Every chunk of a stream carries the usage so far; a stream may end without `[DONE]`.
 * Sources: https://docs.perplexity.ai/api-reference/chat-completions-post,
 * https://docs.perplexity.ai/getting-started/pricing (checked 2026-11-26).
 */
export const perplexityChat: Format = {
  name: 'perplexity-chat',
  modelType: 'chat',
  pricing: 'priced',
  readRequest: readOpenAiRequest,
  readAnswer,
  createStreamReader() {
    const reader = createChoicesReader('chat.completion', finishChoice)
    const message = (): JsonObject | null => asObject(reader.message())
    return {
      event: reader.event,
      message,
      facts: () => ({ ...readAnswer(message()), error: reader.facts().error }),
      get endIsComplete() {
        return reader.endIsComplete
      },
    }
  },
  isOpening: isOpeningChunk,
  errorEvent: openAiErrorEvent,
}

function readAnswer(body: unknown): AnswerFacts {
  const facts = readOpenAiAnswer(body)
  const usage = asObject(asObject(body)?.['usage'])
  return { ...facts, usage: facts.usage && usage ? withSearches(facts.usage, usage) : facts.usage }
}

function withSearches(known: Usage, usage: JsonObject): Usage {
  const reasoning = asCount(usage['reasoning_tokens']) ?? 0
  const citations = asCount(usage['citation_tokens']) ?? 0
  const searches = asCount(usage['num_search_queries']) ?? 0
  const cost = asObject(usage['cost'])
  const fee = nanoUsd(cost?.['request_cost'])
  // Where the call has a fee, its searches are paid by it, unless they are told apart.
  const areSearchesPaid = fee !== null && cost?.['search_queries_cost'] === undefined
  return {
    ...known,
    ...(reasoning > 0 && { output: (known.output ?? 0) + reasoning, reasoning }),
    ...(citations > 0 && { citations }),
    ...(searches > 0 && !areSearchesPaid && { searches }),
    ...(fee !== null && { requestFeeNanoUsd: fee }),
  }
}

/** USD as 1e-9 USD. */
function nanoUsd(usd: unknown): number | null {
  return typeof usd === 'number' ? asCount(Math.round(usd * 1e9)) : null
}
