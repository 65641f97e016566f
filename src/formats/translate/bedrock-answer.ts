import { bedrockConverse } from '../bedrock-converse.ts'
import { asObject, asText } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { emptyMessage, type FinishReason, hubAnswer, hubCall, hubChoice, type HubMessage } from './hub-answer.ts'
import { objectsOf } from './hub-parts.ts'
import type { Asked, TranslatedAnswer } from './translator.ts'

/**
 * A whole answer of Bedrock's Converse as a chat's. Source:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (checked 2026-11-26).
 */
export function fromBedrock(body: unknown, asked: Asked): TranslatedAnswer {
  const told = asObject(body)
  const facts = bedrockConverse.readAnswer(body)
  const message = emptyMessage()
  for (const block of objectsOf(asObject(asObject(told?.['output'])?.['message'])?.['content']))
    addBlock(message, block)
  const choice = hubChoice(0, message, finishOf(told?.['stopReason']))
  return { answer: hubAnswer(asked, { ...facts, id: null }, [choice]), facts }
}

function addBlock(message: HubMessage, block: JsonObject): void {
  const call = asObject(block['toolUse'])
  const reasoning = asObject(block['reasoningContent'])
  if (typeof block['text'] === 'string') message.content += block['text']
  else if (call) {
    const written = JSON.stringify(call['input'] ?? {})
    message.calls.push(hubCall(asText(call['toolUseId']) ?? '', asText(call['name']) ?? '', written))
  } else if (reasoning) addReasoning(message, reasoning)
}

function addReasoning(message: HubMessage, reasoning: JsonObject): void {
  const data = asText(reasoning['redactedContent'])
  if (data !== null) message.thinking.push({ type: 'redacted_thinking', data })
  const told = asObject(reasoning['reasoningText'])
  const thinking = asText(told?.['text']) ?? ''
  const signature = asText(told?.['signature'])
  message.reasoning += thinking
  if (signature !== null) message.thinking.push({ type: 'thinking', thinking, signature })
}

const reasons: Readonly<Record<string, FinishReason>> = {
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  content_filtered: 'content_filter',
  guardrail_intervened: 'content_filter',
  refusal: 'content_filter',
}

export function finishOf(reason: unknown): FinishReason {
  return (typeof reason === 'string' && Object.hasOwn(reasons, reason) ? reasons[reason] : undefined) ?? 'stop'
}
