import { asObject, asText, parseObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { type HubFields, readFields } from './hub-fields.ts'
import { type HubCall, type HubTurn, readMessages } from './hub-messages.ts'
import { type HubPart, type Media, textOf, typeOfUrl, unfit } from './hub-parts.ts'
import { defined, type HubTools, takeEffort, takeMaxTokens, takeSchema, takeStop, takeTools } from './hub-tools.ts'
import type { TranslatedRequest } from './translator.ts'

/**
 * A chat as Google's generateContent. Schemas go as JSON schemas (`parametersJsonSchema`, `responseJsonSchema`), not in
 * Google's own dialect, which knows no `$ref` and no union. Sources: https://ai.google.dev/api/generate-content,
 * https://ai.google.dev/gemini-api/docs/thought-signatures (checked 2026-11-26).
 */
export function toGemini(body: JsonObject, model: string): TranslatedRequest {
  const fields = readFields(body)
  const chat = readMessages(body['messages'])
  const tools = takeTools(fields)
  const schema = takeSchema(fields)
  const hasLogprobs = fields.take('logprobs') === true
  const logprobs = fields.takeNumber('top_logprobs')
  const translated = defined({
    systemInstruction: chat.system.length > 0 ? { parts: chat.system.map((part) => toPart(part)) } : undefined,
    contents: toContents(chat.turns, isStrictAboutSignatures(model)),
    tools: toTools(tools, fields.take('web_search_options') !== undefined),
    toolConfig: toToolConfig(tools),
    generationConfig: defined({
      temperature: fields.takeNumber('temperature'),
      topP: fields.takeNumber('top_p'),
      topK: fields.takeNumber('top_k'),
      maxOutputTokens: takeMaxTokens(fields),
      stopSequences: takeStop(fields),
      candidateCount: fields.takeNumber('n'),
      seed: fields.takeNumber('seed'),
      presencePenalty: fields.takeNumber('presence_penalty'),
      frequencyPenalty: fields.takeNumber('frequency_penalty'),
      responseLogprobs: hasLogprobs || undefined,
      logprobs: hasLogprobs ? logprobs : undefined,
      responseMimeType: schema === null ? undefined : 'application/json',
      responseJsonSchema: schema === null || schema === 'json_object' ? undefined : schema.schema,
      thinkingConfig: takeThinking(fields, model),
    }),
    safetySettings: fields.take('safety_settings'),
  })
  return { body: translated ?? {}, headers: [], dropped: fields.dropped() }
}

/** From Gemini 3 on, calls without their signature are refused. */
function isStrictAboutSignatures(model: string): boolean {
  return !/gemini-[12]\b|gemma/.test(model)
}

/** Google's own word for a call whose signature is not there, because another model made it. */
const noSignature = 'skip_thought_signature_validator'

function toContents(turns: readonly HubTurn[], isStrict: boolean): JsonObject[] {
  const contents: { role: string; parts: JsonObject[] }[] = []
  for (const turn of turns) {
    const role = turn.role === 'assistant' ? 'model' : 'user'
    const parts = toParts(turn, isStrict)
    const last = contents.at(-1)
    if (last?.role === role) last.parts.push(...parts)
    else if (parts.length > 0) contents.push({ role, parts })
  }
  return contents.map(({ role, parts }) => ({ role, parts }))
}

function toParts(turn: HubTurn, isStrict: boolean): JsonObject[] {
  if (turn.role === 'user') return turn.parts.map((part) => toPart(part))
  if (turn.role === 'tool') {
    return turn.results.flatMap(({ name, parts }) => [
      { functionResponse: { name, response: toResponse(textOf(parts)) } },
      // What a function gives beside text stands behind its result.
      ...parts.filter((part) => part.type !== 'text').map((part) => toPart(part)),
    ])
  }
  const said = turn.parts.filter((part) => part.type !== 'text' || part.text !== '').map((part) => toPart(part))
  return [...said, ...turn.calls.map((call, at) => toCall(call, isStrict && at === 0))]
}

function toCall({ name, input, call }: HubCall, needsSignature: boolean): JsonObject {
  const told = asText(asObject(asObject(call['extra_content'])?.['google'])?.['thought_signature'])
  const thoughtSignature = told ?? (needsSignature ? noSignature : undefined)
  return { functionCall: { name, args: input }, ...(thoughtSignature !== undefined && { thoughtSignature }) }
}

/** A result must be an object; a text that is none gets a name. */
function toResponse(text: string): JsonObject {
  return parseObject(text) ?? { result: text }
}

function toPart(part: HubPart): JsonObject {
  if (part.type === 'text') return { text: part.text }
  return toData(part, part.media)
}

function toData(part: HubPart, media: Media): JsonObject {
  if (media.from === 'data') return { inlineData: { mimeType: media.mimeType, data: media.base64 } }
  const fileUri = media.from === 'id' ? media.id : media.url
  if (fileUri.startsWith('s3://')) throw unfit(part, 's3:// addresses')
  const mimeType = typeOfUrl(fileUri, part.type === 'image' ? 'image/jpeg' : 'application/pdf')
  return { fileData: { mimeType, fileUri } }
}

function toTools({ tools }: HubTools, searches: boolean): JsonObject[] | undefined {
  const all: JsonObject[] = []
  if (tools.length > 0) {
    const functionDeclarations = tools.map(({ name, description, parameters }) => ({
      name,
      ...(description !== undefined && { description }),
      ...(parameters && { parametersJsonSchema: parameters }),
    }))
    all.push({ functionDeclarations })
  }
  if (searches) all.push({ googleSearch: {} })
  return all.length > 0 ? all : undefined
}

const modes = { auto: 'AUTO', none: 'NONE', required: 'ANY' } as const

function toToolConfig({ tools, choice }: HubTools): JsonObject | undefined {
  if (!choice || tools.length === 0) return undefined
  if (choice.type === 'one') return { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: [choice.name] } }
  return { functionCallingConfig: { mode: modes[choice.type] } }
}

/** As Google's own door for OpenAI's clients has it: https://ai.google.dev/gemini-api/docs/openai (checked 2026-11-26). */
const budgets = { none: 0, minimal: 1024, low: 1024, medium: 8192, high: 24_576, xhigh: 24_576, max: 24_576 } as const
const levels = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
  max: 'HIGH',
} as const

function takeThinking(fields: HubFields, model: string): JsonObject | undefined {
  const effort = takeEffort(fields)
  if (effort === undefined) return undefined
  if (/gemini-(?:1|2\.0)|gemma/.test(model)) {
    fields.drop('reasoning_effort')
    return undefined
  }
  const includeThoughts = effort !== 'none'
  if (isStrictAboutSignatures(model)) return { thinkingLevel: levels[effort], includeThoughts }
  // The largest model of that generation always thinks, at least this much.
  const least = model.includes('pro') ? 128 : 0
  return { thinkingBudget: Math.max(budgets[effort], least), includeThoughts }
}
