import { errorMessage } from './error-message.ts'
import type { AnswerFacts, Format, FormatRequest, RequestFacts, StreamReader } from './format.ts'
import { asCount, asObject, asText, parseObject, setMember } from './json.ts'
import type { JsonObject } from './json.ts'
import { entryAt, mergeDelta } from './merge-delta.ts'
import { openAiErrorEvent } from './openai-error-event.ts'
import { readOpenAiUsage } from './openai-usage.ts'

/**
 * OpenAI's chat completions, as spoken by many providers; Groq tells usage also as `x_groq.usage`, OpenRouter errors
 * in the middle of a stream. Source: https://platform.openai.com/docs/api-reference/chat (checked 2026-11-22).
 */
export const openaiChat: Format = {
  name: 'openai-chat',
  modelType: 'chat',
  pricing: 'priced',
  readRequest: readOpenAiRequest,
  readAnswer: readOpenAiAnswer,
  createStreamReader: () => createChoicesReader('chat.completion', finishChoice),
  isOpening: isOpeningChunk,
  errorEvent: openAiErrorEvent,
}

/** Model and `stream` where the OpenAI family has them: at the top level of the body. */
export function readOpenAiRequest({ fields }: FormatRequest): RequestFacts {
  return { model: asText(fields.model), isStream: fields.stream === true }
}

/** Model, usage and error where the OpenAI family has them: at the top level of the answer. */
export function readOpenAiAnswer(body: unknown): AnswerFacts {
  const answer = asObject(body)
  return {
    model: asText(answer?.['model']),
    usage: readOpenAiUsage(answer?.['usage'] ?? asObject(answer?.['x_groq'])?.['usage']),
    error: errorMessage(answer),
  }
}

/**
 * A reader for streams whose chunks hold `choices` and end with `[DONE]`. `object` is what the plain answer is called,
 * `finishChoice` makes a plain choice of one whose chunks were merged.
 */
export function createChoicesReader(object: string, finishChoice: (choice: JsonObject) => JsonObject): StreamReader {
  let message: JsonObject | null = null
  const choices: JsonObject[] = []

  return {
    decisive: /\[DONE\]|"(?:usage|error)":\s*[{"]/,
    // Some end without `[DONE]`.
    get endIsComplete() {
      return choices.length > 0 && choices.every((choice) => asText(choice?.['finish_reason']) !== null)
    },
    event(_name, data) {
      if (data === '[DONE]') return 'terminal'
      const chunk = parseObject(data)
      if (!chunk) return 'more'
      message ??= {}
      copyTopLevel(message, chunk)
      if (!Array.isArray(chunk['choices'])) return 'more'
      for (const choice of chunk['choices']) mergeChoice(choices, asObject(choice))
      return chunk['choices'].length === 0 && asObject(chunk['usage']) ? 'usage-only' : 'more'
    },
    facts: () => readOpenAiAnswer(message),
    message: () => message && { ...message, object, choices: choices.toSorted(byIndex).map(finishChoice) },
  }
}

/** Whether a chunk has nothing in its choices yet but a role and empty texts; one without choices is a sign of life. */
export function isOpeningChunk(data: string): boolean {
  const chunk = parseObject(data)
  if (!Array.isArray(chunk?.['choices']) || asObject(chunk['usage'])) return false
  return chunk['choices'].every((choice) => {
    const { delta, text, finish_reason: reason } = asObject(choice) ?? {}
    const pieces = Object.entries(asObject(delta) ?? {}).filter(([name]) => name !== 'role')
    return !reason && !text && pieces.every(([, piece]) => piece === null || piece === '')
  })
}

function byIndex(a: JsonObject, b: JsonObject): number {
  return (asCount(a['index']) ?? 0) - (asCount(b['index']) ?? 0)
}

/** The last value of each member stands, but a null never hides what an earlier chunk told. */
function copyTopLevel(message: JsonObject, chunk: JsonObject): void {
  for (const key in chunk) {
    const value = chunk[key]
    if (key !== 'choices' && (value !== null || message[key] === undefined)) setMember(message, key, value)
  }
}

function mergeChoice(choices: JsonObject[], choice: JsonObject | null): void {
  // Beside the piece some tell all that came before it, again in every chunk.
  if (choice && choice['delta'] !== undefined) delete choice['message']
  const entry = choice && entryAt(choices, asCount(choice['index']) ?? 0)
  if (entry) mergeDelta(entry, choice)
}

/** A streamed choice as the plain answer has it: `delta` is `message`, and tool calls stand in a row without index. */
export function finishChoice({ delta, ...rest }: JsonObject): JsonObject {
  const message = { role: 'assistant', content: null, ...asObject(delta) }
  const toolCalls = asObject(delta)?.['tool_calls']
  if (Array.isArray(toolCalls)) Object.assign(message, { tool_calls: toolCalls.map(withoutIndex) })
  return { finish_reason: null, ...rest, message }
}

function withoutIndex(toolCall: unknown): unknown {
  const entries = Object.entries(asObject(toolCall) ?? {})
  return Object.fromEntries(entries.filter(([key]) => key !== 'index'))
}
