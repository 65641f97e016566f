import { asObject, asText, parseObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { type HubPart, objectsOf, readParts } from './hub-parts.ts'
import { Untranslatable } from './translator.ts'

/** A chat as formats with strict turns have it: one system text, then turns. */
export interface HubChat {
  /** Of all system and developer messages, in order. */
  system: HubPart[]
  turns: HubTurn[]
}

export type HubTurn =
  | { role: 'user'; parts: HubPart[] }
  | { role: 'assistant'; parts: HubPart[]; calls: HubCall[]; thinking: JsonObject[] }
  /** All results of the calls before, in the order of the calls. */
  | { role: 'tool'; results: HubResult[] }

export interface HubCall {
  id: string
  name: string
  input: JsonObject
  /** As the client had it from an earlier answer. */
  call: JsonObject
}

export interface HubResult {
  id: string
  /** Of the function that was called; empty where no call has this id. */
  name: string
  parts: HubPart[]
}

/** Reads `messages`. Throws `Untranslatable` for what is no chat. */
export function readMessages(messages: unknown): HubChat {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new Untranslatable('messages', 'messages must be a list with at least one message')
  }
  const chat: HubChat = { system: [], turns: [] }
  messages.forEach((entry, at) => addMessage(chat, asObject(entry), `messages.${at}`))
  for (const [at, turn] of chat.turns.entries()) if (turn.role === 'tool') arrange(turn.results, chat.turns[at - 1])
  return chat
}

function addMessage(chat: HubChat, message: JsonObject | null, param: string): void {
  const parts = readParts(message?.['content'], `${param}.content`)
  switch (message?.['role']) {
    case 'system':
    case 'developer':
      chat.system.push(...parts)
      return
    case 'user':
      chat.turns.push({ role: 'user', parts })
      return
    case 'assistant':
      chat.turns.push(readAssistant(message, parts, param))
      return
    case 'tool':
      addResult(chat, { id: asText(message['tool_call_id']) ?? '', name: '', parts }, param)
      return
    default:
      throw new Untranslatable(
        `${param}.role`,
        `${param}.role is ${JSON.stringify(message?.['role'] ?? null).slice(0, 60)}: system, developer, user, assistant and ` +
          'tool are allowed',
      )
  }
}

function readAssistant(message: JsonObject, parts: HubPart[], param: string): HubTurn {
  if (message['function_call'] !== undefined && message['function_call'] !== null) {
    throw new Untranslatable(`${param}.function_call`, 'function_call is for OpenAI alone: use tool_calls')
  }
  const refusal = parts.length === 0 ? readParts(message['refusal'], `${param}.refusal`) : []
  const calls = objectsOf(message['tool_calls']).map((call, at) => readCall(call, `${param}.tool_calls.${at}`))
  return { role: 'assistant', parts: [...parts, ...refusal], calls, thinking: objectsOf(message['thinking_blocks']) }
}

function readCall(call: JsonObject, param: string): HubCall {
  const named = asObject(call['function'])
  const name = asText(named?.['name'])
  if (name === null) throw new Untranslatable(param, `${param} names no function`)
  const written = typeof named?.['arguments'] === 'string' ? named['arguments'] : ''
  // What a model once wrote wrongly must not make the rest of the chat unusable.
  const input = parseObject(written) ?? (written.trim() === '' ? {} : { arguments: written })
  return { id: asText(call['id']) ?? '', name, input, call }
}

function addResult(chat: HubChat, result: HubResult, param: string): void {
  if (result.id === '') throw new Untranslatable(`${param}.tool_call_id`, `${param}.tool_call_id is missing`)
  const last = chat.turns.at(-1)
  if (last?.role === 'tool') last.results.push(result)
  else chat.turns.push({ role: 'tool', results: [result] })
}

/** Formats that name no ids take results in the order of the calls. */
function arrange(results: HubResult[], before: HubTurn | undefined): void {
  const calls = before?.role === 'assistant' ? before.calls : []
  const places = new Map(calls.map((call, at) => [call.id, at]))
  const placeOf = ({ id }: HubResult): number => places.get(id) ?? calls.length
  results.sort((a, b) => placeOf(a) - placeOf(b))
  for (const result of results) result.name = calls[placeOf(result)]?.name ?? ''
}
