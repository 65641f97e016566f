import type { Usage } from '../contract/usage.ts'
import { anthropicMessages } from './anthropic-messages.ts'
import { readConverseUsage } from './bedrock-converse.ts'
import { modelInBedrockPath } from './bedrock-path.ts'
import { errorMessage } from './error-message.ts'
import type { AnswerFacts, Format, ReadHeader, StreamReader } from './format.ts'
import { asObject, parseObject } from './json.ts'
import type { JsonObject } from './json.ts'
import { mergeDelta } from './merge-delta.ts'
import { readOpenAiUsage } from './openai-usage.ts'

/**
 * Amazon Bedrock's InvokeModel and InvokeModelWithResponseStream: the body is the model's own, most often Claude's.
 * Every model's answer has its tokens in headers, every stream has them in its last event. Sources:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html,
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
 * (checked 2026-11-26).
 */
export const bedrockInvoke: Format = {
  name: 'bedrock-invoke',
  modelType: null,
  pricing: 'priced',
  readRequest: ({ path }) => ({
    model: modelInBedrockPath(path),
    isStream: path.endsWith('/invoke-with-response-stream'),
  }),
  readAnswer,
  readHead,
  createStreamReader,
}

const metricsMember = 'amazon-bedrock-invocationMetrics'

/** The model is not taken from the answer: there it lacks the prefix that decides its price (`global.`, `eu.`). */
function readAnswer(body: unknown): AnswerFacts {
  const answer = asObject(body)
  const { usage, error } = anthropicMessages.readAnswer(answer)
  return {
    model: null,
    usage: usage ?? readConverseUsage(answer?.['usage']) ?? readOpenAiUsage(answer?.['usage']),
    error,
  }
}

function readHead(header: ReadHeader): Usage | null {
  const count = (name: string): number | undefined => {
    const text = header(`x-amzn-bedrock-${name}-token-count`)
    return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
  }
  return readConverseUsage({
    inputTokens: count('input'),
    outputTokens: count('output'),
    cacheReadInputTokens: count('cache-read-input'),
    cacheWriteInputTokens: count('cache-write-input'),
  })
}

function createStreamReader(): StreamReader {
  const claude = anthropicMessages.createStreamReader?.() ?? null
  let isClaude = false
  let answer: JsonObject | null = null
  let metrics: JsonObject | null = null
  let error: string | null = null

  return {
    // Only Claude's streams have a last event of their own; all tell their metrics at the end.
    get endIsComplete() {
      return metrics !== null
    },
    event(name, data) {
      const event = parseObject(data)
      if (!event) return 'more'
      error ??= errorMessage(event)
      metrics = asObject(event[metricsMember]) ?? metrics
      delete event[metricsMember]
      const type = event['type']
      isClaude ||= type === 'message_start'
      if (isClaude) return claude?.event(name, data) ?? 'more'
      answer ??= {}
      mergeDelta(answer, event)
      return 'more'
    },
    facts: () => ({ ...facts(), error }),
    message: () => (isClaude ? (claude?.message() ?? null) : answer),
  }

  function facts(): AnswerFacts {
    const told = isClaude && claude ? claude.facts().usage : readAnswer(answer).usage
    return { model: null, usage: told ?? usageOf(metrics), error: null }
  }
}

function usageOf(metrics: JsonObject | null): Usage | null {
  return readConverseUsage({
    inputTokens: metrics?.['inputTokenCount'],
    outputTokens: metrics?.['outputTokenCount'],
    cacheReadInputTokens: metrics?.['cacheReadInputTokenCount'],
    cacheWriteInputTokens: metrics?.['cacheWriteInputTokenCount'],
  })
}
