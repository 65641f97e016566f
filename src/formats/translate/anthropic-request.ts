import { asObject, asText } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { takeSampling, takesSchema, takeThinking, usualMaxTokens } from './anthropic-model.ts'
import { type HubFields, readFields } from './hub-fields.ts'
import { type HubTurn, readMessages } from './hub-messages.ts'
import { type HubPart, unfit } from './hub-parts.ts'
import { defined, type HubTools, takeMaxTokens, takeSchema, takeStop, takeTools } from './hub-tools.ts'
import { type TranslatedRequest, Untranslatable } from './translator.ts'

/**
 * A chat as Anthropic's messages. Sources: https://docs.claude.com/en/api/messages,
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs (checked 2026-11-26).
 */
export function toAnthropic(body: JsonObject, model: string): TranslatedRequest {
  const fields = readFields(body)
  const chat = readMessages(body['messages'])
  const tools = takeTools(fields)
  const { thinking, effort, budgetTokens } = takeThinking(fields, model, isThinkingBarred(chat.turns, tools))
  const isThinking = thinking !== undefined && thinking['type'] !== 'disabled'
  const { temperature, topP, topK } = takeSampling(fields, model, isThinking)
  const asked = takeMaxTokens(fields) ?? Math.max(usualMaxTokens(model), budgetTokens + 1024)
  const user = fields.takeText('user') ?? fields.takeText('safety_identifier')
  const searches = takeSearch(fields)
  const translated = defined({
    model,
    // The thoughts count in it too, and must be fewer.
    max_tokens: budgetTokens < asked ? asked : budgetTokens + asked,
    system: chat.system.length > 0 ? withoutEmpty(chat.system).map(toBlock) : undefined,
    messages: toMessages(chat.turns),
    stream: body['stream'] === true ? true : undefined,
    temperature,
    top_p: topP,
    top_k: topK,
    stop_sequences: takeStop(fields),
    thinking,
    output_config: defined({ effort, format: takeFormat(fields, model) }),
    tools: toTools(tools, searches),
    tool_choice: toChoice(tools, fields.take('parallel_tool_calls') === false),
    metadata: user === undefined ? undefined : { user_id: user },
    service_tier: takeTier(fields),
    cache_control: fields.take('cache_control'),
  })
  return { body: translated ?? {}, headers: ['anthropic-version', '2023-06-01'], dropped: fields.dropped() }
}

/** Forced calls and thoughts exclude each other; and thoughts go on only where those before are there. */
function isThinkingBarred(turns: readonly HubTurn[], { choice }: HubTools): boolean {
  if (choice?.type === 'required' || choice?.type === 'one') return true
  const last = turns.at(-1)?.role === 'tool' ? turns.at(-2) : undefined
  return last?.role === 'assistant' && last.calls.length > 0 && last.thinking.length === 0
}

function toMessages(turns: readonly HubTurn[]): JsonObject[] {
  const messages: { role: string; content: JsonObject[] }[] = []
  for (const [at, turn] of turns.entries()) {
    const role = turn.role === 'assistant' ? 'assistant' : 'user'
    const content = toContent(turn, at === turns.length - 1)
    const last = messages.at(-1)
    // Results stand in the same message as what the user says then.
    if (last?.role === role) last.content.push(...content)
    else if (content.length > 0) messages.push({ role, content })
  }
  return messages.map(({ role, content }) => ({ role, content }))
}

function toContent(turn: HubTurn, isLast: boolean): JsonObject[] {
  if (turn.role === 'user') return withoutEmpty(turn.parts).map(toBlock)
  if (turn.role === 'tool') {
    return turn.results.map(({ id, parts }) => ({
      type: 'tool_result',
      tool_use_id: id,
      ...(withoutEmpty(parts).length > 0 && { content: withoutEmpty(parts).map(toBlock) }),
    }))
  }
  const calls = turn.calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input }))
  const said = withoutEmpty(turn.parts).map(toBlock)
  const end = said.at(-1)
  // What the model is to go on with must not end in white space.
  if (isLast && end && calls.length === 0) end['text'] = (asText(end['text']) ?? '').trimEnd()
  return [...turn.thinking, ...said, ...calls]
}

