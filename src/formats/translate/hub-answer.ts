import type { Usage } from '../../contract/usage.ts'
import type { JsonObject } from '../json.ts'
import { toHubUsage } from './hub-usage.ts'
import type { Asked } from './translator.ts'

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'

/** One choice in the making: what a provider's message says, in OpenAI's words. */
export interface HubMessage {
  content: string
  refusal: string | null
  calls: JsonObject[]
  /** The model's thoughts in words, as DeepSeek and others tell them: `reasoning_content`. */
  reasoning: string
  /** Thoughts as their provider wants them back, signed: `thinking_blocks`. */
  thinking: JsonObject[]
  annotations: JsonObject[]
  images: JsonObject[]
}

export function emptyMessage(): HubMessage {
  return { content: '', refusal: null, calls: [], reasoning: '', thinking: [], annotations: [], images: [] }
}

/** A function call as an answer has it. `extra` are members beside OpenAI's. */
export function hubCall(id: string, name: string, written: string, extra: JsonObject = {}): JsonObject {
  return { id, type: 'function', function: { name, arguments: written }, ...extra }
}

/** A part of the content that is somebody else's, by its place in the content. */
export function urlCitation(start: number, end: number, url: string, title: string): JsonObject {
  return { type: 'url_citation', url_citation: { start_index: start, end_index: end, url, title } }
}

export function hubChoice(
  index: number,
  message: HubMessage,
  finish: FinishReason,
  logprobs: unknown = null,
): JsonObject {
  const { content, refusal, calls, reasoning, thinking, annotations, images } = message
  return {
    index,
    message: {
      role: 'assistant',
      content: content === '' && (calls.length > 0 || refusal !== null || images.length > 0) ? null : content,
      refusal,
      ...(reasoning !== '' && { reasoning_content: reasoning }),
      ...(thinking.length > 0 && { thinking_blocks: thinking }),
      annotations,
      ...(images.length > 0 && { images }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    logprobs,
    finish_reason: finish,
  }
}

export function hubAnswer(
  asked: Asked,
  told: { id: string | null; model: string | null; usage: Usage | null },
  choices: JsonObject[],
): JsonObject {
  return {
    id: told.id ?? asked.id,
    object: 'chat.completion',
    created: asked.createdSeconds,
    model: told.model ?? asked.model,
    choices,
    ...(told.usage && { usage: toHubUsage(told.usage) }),
  }
}
