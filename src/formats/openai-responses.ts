import { errorMessage } from './error-message.ts'
import type { AnswerFacts, Format, StreamReader } from './format.ts'
import { asCount, asList, asObject, asText, parseObject } from './json.ts'
import type { JsonObject } from './json.ts'
import { readOpenAiRequest } from './openai-chat.ts'
import { openAiError } from './openai-error-event.ts'
import { readOpenAiUsage } from './openai-usage.ts'

/**
 * OpenAI's responses. A stream ends with an event that holds the whole response; until then the response is put
 * together from its parts. Source: https://platform.openai.com/docs/api-reference/responses-streaming
 * (checked 2026-11-22).
 */
export const openaiResponses: Format = {
  name: 'openai-responses',
  modelType: 'chat',
  pricing: 'priced',
  readRequest: readOpenAiRequest,
  readAnswer,
  createStreamReader,
  isOpening: (data) => openingTypes.has(asText(parseObject(data)?.['type']) ?? ''),
  // As its `error` event has it; the SDKs throw at the member `error`.
  errorEvent(failure) {
    const error = openAiError(failure)
    return `event: error\ndata: ${JSON.stringify({ ...error, type: 'error', error })}\n\n`
  },
}

const openingTypes = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.output_item.added',
  'response.content_part.added',
])

const terminalTypes = new Set(['response.completed', 'response.incomplete', 'response.failed'])

/** Where the text of a delta event goes: the member of the item, and of the item's list entry if it has one. */
const deltaTargets: Readonly<Record<string, { list: string | null; index: string; member: string }>> = {
  'response.output_text.delta': { list: 'content', index: 'content_index', member: 'text' },
  'response.refusal.delta': { list: 'content', index: 'content_index', member: 'refusal' },
  'response.reasoning_text.delta': { list: 'content', index: 'content_index', member: 'text' },
  'response.reasoning_summary_text.delta': { list: 'summary', index: 'summary_index', member: 'text' },
  'response.function_call_arguments.delta': { list: null, index: '', member: 'arguments' },
  'response.mcp_call_arguments.delta': { list: null, index: '', member: 'arguments' },
  'response.custom_tool_call_input.delta': { list: null, index: '', member: 'input' },
}

/** A bound on output items and their parts, so that a broken provider cannot make long sparse lists. */
const mostEntries = 1024

function readAnswer(body: unknown): AnswerFacts {
  const answer = asObject(body)
  const usage = readOpenAiUsage(answer?.['usage'])
  const searches = asList(answer?.['output']).filter(isSearch).length
  return {
    model: asText(answer?.['model']),
    usage: usage && searches > 0 ? { ...usage, searches } : usage,
    error: errorMessage(answer),
  }
}

/** Of the web search tool's actions only `search` is charged; opening a found page is not. */
function isSearch(item: unknown): boolean {
  const fields = asObject(item)
  const action = asObject(fields?.['action'])?.['type']
  return fields?.['type'] === 'web_search_call' && (action === undefined || action === 'search')
}

function createStreamReader(): StreamReader {
  let response: JsonObject | null = null
  let isFinal = false
  let error: string | null = null
  const items: JsonObject[] = []

  return {
    decisive: /\[DONE\]|"response\.(?:completed|incomplete|failed)"|"error"/,
    endIsComplete: false,
    event(_name, data) {
      if (data === '[DONE]') return 'terminal'
      const event = parseObject(data)
      if (!event) return 'more'
      const type = asText(event['type']) ?? ''
      if (type === 'error' || event['error']) error = errorMessage(event) ?? error
      else if (event['response'] !== undefined) response = asObject(event['response']) ?? response
      else takePart(items, type, event)
      if (!terminalTypes.has(type)) return 'more'
      isFinal = true
      return 'terminal'
    },
    facts() {
      const facts = readAnswer(response)
      return { ...facts, error: facts.error ?? error }
    },
    message() {
      if (isFinal || !response) return response
      return { ...response, output: items.filter((item) => item !== undefined) }
    },
  }
}

function takePart(items: JsonObject[], type: string, event: JsonObject): void {
  const index = asCount(event['output_index'])
  if (index === null || index >= mostEntries) return
  if (type === 'response.output_item.added' || type === 'response.output_item.done') {
    items[index] = asObject(event['item']) ?? {}
    return
  }
  const target = deltaTargets[type]
  const delta = event['delta']
  if (!target || typeof delta !== 'string') return
  const item = (items[index] ??= {})
  const place = target.list === null ? item : entryOf(item, target.list, event[target.index])
  if (place) place[target.member] = (asText(place[target.member]) ?? '') + delta
}

function entryOf(item: JsonObject, listName: string, at: unknown): JsonObject | null {
  const index = asCount(at)
  if (index === null || index >= mostEntries) return null
  const list: unknown[] = Array.isArray(item[listName]) ? item[listName] : []
  item[listName] = list
  const entry = asObject(list[index]) ?? { type: listName === 'summary' ? 'summary_text' : 'output_text' }
  list[index] = entry
  return entry
}
