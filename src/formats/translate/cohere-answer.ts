import { cohereChat } from '../cohere.ts'
import { asCount, asObject, asText } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { emptyMessage, type FinishReason, hubAnswer, hubCall, hubChoice, urlCitation } from './hub-answer.ts'
import { objectsOf } from './hub-parts.ts'
import type { Asked, TranslatedAnswer } from './translator.ts'

/** A whole answer of Cohere's chat as a chat's. Source: https://docs.cohere.com/reference/chat (checked 2026-11-26). */
export function fromCohere(body: unknown, asked: Asked): TranslatedAnswer {
  const told = asObject(body)
  const facts = cohereChat.readAnswer(body)
  const said = asObject(told?.['message'])
  const message = emptyMessage()
  // The plan of the calls is what the model thinks before it makes them.
  message.reasoning = asText(said?.['tool_plan']) ?? ''
  for (const part of objectsOf(said?.['content'])) {
    message.content += asText(part['text']) ?? ''
    message.reasoning += asText(part['thinking']) ?? ''
  }
  message.calls = objectsOf(said?.['tool_calls']).map((call) => {
    const named = asObject(call['function'])
    return hubCall(asText(call['id']) ?? '', asText(named?.['name']) ?? '', asText(named?.['arguments']) ?? '{}')
  })
  message.annotations = objectsOf(said?.['citations']).flatMap(citationOf)
  const choice = hubChoice(0, message, finishOf(told?.['finish_reason'], message.calls.length > 0))
  return { answer: hubAnswer(asked, { ...facts, id: asText(told?.['id']) }, [choice]), facts }
}

/** The pages that a citation rests on; sources without an address are left out. */
export function citationOf(citation: JsonObject): JsonObject[] {
  return objectsOf(citation['sources']).flatMap((source): JsonObject[] => {
    const document = asObject(source['document']) ?? asObject(source['tool_output'])
    const url = asText(document?.['url'])
    if (url === null) return []
    const start = asCount(citation['start']) ?? 0
    return [urlCitation(start, asCount(citation['end']) ?? start, url, asText(document?.['title']) ?? '')]
  })
}

export function finishOf(reason: unknown, hasCalls: boolean): FinishReason {
  if (reason === 'MAX_TOKENS') return 'length'
  if (reason === 'ERROR_TOXIC') return 'content_filter'
  return hasCalls ? 'tool_calls' : 'stop'
}
