import { readCohereUsage } from './cohere-usage.ts'
import { errorMessage } from './error-message.ts'
import type { AnswerFacts, Format, StreamReader } from './format.ts'
import { asCount, asList, asObject, asText, parseObject } from './json.ts'
import type { JsonObject } from './json.ts'
import { mergeDelta } from './merge-delta.ts'
import { readOpenAiRequest } from './openai-chat.ts'

/**
 * Cohere's chat, v1 and v2. v2 streams server-sent events with a `type`, which end with `message-end`; v1 streams lines
 * of JSON with an `event_type`, of which the last, `stream-end`, holds the whole answer. Answers do not name the model.
 * Sources: https://docs.cohere.com/reference/chat-stream, https://docs.cohere.com/v1/reference/chat-stream
 * (checked 2026-11-26).
 */
export const cohereChat: Format = {
  name: 'cohere-chat',
  modelType: 'chat',
  pricing: 'priced',
  readRequest: readOpenAiRequest,
  readAnswer,
  createStreamReader,
}

/** Source: https://docs.cohere.com/reference/embed (checked 2026-11-26). */
export const cohereEmbed: Format = {
  name: 'cohere-embed',
  modelType: 'embedding',
  pricing: 'priced',
  readRequest: readOpenAiRequest,
  readAnswer,
  createStreamReader: null,
}

/** Source: https://docs.cohere.com/reference/rerank (checked 2026-11-26). */
export const cohereRerank: Format = {
  name: 'cohere-rerank',
  modelType: null,
  pricing: 'priced',
  readRequest: readOpenAiRequest,
  readAnswer,
  createStreamReader: null,
}

/** `message` is a text only in errors; in v2's answers it is the message. */
function readAnswer(body: unknown): AnswerFacts {
  return { model: null, usage: readCohereUsage(body), error: errorMessage(body) }
}

/** An answer has a handful of blocks; a bound keeps a broken provider from filling memory. */
const mostEntries = 1024

function createStreamReader(): StreamReader {
  let answer: JsonObject | null = null
  let error: string | null = null

  return {
    endIsComplete: false,
    event(_name, data) {
      const event = parseObject(data)
      if (!event) return 'more'
      if (event['event_type'] !== undefined) return takeV1(event)
      error ??= errorMessage(event['type'] === undefined ? event : asObject(event['delta']))
      const type = asText(event['type'])
      if (type === null) return 'more'
      answer ??= {}
      const delta = asObject(event['delta'])
      if (type !== 'message-end') {
        takeDelta(answer, event, delta)
        return 'more'
      }
      answer = { ...answer, finish_reason: delta?.['finish_reason'] ?? null, usage: delta?.['usage'] ?? null }
      return 'terminal'
    },
    facts: () => ({ ...readAnswer(answer), error }),
    message: () => answer,
  }

  function takeV1(event: JsonObject): 'more' | 'terminal' {
    if (event['event_type'] === 'text-generation' && typeof event['text'] === 'string') {
      answer = { ...answer, text: `${asText(answer?.['text']) ?? ''}${event['text']}` }
    }
    if (event['event_type'] !== 'stream-end') return 'more'
    const reason = asText(event['finish_reason'])
    if (reason?.startsWith('ERROR')) error = `The provider ended the stream with ${reason}`
    answer = asObject(event['response']) ?? answer
    return 'terminal'
  }
}

function takeDelta(answer: JsonObject, event: JsonObject, delta: JsonObject | null): void {
  if (event['type'] === 'message-start' && typeof event['id'] === 'string') answer['id'] = event['id']
  const piece = asObject(delta?.['message'])
  if (!piece) return
  const message = asObject(answer['message']) ?? {}
  answer['message'] = message
  const { content, tool_calls: toolCalls, citations, ...others } = piece
  mergeDelta(message, others)
  const index = asCount(event['index'])
  for (const [name, entry] of [
    ['content', content],
    ['tool_calls', toolCalls],
    ['citations', citations],
  ] as const) {
    const fields = asObject(entry)
    if (fields && index !== null && index < mostEntries) mergeDelta(entryOf(message, name, index), fields)
  }
}

function entryOf(message: JsonObject, name: string, index: number): JsonObject {
  const list = [...asList(message[name])]
  while (list.length < index) list.push({})
  const entry = asObject(list[index]) ?? {}
  list[index] = entry
  message[name] = list
  return entry
}
