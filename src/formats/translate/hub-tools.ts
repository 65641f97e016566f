import { asObject, asText } from '../json.ts'
import type { JsonObject } from '../json.ts'
import type { HubFields } from './hub-fields.ts'
import { objectsOf } from './hub-parts.ts'
import { Untranslatable } from './translator.ts'

export interface HubTool {
  name: string
  description: string | undefined
  /** A JSON schema; undefined: the function takes nothing. */
  parameters: JsonObject | undefined
  isStrict: boolean
  cache: unknown
}

export interface HubTools {
  tools: HubTool[]
  /** Null: the provider's own choice. */
  choice: { type: 'auto' | 'none' | 'required' } | { type: 'one'; name: string } | null
}

/** Takes `tools` and `tool_choice`. A choice among some of the tools leaves the others out. */
export function takeTools(fields: HubFields): HubTools {
  const tools = objectsOf(fields.take('tools')).map((tool, at) => readTool(tool, `tools.${at}`))
  const choice = fields.take('tool_choice')
  if (choice === undefined) return { tools, choice: null }
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { tools, choice: { type: choice } }
  const named = asText(asObject(asObject(choice)?.['function'])?.['name'])
  if (named !== null) return { tools, choice: { type: 'one', name: named } }
  const allowed = asObject(asObject(choice)?.['allowed_tools'])
  if (!allowed) throw new Untranslatable('tool_choice', 'tool_choice is none of auto, none, required and a function')
  const names = objectsOf(allowed['tools']).map((tool) => asText(asObject(tool['function'])?.['name']))
  const type = allowed['mode'] === 'required' ? 'required' : 'auto'
  return { tools: tools.filter((tool) => names.includes(tool.name)), choice: { type } }
}

function readTool(tool: JsonObject, param: string): HubTool {
  const described = asObject(tool['function'])
  const name = asText(described?.['name'])
  if (tool['type'] !== 'function' || !described || name === null) {
    throw new Untranslatable(param, `${param} is no function with a name: other tools are for OpenAI alone`)
  }
  return {
    name,
    description: asText(described['description']) ?? undefined,
    parameters: asObject(described['parameters']) ?? undefined,
    isStrict: described['strict'] === true,
    cache: tool['cache_control'] ?? undefined,
  }
}

export interface HubSchema {
  name: string
  description: string | undefined
  schema: JsonObject
}

/** Takes `response_format`: a schema, `json_object` for any JSON, null for any text. */
export function takeSchema(fields: HubFields): HubSchema | 'json_object' | null {
  const format = asObject(fields.take('response_format'))
  if (!format || format['type'] === 'text') return null
  if (format['type'] === 'json_object') return 'json_object'
  const described = asObject(format['json_schema'])
  const schema = asObject(described?.['schema'])
  if (format['type'] !== 'json_schema' || !described || !schema) {
    throw new Untranslatable('response_format', 'response_format is none of text, json_object and a json_schema')
  }
  const description = asText(described['description']) ?? undefined
  return { name: asText(described['name']) ?? 'answer', description, schema }
}

/** Takes `stop` as a list. */
export function takeStop(fields: HubFields): string[] | undefined {
  const stop = fields.take('stop')
  if (typeof stop === 'string') return [stop]
  if (!Array.isArray(stop) || stop.length === 0) return undefined
  return stop.filter((text) => typeof text === 'string')
}

/** Takes the most tokens that an answer may have, under its new or its old name. */
export function takeMaxTokens(fields: HubFields): number | undefined {
  const old = fields.takeNumber('max_tokens')
  return fields.takeNumber('max_completion_tokens') ?? old
}

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
export type Effort = (typeof efforts)[number]

/** Takes `reasoning_effort`. */
export function takeEffort(fields: HubFields): Effort | undefined {
  const asked = fields.take('reasoning_effort')
  if (asked === undefined) return undefined
  const effort = efforts.find((known) => known === asked)
  if (effort) return effort
  throw new Untranslatable('reasoning_effort', `reasoning_effort is none of ${efforts.join(', ')}`)
}

/** The object without its undefined members; undefined where nothing is left. */
export function defined(members: JsonObject): JsonObject | undefined {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined)
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}
