import { asObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { type HubFields, readFields } from './hub-fields.ts'
import { type HubTurn, readMessages } from './hub-messages.ts'
import { type HubPart, textOf, unfit } from './hub-parts.ts'
import {
  defined,
  type HubTool,
  type HubTools,
  takeEffort,
  takeMaxTokens,
  takeSchema,
  takeStop,
  takeTools,
} from './hub-tools.ts'
import type { TranslatedRequest } from './translator.ts'

/** A chat as Cohere's, version 2. Source: https://docs.cohere.com/reference/chat (checked 2026-11-26). */
export function toCohere(body: JsonObject, model: string): TranslatedRequest {
  const fields = readFields(body)
  const chat = readMessages(body['messages'])
  const tools = takeTools(fields)
  const schema = takeSchema(fields)
  const system = textOf(chat.system)
  const translated = defined({
    model,
    messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), ...chat.turns.flatMap(toMessages)],
    stream: body['stream'] === true ? true : undefined,
    temperature: fields.takeNumber('temperature'),
    p: fields.takeNumber('top_p'),
    k: fields.takeNumber('top_k'),
    max_tokens: takeMaxTokens(fields),
    stop_sequences: takeStop(fields),
    seed: fields.takeNumber('seed'),
    frequency_penalty: fields.takeNumber('frequency_penalty'),
    presence_penalty: fields.takeNumber('presence_penalty'),
    response_format:
      schema === null
        ? undefined
        : { type: 'json_object', ...(schema !== 'json_object' && { json_schema: schema.schema }) },
    ...toTools(tools),
    thinking: takeThinking(fields),
    safety_mode: fields.take('safety_mode'),
    documents: fields.take('documents'),
  })
  return { body: translated ?? {}, headers: [], dropped: fields.dropped() }
}

function toMessages(turn: HubTurn): JsonObject[] {
  if (turn.role === 'user') return [{ role: 'user', content: turn.parts.map(toPart) }]
  if (turn.role === 'tool') {
    return turn.results.map(({ id, parts }) => ({ role: 'tool', tool_call_id: id, content: onlyText(parts) }))
  }
  const text = onlyText(turn.parts)
  if (turn.calls.length === 0) return [{ role: 'assistant', content: text }]
  const calls = turn.calls.map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
  return [{ role: 'assistant', tool_calls: calls, ...(text !== '' && { tool_plan: text }) }]
}

function onlyText(parts: readonly HubPart[]): string {
  const other = parts.find((part) => part.type !== 'text')
  if (other) throw unfit(other, `a part of the type ${other.type} here`)
  return textOf(parts)
}

function toPart(part: HubPart): JsonObject {
  if (part.type === 'text') return { type: 'text', text: part.text }
  if (part.type !== 'image') throw unfit(part, part.type === 'file' ? 'files' : 'audio')
  const { media } = part
  if (media.from === 'id') throw unfit(part, 'ids of files')
  const url = media.from === 'url' ? media.url : `data:${media.mimeType};base64,${media.base64}`
  return { type: 'image_url', image_url: { url } }
}

function toTools({ tools, choice }: HubTools): JsonObject {
  if (tools.length === 0) return {}
  // One function alone is forced by leaving the others out.
  const given = choice?.type === 'one' ? tools.filter((tool) => tool.name === choice.name) : tools
  return {
    tools: given.map(toTool),
    ...(given.some((tool) => tool.isStrict) && { strict_tools: true }),
    ...(choice?.type === 'none' && { tool_choice: 'NONE' }),
    ...((choice?.type === 'required' || choice?.type === 'one') && { tool_choice: 'REQUIRED' }),
  }
}

function toTool({ name, description, parameters }: HubTool): JsonObject {
  return {
    type: 'function',
    function: {
      name,
      ...(description !== undefined && { description }),
      parameters: parameters ?? { type: 'object', properties: {} },
    },
  }
}

/** Cohere's models think or do not; how much is a number of tokens that efforts do not tell. */
function takeThinking(fields: HubFields): JsonObject | undefined {
  const own = asObject(fields.take('thinking'))
  const effort = takeEffort(fields)
  if (own) return own
  return effort === undefined ? undefined : { type: effort === 'none' ? 'disabled' : 'enabled' }
}
