import { readConverseUsage } from '../bedrock-converse.ts'
import { errorMessage } from '../error-message.ts'
import { asCount, asObject, asText, parseObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { finishOf } from './bedrock-answer.ts'
import { type Blocks, createBlocks } from './hub-blocks.ts'
import { createChunkWriter } from './hub-chunks.ts'
import { incomplete } from './hub-error.ts'
import type { Asked, Emit, StreamTranslator } from './translator.ts'

/**
 * A streamed answer of Bedrock's ConverseStream as a chat's chunks. Source:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html (checked 2026-11-26).
 */
export function createBedrockStream(asked: Asked, emit: Emit): StreamTranslator {
  const chunks = createChunkWriter(asked, emit)
  const blocks = createBlocks((delta) => chunks.delta(0, delta))
  let usage: unknown = null
  let error: string | null = null

  return {
    facts: () => ({ model: null, usage: readConverseUsage(usage), error }),
    event(name, data) {
      const event = parseObject(data)
      if (!event || chunks.isClosed()) return
      const index = asCount(event['contentBlockIndex']) ?? -1
      switch (name ?? '') {
        case 'messageStart':
          chunks.delta(0, {})
          return
        case 'contentBlockStart': {
          const call = asObject(asObject(event['start'])?.['toolUse'])
          if (call) blocks.call(index, asText(call['toolUseId']) ?? '', asText(call['name']) ?? '', {})
          return
        }
        case 'contentBlockDelta':
          growBlock(blocks, index, asObject(event['delta']))
          return
        case 'contentBlockStop':
          blocks.stop(index)
          return
        case 'messageStop':
          chunks.finish(0, finishOf(event['stopReason']))
          return
        case 'metadata':
          usage = event['usage'] ?? usage
          if (!chunks.hasFinished()) chunks.finish(0, 'stop')
          chunks.done(readConverseUsage(usage))
          return
        default:
          error = errorMessage(event)
          if (error !== null) chunks.fail(error, asText(asObject(event['error'])?.['type']))
      }
    },
    end() {
      if (chunks.isClosed()) return
      // Only the usage is missing then.
      if (chunks.hasFinished()) chunks.done(readConverseUsage(usage))
      else chunks.fail(incomplete, null)
    },
  }
}

function growBlock(blocks: Blocks, index: number, delta: JsonObject | null): void {
  const reasoning = asObject(delta?.['reasoningContent'])
  const input = asObject(delta?.['toolUse'])?.['input']
  if (typeof delta?.['text'] === 'string') blocks.text(index, delta['text'])
  else if (typeof input === 'string') blocks.written(index, input)
  else if (reasoning) {
    const data = asText(reasoning['redactedContent'])
    if (data !== null) blocks.redacted({ type: 'redacted_thinking', data })
    blocks.thinking(index, asText(reasoning['text']) ?? '', asText(reasoning['signature']) ?? '')
  }
}
