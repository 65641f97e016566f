import { anthropicMessages } from '../anthropic-messages.ts'
import { errorMessage } from '../error-message.ts'
import type { AnswerFacts } from '../format.ts'
import { asCount, asObject, asText, parseObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { citationsOf, finishOf, refusalOf } from './anthropic-answer.ts'
import { type Blocks, createBlocks } from './hub-blocks.ts'
import { createChunkWriter } from './hub-chunks.ts'
import { incomplete } from './hub-error.ts'
import type { Asked, Emit, StreamTranslator } from './translator.ts'

/**
 * A streamed answer of Anthropic's messages as a chat's chunks.
 * Source: https://docs.claude.com/en/docs/build-with-claude/streaming (checked 2026-11-26).
 */
export function createAnthropicStream(asked: Asked, emit: Emit): StreamTranslator {
  const chunks = createChunkWriter(asked, emit)
  const blocks = createBlocks((delta) => chunks.delta(0, delta))
  let message: JsonObject = {}
  let usage: JsonObject = {}
  let error: string | null = null

  const facts = (): AnswerFacts => ({ ...anthropicMessages.readAnswer({ ...message, usage }), error })

  return {
    facts,
    event(_name, data) {
      const event = parseObject(data)
      switch (event?.['type']) {
        case 'message_start':
          message = { ...asObject(event['message']) }
          usage = { ...asObject(message['usage']) }
          chunks.name(asText(message['id']), asText(message['model']))
          chunks.delta(0, {})
          return
        case 'content_block_start':
          startBlock(blocks, event)
          return
        case 'content_block_delta':
          growBlock(blocks, event)
          return
        case 'content_block_stop':
          blocks.stop(asCount(event['index']) ?? -1)
          return
        case 'message_delta': {
          const delta = asObject(event['delta'])
          for (const [name, value] of Object.entries(asObject(event['usage']) ?? {})) {
            if (value !== null && name !== '__proto__') usage[name] = value
          }
          if (delta?.['stop_reason'] === 'refusal') chunks.delta(0, { refusal: refusalOf(delta) })
          if (asText(delta?.['stop_reason']) !== null) chunks.finish(0, finishOf(delta?.['stop_reason']))
          return
        }
        case 'message_stop':
          if (!chunks.hasFinished()) chunks.finish(0, 'stop')
          chunks.done(facts().usage)
          return
        case 'error':
          error = errorMessage(event) ?? 'error without a message'
          chunks.fail(error, asText(asObject(event['error'])?.['type']))
          return
      }
    },
    end() {
      if (!chunks.isClosed()) chunks.fail(incomplete, null)
    },
  }
}

function startBlock(blocks: Blocks, event: JsonObject): void {
  const index = asCount(event['index']) ?? -1
  const block = asObject(event['content_block'])
  switch (block?.['type']) {
    case 'text':
      blocks.text(index, asText(block['text']) ?? '')
      return
    case 'thinking':
      blocks.thinking(index, asText(block['thinking']) ?? '', '')
      return
    case 'redacted_thinking':
      blocks.redacted(block)
      return
    case 'tool_use':
      blocks.call(index, asText(block['id']) ?? '', asText(block['name']) ?? '', asObject(block['input']) ?? {})
      return
  }
}

function growBlock(blocks: Blocks, event: JsonObject): void {
  const index = asCount(event['index']) ?? -1
  const delta = asObject(event['delta'])
  switch (delta?.['type']) {
    case 'text_delta':
      blocks.text(index, asText(delta['text']) ?? '')
      return
    case 'thinking_delta':
      blocks.thinking(index, asText(delta['thinking']) ?? '', '')
      return
    case 'signature_delta':
      blocks.thinking(index, '', asText(delta['signature']) ?? '')
      return
    case 'input_json_delta':
      blocks.written(index, asText(delta['partial_json']) ?? '')
      return
    case 'citations_delta': {
      const citation = asObject(delta['citation'])
      if (citation) blocks.cited(index, (start, end) => citationsOf([citation], start, end))
      return
    }
  }
}
