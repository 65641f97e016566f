import { gemini } from '../gemini.ts'
import { asCount, asObject, asText } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { geminiCitations } from './gemini-citations.ts'
import { emptyMessage, type FinishReason, hubAnswer, hubCall, hubChoice, type HubMessage } from './hub-answer.ts'
import { objectsOf } from './hub-parts.ts'
import type { Asked, TranslatedAnswer } from './translator.ts'

/** A whole answer of Google's generateContent as a chat's. Source: https://ai.google.dev/api/generate-content (checked 2026-11-26). */
export function fromGemini(body: unknown, asked: Asked): TranslatedAnswer {
  const told = asObject(body)
  const facts = gemini.readAnswer(body)
  const candidates = objectsOf(told?.['candidates'])
  const choices = candidates.map((candidate, at) => toChoice(candidate, at, asked))
  const refusal = blockedBecause(told)
  if (choices.length === 0) choices.push(hubChoice(0, { ...emptyMessage(), refusal }, 'content_filter'))
  return { answer: hubAnswer(asked, { ...facts, id: asText(told?.['responseId']) }, choices), facts }
}

function toChoice(candidate: JsonObject, at: number, asked: Asked): JsonObject {
  const index = asCount(candidate['index']) ?? at
  const message = emptyMessage()
  for (const part of objectsOf(asObject(candidate['content'])?.['parts'])) addPart(message, part, index, asked)
  message.annotations = geminiCitations(candidate['groundingMetadata'], message.content)
  const finish = finishOf(candidate['finishReason'], message.calls.length > 0)
  return hubChoice(index, message, finish, toLogprobs(candidate['logprobsResult']))
}

function addPart(message: HubMessage, part: JsonObject, choice: number, asked: Asked): void {
  const piece = toPiece(part)
  if (piece.type === 'thought') message.reasoning += piece.text
  else if (piece.type === 'text') message.content += piece.text
  else if (piece.type === 'image') message.images.push(piece.image)
  else if (piece.type === 'call') {
    const id = piece.id ?? callId(asked, choice, message.calls.length)
    message.calls.push(hubCall(id, piece.name, piece.written, piece.extra))
  }
}

export type GeminiPiece =
  | { type: 'text' | 'thought'; text: string }
  | { type: 'image'; image: JsonObject }
  | { type: 'call'; id: string | null; name: string; written: string; extra: JsonObject }
  | { type: 'other' }

/** What one part of a candidate says. */
export function toPiece(part: JsonObject): GeminiPiece {
  const call = asObject(part['functionCall'])
  if (call) {
    const signature = asText(part['thoughtSignature'])
    // As Google's own door for OpenAI's clients gives it, and takes it back.
    const extra = signature === null ? {} : { extra_content: { google: { thought_signature: signature } } }
    const written = JSON.stringify(call['args'] ?? {})
    return { type: 'call', id: asText(call['id']), name: asText(call['name']) ?? '', written, extra }
  }
  if (typeof part['text'] === 'string')
    return { type: part['thought'] === true ? 'thought' : 'text', text: part['text'] }
  const data = asObject(part['inlineData'])
  if (!data) return { type: 'other' }
  const url = `data:${asText(data['mimeType']) ?? 'image/png'};base64,${asText(data['data']) ?? ''}`
  return { type: 'image', image: { type: 'image_url', image_url: { url } } }
}

/** An id for a call that Google gives none; clients send it back with the result. */
export function callId({ id }: Asked, choice: number, at: number): string {
  return `call_${id.replace(/^chatcmpl-/, '')}_${choice}_${at}`
}

const filtered: ReadonlySet<unknown> = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
])

export function finishOf(reason: unknown, hasCalls: boolean): FinishReason {
  if (filtered.has(reason)) return 'content_filter'
  if (reason === 'MAX_TOKENS') return 'length'
  return hasCalls ? 'tool_calls' : 'stop'
}

/** Why a prompt got no candidate at all; null where Google does not say that it was blocked. */
export function blockedBecause(told: JsonObject | null): string | null {
  const feedback = asObject(told?.['promptFeedback'])
  const reason = asText(feedback?.['blockReason'])
  return reason === null ? null : (asText(feedback?.['blockReasonMessage']) ?? `The prompt was blocked: ${reason}`)
}

function toLogprobs(result: unknown): JsonObject | null {
  const chosen = objectsOf(asObject(result)?.['chosenCandidates'])
  if (chosen.length === 0) return null
  const tops = objectsOf(asObject(result)?.['topCandidates'])
  const content = chosen.map((token, at) => ({
    ...toLogprob(token),
    top_logprobs: objectsOf(tops[at]?.['candidates']).map(toLogprob),
  }))
  return { content, refusal: null }
}

function toLogprob(token: JsonObject): JsonObject {
  const text = asText(token['token']) ?? ''
  return { token: text, logprob: token['logProbability'] ?? 0, bytes: [...Buffer.from(text)] }
}
