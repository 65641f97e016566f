import { asText } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { takeSampling, takeThinking } from './anthropic-model.ts'
import { type HubFields, readFields } from './hub-fields.ts'
import { type HubTurn, readMessages } from './hub-messages.ts'
import { type HubPart, unfit } from './hub-parts.ts'
import {
  defined,
  type HubSchema,
  type HubTools,
  takeEffort,
  takeMaxTokens,
  takeSchema,
  takeStop,
  takeTools,
} from './hub-tools.ts'
import { type TranslatedRequest, Untranslatable } from './translator.ts'

/**
 * A chat as Bedrock's Converse; the model stands in the path. Source:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (checked 2026-11-26).
 */
export function toBedrock(body: JsonObject, model: string): TranslatedRequest {
  const fields = readFields(body)
  const chat = readMessages(body['messages'])
  const tools = takeTools(fields)
  const isClaude = model.includes('claude')
  const { inference, effort, more, leastTokens } = isClaude
    ? takeClaude(fields, model, chat.turns, tools)
    : takeOthers(fields)
  const maxTokens = takeMaxTokens(fields)
  const translated = defined({
    system: chat.system.length > 0 ? chat.system.flatMap((part) => toBlocks(part, 0)) : undefined,
    messages: toMessages(chat.turns),
    inferenceConfig: defined({
      maxTokens: maxTokens !== undefined && maxTokens <= leastTokens ? maxTokens + leastTokens : maxTokens,
      stopSequences: takeStop(fields),
      ...inference,
    }),
    toolConfig: toToolConfig(tools, chat.turns),
    outputConfig: defined({ effort, textFormat: takeFormat(fields) }),
    additionalModelRequestFields: more,
    requestMetadata: fields.take('metadata'),
    serviceTier: takeTier(fields),
  })
  return { body: translated ?? {}, headers: [], dropped: fields.dropped() }
}

interface OfModel {
  inference: JsonObject
  effort: string | undefined
  more: JsonObject | undefined
  leastTokens: number
}

/** What Anthropic's own words are needed for. */
function takeClaude(fields: HubFields, model: string, turns: readonly HubTurn[], { choice }: HubTools): OfModel {
  const before = turns.at(-1)?.role === 'tool' ? turns.at(-2) : undefined
  const lacksThoughts = before?.role === 'assistant' && before.thinking.length === 0
  const isBarred = choice?.type === 'required' || choice?.type === 'one' || lacksThoughts
  const { thinking, effort, budgetTokens } = takeThinking(fields, model, isBarred)
  const isThinking = thinking !== undefined && thinking['type'] !== 'disabled'
  const { temperature, topP, topK } = takeSampling(fields, model, isThinking)
  const output_config = effort === undefined ? undefined : { effort }
  const more = defined({ thinking, output_config, top_k: topK })
  return { inference: { temperature, topP }, effort: undefined, more, leastTokens: budgetTokens }
}

function takeOthers(fields: HubFields): OfModel {
  const inference = { temperature: fields.takeNumber('temperature'), topP: fields.takeNumber('top_p') }
  return { inference, effort: takeEffort(fields), more: undefined, leastTokens: 0 }
}

function toMessages(turns: readonly HubTurn[]): JsonObject[] {
  const messages: { role: string; content: JsonObject[] }[] = []
  let documents = 0
  const blocksOf = (part: HubPart): JsonObject[] => toBlocks(part, part.type === 'file' ? ++documents : 0)
  for (const turn of turns) {
    const role = turn.role === 'assistant' ? 'assistant' : 'user'
    const content = toContent(turn, blocksOf)
    const last = messages.at(-1)
    if (last?.role === role) last.content.push(...content)
    else if (content.length > 0) messages.push({ role, content })
  }
  return messages.map(({ role, content }) => ({ role, content }))
}

function toContent(turn: HubTurn, blocksOf: (part: HubPart) => JsonObject[]): JsonObject[] {
  if (turn.role === 'user') return turn.parts.flatMap(blocksOf)
  if (turn.role === 'tool') {
    return turn.results.map(({ id, parts }) => {
      const content = parts.flatMap(blocksOf)
      return { toolResult: { toolUseId: id, content: content.length > 0 ? content : [{ text: ' ' }] } }
    })
  }
  const calls = turn.calls.map(({ id, name, input }) => ({ toolUse: { toolUseId: id, name, input } }))
  return [...turn.thinking.flatMap(toThinking), ...turn.parts.flatMap(blocksOf), ...calls]
}