/** Anthropic takes no empty texts, and clients send them beside tool calls. */
function withoutEmpty(parts: readonly HubPart[]): HubPart[] {
  return parts.filter((part) => part.type !== 'text' || part.text !== '')
}

function toBlock(part: HubPart): JsonObject {
  const cache = part.cache === undefined ? {} : { cache_control: part.cache }
  if (part.type === 'text') return { type: 'text', text: part.text, ...cache }
  if (part.type === 'audio') throw unfit(part, 'audio')
  const { media } = part
  if (media.from === 'id') {
    return { type: part.type === 'image' ? 'image' : 'document', source: { type: 'file', file_id: media.id }, ...cache }
  }
  if (media.from === 'url') {
    return { type: part.type === 'image' ? 'image' : 'document', source: { type: 'url', url: media.url }, ...cache }
  }
  const source = { type: 'base64', media_type: media.mimeType, data: media.base64 }
  if (part.type === 'image') return { type: 'image', source, ...cache }
  const title = part.name === null ? {} : { title: part.name }
  if (media.mimeType === 'application/pdf') return { type: 'document', source, ...title, ...cache }
  if (!media.mimeType.startsWith('text/')) throw unfit(part, `files of the type ${media.mimeType}`)
  const text = Buffer.from(media.base64, 'base64').toString('utf8')
  return { type: 'document', source: { type: 'text', media_type: 'text/plain', data: text }, ...title, ...cache }
}

function toTools({ tools }: HubTools, searches: JsonObject | null): JsonObject[] | undefined {
  const all: JsonObject[] = tools.map(({ name, description, parameters, isStrict, cache }) => ({
    name,
    ...(description !== undefined && { description }),
    input_schema: parameters ?? { type: 'object', properties: {} },
    ...(isStrict && { strict: true }),
    ...(cache !== undefined && { cache_control: cache }),
  }))
  if (searches) all.push(searches)
  return all.length > 0 ? all : undefined
}

function toChoice({ tools, choice }: HubTools, isSingle: boolean): JsonObject | undefined {
  if (tools.length === 0) return undefined
  if (choice?.type === 'none') return { type: 'none' }
  const single = isSingle ? { disable_parallel_tool_use: true } : {}
  if (choice?.type === 'required') return { type: 'any', ...single }
  if (choice?.type === 'one') return { type: 'tool', name: choice.name, ...single }
  return choice || isSingle ? { type: 'auto', ...single } : undefined
}

function takeFormat(fields: HubFields, model: string): JsonObject | undefined {
  const schema = takeSchema(fields)
  if (schema === null) return undefined
  if (schema === 'json_object') {
    // OpenAI demands that the prompt asks for JSON too, so that it is still asked for.
    fields.drop('response_format')
    return undefined
  }
  if (!takesSchema(model)) {
    throw new Untranslatable('response_format', `response_format cannot be carried: ${model} takes no JSON schema`)
  }
  return { type: 'json_schema', schema: schema.schema }
}

/** The search that Anthropic does itself. */
function takeSearch(fields: HubFields): JsonObject | null {
  const options = asObject(fields.take('web_search_options'))
  if (!options) return null
  const place = asObject(asObject(options['user_location'])?.['approximate'])
  return {
    type: 'web_search_20250305',
    name: 'web_search',
    ...(place && { user_location: { type: 'approximate', ...place } }),
  }
}

function takeTier(fields: HubFields): string | undefined {
  const tier = fields.take('service_tier')
  if (tier === 'auto' || tier === 'standard_only') return tier
  if (tier === 'default') return 'standard_only'
  if (tier !== undefined) fields.drop('service_tier')
  return undefined
}
