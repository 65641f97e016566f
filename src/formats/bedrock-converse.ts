import type { Usage } from '../contract/usage.ts'
import { modelInBedrockPath } from './bedrock-path.ts'
import { errorMessage } from './error-message.ts'
import type { AnswerFacts, Format, StreamReader } from './format.ts'
import { asCount, asList, asObject, asText, parseObject } from './json.ts'
import type { JsonObject } from './json.ts'
import { rest, withoutZeros } from './read-usage.ts'

/**
 * Amazon Bedrock's Converse and ConverseStream. The model stands in the path, and the answer does not name it. A stream
 * ends with the event `metadata`, which carries the usage.
 * Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html,
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html (checked 2026-11-26).
 */
export const bedrockConverse: Format = {
  name: 'bedrock-converse',
  modelType: 'chat',
  pricing: 'priced',
  readRequest: ({ path }) => ({ model: modelInBedrockPath(path), isStream: path.endsWith('/converse-stream') }),
  readAnswer,
  createStreamReader,
}

/** An answer has a handful of blocks; a bound keeps a broken provider from filling memory. */
const mostBlocks = 4096

function readAnswer(body: unknown): AnswerFacts {
  const answer = asObject(body)
  return { model: null, usage: readConverseUsage(answer?.['usage']), error: errorMessage(answer) }
}

/** Reads Bedrock's `TokenUsage`; its `inputTokens` are those that have nothing to do with the cache. */
export function readConverseUsage(value: unknown): Usage | null {
  const usage = asObject(value)
  const input = asCount(usage?.['inputTokens'])
  const output = asCount(usage?.['outputTokens'])
  if (!usage || (input === null && output === null)) return null
  const written = asCount(usage['cacheWriteInputTokens']) ?? 0
  const written1h = Math.min(written, writtenFor('1h', usage['cacheDetails']))
  return withoutZeros({
    input: input ?? 0,
    cacheRead: asCount(usage['cacheReadInputTokens']) ?? 0,
    cacheWrite5m: rest(written, written1h),
    cacheWrite1h: written1h,
    output: output ?? 0,
  })
}

function writtenFor(ttl: string, details: unknown): number {
  let tokens = 0
  for (const entry of asList(details)) {
    const fields = asObject(entry)
    if (fields?.['ttl'] === ttl) tokens += asCount(fields['inputTokens']) ?? 0
  }
  return tokens
}

interface Block {
  content: JsonObject
  /** A tool's input comes as pieces of JSON text. */
  inputText: string
}

function createStreamReader(): StreamReader {
  let answer: JsonObject | null = null
  let role: string | null = null
  let error: string | null = null
  const blocks = new Map<number, Block>()

  return {
    get endIsComplete() {
      return asText(answer?.['stopReason']) !== null
    },
    event(name, data) {
      const event = parseObject(data)
      if (!event) return 'more'
      error ??= errorMessage(event)
      switch (name ?? '') {
        case 'messageStart':
          role = asText(event['role'])
          break
        case 'contentBlockStart':
          startBlock(blocks, event)
          break
        case 'contentBlockDelta':
          growBlock(blocks, event)
          break
        case 'messageStop':
          answer = { ...answer, ...event }
          break
        case 'metadata':
          answer = { ...answer, ...event }
          return 'terminal'
      }
      return 'more'
    },
    facts: () => ({ ...readAnswer(answer), error }),
    message() {
      if (!answer && blocks.size === 0) return null
      const inOrder = [...blocks].toSorted(([a], [b]) => a - b)
      const message = { role: role ?? 'assistant', content: inOrder.map(([, block]) => finishBlock(block)) }
      return { output: { message }, ...answer }
    },
  }
}

function startBlock(blocks: Map<number, Block>, event: JsonObject): void {
  const start = asObject(event['start'])
  const block = blockAt(blocks, event['contentBlockIndex'])
  if (block && start) block.content = { ...start }
}

/** Text blocks begin with their first delta. */
function blockAt(blocks: Map<number, Block>, at: unknown): Block | null {
  const index = asCount(at)
  if (index === null) return null
  const known = blocks.get(index)
  if (known || blocks.size >= mostBlocks) return known ?? null
  const block = { content: {}, inputText: '' }
  blocks.set(index, block)
  return block
}

function growBlock(blocks: Map<number, Block>, event: JsonObject): void {
  const block = blockAt(blocks, event['contentBlockIndex'])
  const delta = asObject(event['delta'])
  if (!block || !delta) return
  const reasoning = asObject(delta['reasoningContent'])
  const input = asObject(delta['toolUse'])?.['input']
  if (typeof delta['text'] === 'string') append(block.content, 'text', delta['text'])
  else if (typeof input === 'string') block.inputText += input
  else if (reasoning) growReasoning(block.content, reasoning)
}

function growReasoning(content: JsonObject, delta: JsonObject): void {
  const reasoning = asObject(content['reasoningContent']) ?? {}
  content['reasoningContent'] = reasoning
  if (typeof delta['redactedContent'] === 'string') append(reasoning, 'redactedContent', delta['redactedContent'])
  const text = asObject(reasoning['reasoningText']) ?? {}
  for (const member of ['text', 'signature']) {
    const piece = delta[member]
    if (typeof piece !== 'string') continue
    reasoning['reasoningText'] = text
    append(text, member, piece)
  }
}

function append(content: JsonObject, member: string, piece: string): void {
  content[member] = (asText(content[member]) ?? '') + piece
}

/** A tool's input as the object that its pieces make; where the stream was cut inside them, as the text so far. */
function finishBlock({ content, inputText }: Block): JsonObject {
  if (inputText === '') return content
  return { ...content, toolUse: { ...asObject(content['toolUse']), input: parseObject(inputText) ?? inputText } }
}
