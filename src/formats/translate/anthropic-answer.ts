import type { AnswerFacts } from '../format.ts'
import { anthropicMessages } from '../anthropic-messages.ts'
import { asObject, asText } from '../json.ts'
import type { JsonObject } from '../json.ts'
import {
  emptyMessage,
  type FinishReason,
  hubAnswer,
  hubCall,
  hubChoice,
  type HubMessage,
  urlCitation,
} from './hub-answer.ts'
import { objectsOf } from './hub-parts.ts'
import type { Asked, TranslatedAnswer } from './translator.ts'

/** A whole answer of Anthropic's messages as a chat's. Source: https://docs.claude.com/en/api/messages (checked 2026-11-26). */
export function fromAnthropic(body: unknown, asked: Asked): TranslatedAnswer {
  const told = asObject(body)
  const facts: AnswerFacts = anthropicMessages.readAnswer(body)
  const message = emptyMessage()
  for (const block of objectsOf(told?.['content'])) addBlock(message, block)
  const finish = finishOf(told?.['stop_reason'])
  if (finish === 'content_filter') message.refusal = refusalOf(told)
  const answer = hubAnswer(asked, { ...facts, id: asText(told?.['id']) }, [hubChoice(0, message, finish)])
  return { answer, facts }
}

function addBlock(message: HubMessage, block: JsonObject): void {
  switch (block['type']) {
    case 'text':
      addText(message, block)
      return
    case 'thinking':
      message.reasoning += asText(block['thinking']) ?? ''
      message.thinking.push(block)
      return
    case 'redacted_thinking':
      message.thinking.push(block)
      return
    case 'tool_use':
      message.calls.push(
        hubCall(asText(block['id']) ?? '', asText(block['name']) ?? '', JSON.stringify(block['input'] ?? {})),
      )
      return
  }
}

function addText(message: HubMessage, block: JsonObject): void {
  const start = message.content.length
  message.content += asText(block['text']) ?? ''
  message.annotations.push(...citationsOf(objectsOf(block['citations']), start, message.content.length))
}

/** The citations of a text that stands from `start` to `end` in the content; those without an address are left out. */
export function citationsOf(citations: readonly JsonObject[], start: number, end: number): JsonObject[] {
  return citations.flatMap((citation): JsonObject[] => {
    const url = asText(citation['url']) ?? asText(citation['source'])
    return url === null ? [] : [urlCitation(start, end, url, asText(citation['title']) ?? '')]
  })
}

/** What the model said of why it refuses; a text, because OpenAI's clients look for one. */
export function refusalOf(told: JsonObject | null): string {
  return asText(asObject(told?.['stop_details'])?.['explanation']) ?? 'The model refused to answer.'
}

const reasons: Readonly<Record<string, FinishReason>> = {
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
}

export function finishOf(reason: unknown): FinishReason {
  return (typeof reason === 'string' && Object.hasOwn(reasons, reason) ? reasons[reason] : undefined) ?? 'stop'
}
