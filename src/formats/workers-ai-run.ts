import { errorMessage } from './error-message.ts'
import type { AnswerFacts, Format, FormatRequest, RequestFacts, StreamReader } from './format.ts'
import { asObject, asText, parseObject } from './json.ts'
import type { JsonObject } from './json.ts'
import { mergeDelta } from './merge-delta.ts'
import { openaiChat } from './openai-chat.ts'
import { openAiErrorEvent } from './openai-error-event.ts'
import { readOpenAiUsage } from './openai-usage.ts'

/**
 * Workers AI's own `run/{model}`, for models of every kind: the answer is a `result` in Cloudflare's envelope. Streams
 * hold pieces of `response`, those of newer models OpenAI's chunks; both end with `[DONE]`.
 * Source: https://developers.cloudflare.com/workers-ai/get-started/rest-api/ (checked 2026-11-22).
 */
export const workersAiRun: Format = {
  name: 'workers-ai-run',
  modelType: null,
  pricing: 'priced',
  readRequest,
  readAnswer,
  createStreamReader,
  errorEvent: openAiErrorEvent,
}

const modelInPath = /(?:^|\/)run\/(.+)$/

function readRequest({ path, fields }: FormatRequest): RequestFacts {
  return { model: modelInPath.exec(path)?.[1] ?? null, isStream: fields.stream === true }
}

function readAnswer(body: unknown): AnswerFacts {
  const answer = asObject(body)
  const result = asObject(answer?.['result'])
  return {
    model: asText(result?.['model']),
    usage: readOpenAiUsage(result?.['usage']),
    error: errorMessage(answer),
  }
}

function createStreamReader(): StreamReader {
  const chat = openaiChat.createStreamReader?.() ?? null
  let hasChoices = false
  let result: JsonObject | null = null
  let error: string | null = null

  return {
    endIsComplete: false,
    event(name, data) {
      if (data === '[DONE]') return 'terminal'
      const chunk = parseObject(data)
      if (!chunk) return 'more'
      error ??= errorMessage(chunk)
      if (Array.isArray(chunk['choices'])) {
        hasChoices = true
        chat?.event(name, data)
        return 'more'
      }
      // `p` is padding that hides the length of the text.
      delete chunk['p']
      result ??= {}
      mergeDelta(result, chunk)
      return 'more'
    },
    facts: () => ({ ...readAnswer({ result: resultSoFar() }), error }),
    message() {
      const whole = resultSoFar()
      return whole && { result: whole, success: true, errors: [], messages: [] }
    },
  }

  function resultSoFar(): unknown {
    return hasChoices ? { ...result, ...asObject(chat?.message()) } : result
  }
}
