import type { Usage } from '../contract/usage.ts'
import { errorMessage } from './error-message.ts'
import type { AnswerFacts, Format, FormatRequest, RequestFacts, StreamReader } from './format.ts'
import { asCount, asObject, asText, parseObject, setMember } from './json.ts'
import type { JsonObject } from './json.ts'
import { readOpenAiRequest } from './openai-chat.ts'
import { rest, withoutZeros } from './read-usage.ts'

/**
 * Anthropic's messages. Sources: https://docs.claude.com/en/api/messages,
 * https://docs.claude.com/en/docs/build-with-claude/streaming (checked 2026-11-22).
 */
export const anthropicMessages: Format = {
  name: 'anthropic-messages',
  modelType: 'chat',
  pricing: 'priced',
  readRequest,
  readAnswer,
  createStreamReader,
  isOpening: (data) => openingTypes.has(asText(parseObject(data)?.['type']) ?? ''),
  errorEvent({ status, message }) {
    const error = { type: status === 504 ? 'timeout_error' : 'api_error', message }
    return `event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`
  },
}

const openingTypes = new Set(['message_start', 'content_block_start', 'ping'])

/** An answer has a handful of blocks; a bound keeps a broken provider from filling memory. */
const mostBlocks = 4096

/** Google's path of a model: `publishers/anthropic/models/{model}:streamRawPredict`. */
const modelInPath = /\/models\/([^/:]+):(\w+)$/

/** Model and `stream` stand where OpenAI has them, or in the path. */
function readRequest(request: FormatRequest): RequestFacts {
  const { model, isStream } = readOpenAiRequest(request)
  if (model !== null) return { model, isStream }
  const [, inPath, verb] = modelInPath.exec(request.path) ?? []
  return { model: inPath ?? null, isStream: isStream || verb === 'streamRawPredict' }
}

function readAnswer(body: unknown): AnswerFacts {
  const answer = asObject(body)
  return {
    model: asText(answer?.['model']),
    usage: readUsage(answer?.['usage']),
    error: errorMessage(answer),
  }
}

/** `input_tokens` are those that have nothing to do with the cache, unlike OpenAI's. */
function readUsage(value: unknown): Usage | null {
  const usage = asObject(value)
  const input = asCount(usage?.['input_tokens'])
  const output = asCount(usage?.['output_tokens'])
  if (!usage || (input === null && output === null)) return null
  const written = asObject(usage['cache_creation'])
  const written1h = asCount(written?.['ephemeral_1h_input_tokens']) ?? 0
  const written5m = asCount(written?.['ephemeral_5m_input_tokens']) ?? 0
  const writtenTotal = asCount(usage['cache_creation_input_tokens']) ?? written5m + written1h
  return withoutZeros({
    input: input ?? 0,
    cacheRead: asCount(usage['cache_read_input_tokens']) ?? 0,
    cacheWrite5m: rest(writtenTotal, written1h),
    cacheWrite1h: Math.min(written1h, writtenTotal),
    output: output ?? 0,
    reasoning: asCount(asObject(usage['output_tokens_details'])?.['thinking_tokens']) ?? 0,
    searches: asCount(asObject(usage['server_tool_use'])?.['web_search_requests']) ?? 0,
  })
}

interface Block {
  content: JsonObject
  /** A tool's input comes as pieces of JSON text. */
  inputText: string
}

function createStreamReader(): StreamReader {
  let message: JsonObject | null = null
  let error: string | null = null
  const blocks = new Map<number, Block>()

  return {
    decisive: /"(?:message_stop|error)"/,
    endIsComplete: false,
    event(_name, data) {
      const event = parseObject(data)
      switch (event?.['type']) {
        case 'message_start':
          message = { ...asObject(event['message']) }
          break
        case 'content_block_start':
          startBlock(blocks, event)
          break
        case 'content_block_delta':
          growBlock(blocks.get(asCount(event['index']) ?? -1), asObject(event['delta']))
          break
        case 'message_delta':
          message = { ...message, ...asObject(event['delta']), usage: laterUsage(message?.['usage'], event['usage']) }
          break
        case 'error':
          error = errorMessage(event)
          break
        case 'message_stop':
          return 'terminal'
      }
      return 'more'
    },
    facts: () => ({ ...readAnswer(message), error }),
    message() {
      if (!message && blocks.size === 0) return null
      const inOrder = [...blocks].toSorted(([a], [b]) => a - b)
      return { ...message, content: inOrder.map(([, block]) => finishBlock(block)) }
    },
  }
}

/** The counts of a later event are cumulative; a member that it leaves out or has as null stays as it was. */
function laterUsage(known: unknown, later: unknown): JsonObject {
  const merged: JsonObject = { ...asObject(known) }
  for (const [key, value] of Object.entries(asObject(later) ?? {})) {
    if (value !== null) setMember(merged, key, value)
  }
  return merged
}

function startBlock(blocks: Map<number, Block>, event: JsonObject): void {
  const index = asCount(event['index'])
  const content = asObject(event['content_block'])
  if (index !== null && content && blocks.size < mostBlocks) blocks.set(index, { content, inputText: '' })
}

function growBlock(block: Block | undefined, delta: JsonObject | null): void {
  if (!block || !delta) return
  const { content } = block
  switch (delta['type']) {
    case 'text_delta':
      append(content, 'text', delta['text'])
      break
    case 'thinking_delta':
      append(content, 'thinking', delta['thinking'])
      break
    case 'signature_delta':
      append(content, 'signature', delta['signature'])
      break
    case 'input_json_delta':
      if (typeof delta['partial_json'] === 'string') block.inputText += delta['partial_json']
      break
    case 'citations_delta':
      if (!Array.isArray(content['citations'])) content['citations'] = []
      if (Array.isArray(content['citations'])) content['citations'].push(delta['citation'])
      break
  }
}

function append(content: JsonObject, member: string, piece: unknown): void {
  if (typeof piece === 'string') content[member] = (asText(content[member]) ?? '') + piece
}

/** A tool's input as the object that its pieces make; where the stream was cut inside them, as the text so far. */
function finishBlock({ content, inputText }: Block): JsonObject {
  return inputText === '' ? content : { ...content, input: parseObject(inputText) ?? inputText }
}