function toThinking(block: JsonObject): JsonObject[] {
  if (block['type'] === 'redacted_thinking') return [{ reasoningContent: { redactedContent: block['data'] } }]
  const text = asText(block['thinking'])
  if (text === null) return []
  const signature = asText(block['signature'])
  return [{ reasoningContent: { reasoningText: { text, ...(signature !== null && { signature }) } } }]
}

function toBlocks(part: HubPart, document: number): JsonObject[] {
  const point = part.cache === undefined ? [] : [{ cachePoint: { type: 'default' } }]
  // Bedrock takes no empty texts.
  if (part.type === 'text') return part.text === '' ? point : [{ text: part.text }, ...point]
  return [toMedia(part, document), ...point]
}

const documentFormats: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
}

function toMedia(part: Exclude<HubPart, { type: 'text' }>, document: number): JsonObject {
  const { media } = part
  if (part.type === 'audio') throw unfit(part, 'audio')
  if (media.from === 'id') throw unfit(part, 'ids of files: send the bytes as data:')
  if (media.from === 'url') throw unfit(part, 'addresses: send the bytes as data:')
  const source = { bytes: media.base64 }
  if (part.type === 'image') {
    const format = /^image\/(png|jpeg|gif|webp)$/.exec(media.mimeType.replace('/jpg', '/jpeg'))?.[1]
    if (format === undefined) throw unfit(part, `images of the type ${media.mimeType}`)
    return { image: { format, source } }
  }
  const format = Object.hasOwn(documentFormats, media.mimeType) ? documentFormats[media.mimeType] : undefined
  if (format === undefined) throw unfit(part, `files of the type ${media.mimeType}`)
  return { document: { format, name: documentName(part.name, document), source } }
}

/** Bedrock takes letters, digits, single spaces, hyphens and brackets, and no name twice. */
function documentName(name: string | null, document: number): string {
  const clean = (name ?? 'document').replaceAll(/[^A-Za-z0-9()[\]-]+/g, ' ').trim()
  return `${clean.slice(0, 180)} ${document}`.trim()
}

function toToolConfig({ tools, choice }: HubTools, turns: readonly HubTurn[]): JsonObject | undefined {
  if (tools.length === 0) return undefined
  if (choice?.type === 'none') {
    // Without tools nothing is called; but earlier calls cannot be told without them.
    if (!turns.some((turn) => turn.role === 'assistant' && turn.calls.length > 0)) return undefined
    throw new Untranslatable('tool_choice', 'tool_choice none cannot be carried: this provider has no word for it')
  }
  const specs = tools.flatMap(({ name, description, parameters, isStrict, cache }): JsonObject[] => [
    {
      toolSpec: {
        name,
        ...(description !== undefined && { description }),
        inputSchema: { json: parameters ?? { type: 'object', properties: {} } },
        ...(isStrict && { strict: true }),
      },
    },
    ...(cache === undefined ? [] : [{ cachePoint: { type: 'default' } }]),
  ])
  return { tools: specs, ...(choice && { toolChoice: toChoice(choice) }) }
}

function toChoice(choice: NonNullable<HubTools['choice']>): JsonObject {
  if (choice.type === 'one') return { tool: { name: choice.name } }
  return choice.type === 'required' ? { any: {} } : { auto: {} }
}

function takeFormat(fields: HubFields): JsonObject | undefined {
  const schema: HubSchema | 'json_object' | null = takeSchema(fields)
  if (schema === null) return undefined
  if (schema === 'json_object') {
    fields.drop('response_format')
    return undefined
  }
  const { name, description } = schema
  const jsonSchema = { schema: JSON.stringify(schema.schema), name, ...(description !== undefined && { description }) }
  return { type: 'json_schema', structure: { jsonSchema } }
}

function takeTier(fields: HubFields): JsonObject | undefined {
  const tier = fields.take('service_tier')
  if (tier === 'default' || tier === 'priority' || tier === 'flex') return { type: tier }
  if (tier !== undefined && tier !== 'auto') fields.drop('service_tier')
  return undefined
}
