import { readCohereUsage } from '../cohere-usage.ts'
import { errorMessage } from '../error-message.ts'
import { asCount, asObject, asText, parseObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { citationOf, finishOf } from './cohere-answer.ts'
import { type Blocks, createBlocks } from './hub-blocks.ts'
import { createChunkWriter } from './hub-chunks.ts'
import { incomplete } from './hub-error.ts'
import type { Asked, Emit, StreamTranslator } from './translator.ts'

/**
 * A streamed answer of Cohere's chat as a chat's chunks. Source: https://docs.cohere.com/docs/streaming
 * (checked 2026-11-26).
 */
export function createCohereStream(asked: Asked, emit: Emit): StreamTranslator {
  const chunks = createChunkWriter(asked, emit)
  const blocks = createBlocks((delta) => chunks.delta(0, delta))
  let usage: unknown = null
  let error: string | null = null
  let hasCalls = false

  function finish(delta: JsonObject | null): void {
    usage = delta?.['usage'] ?? usage
    const reason = delta?.['finish_reason']
    if (reason === 'ERROR' || reason === 'TIMEOUT') {
      error = asText(delta?.['error']) ?? `The provider ended the stream with ${reason}`
      chunks.fail(error, null)
      return
    }
    chunks.finish(0, finishOf(reason, hasCalls))
    chunks.done(readCohereUsage({ usage }))
  }

  return {
    facts: () => ({ model: null, usage: readCohereUsage({ usage }), error }),
    event(_name, data) {
      const event = parseObject(data)
      if (!event || chunks.isClosed()) return
      const delta = asObject(event['delta'])
      const index = asCount(event['index']) ?? 0
      const piece = asObject(delta?.['message'])
      switch (event['type']) {
        case 'message-start':
          chunks.name(asText(event['id']), null)
          chunks.delta(0, {})
          return
        case 'tool-call-start':
          hasCalls = true
          startCall(blocks, index, asObject(piece?.['tool_calls']))
          return
        case 'tool-call-end':
          blocks.stop(index)
          return
        case 'message-end':
          finish(delta)
          return
        case undefined:
          error = errorMessage(event)
          if (error !== null) chunks.fail(error, null)
          return
        default:
          if (piece) giveDelta(chunks.delta, piece)
          if (event['type'] === 'tool-call-delta') growCall(blocks, index, asObject(piece?.['tool_calls']))
      }
    },
    end() {
      if (!chunks.isClosed()) chunks.fail(incomplete, null)
    },
  }
}

function giveDelta(give: (choice: number, delta: JsonObject) => void, piece: JsonObject): void {
  const content = asObject(piece['content'])
  const text = asText(content?.['text'])
  const thought = asText(content?.['thinking']) ?? asText(piece['tool_plan'])
  if (text !== null) give(0, { content: text })
  if (thought !== null) give(0, { reasoning_content: thought })
  const citation = asObject(piece['citations'])
  const annotations = citation ? citationOf(citation) : []
  if (annotations.length > 0) give(0, { annotations })
}

function startCall(blocks: Blocks, index: number, call: JsonObject | null): void {
  const named = asObject(call?.['function'])
  blocks.call(index, asText(call?.['id']) ?? '', asText(named?.['name']) ?? '', {})
  growCall(blocks, index, call)
}

function growCall(blocks: Blocks, index: number, call: JsonObject | null): void {
  blocks.written(index, asText(asObject(call?.['function'])?.['arguments']) ?? '')
}
