import { errorMessage } from './error-message.ts'
import type { AnswerFacts, Format, FormatRequest, RequestFacts, StreamReader } from './format.ts'
import { readGeminiUsage } from './gemini-usage.ts'
import { asCount, asList, asObject, asText, parseObject, setMember } from './json.ts'
import type { JsonObject } from './json.ts'
import { entryAt } from './merge-delta.ts'

/**
 * Google's generateContent and streamGenerateContent. The model and what is asked of it stand in the path. A stream
 * comes as server-sent events with `alt=sse`, else as one JSON array of the same chunks.
 * Source: https://ai.google.dev/api/generate-content (checked 2026-11-22).
 */
export const gemini: Format = {
  name: 'gemini',
  modelType: 'chat',
  pricing: 'priced',
  readRequest,
  readAnswer,
  createStreamReader,
  // Without `data:`, as Google sends it itself: its clients throw at a line that is an error, and only pass on events.
  errorEvent({ status, message }) {
    const error = { code: status, message, status: status === 504 ? 'DEADLINE_EXCEEDED' : 'UNAVAILABLE' }
    return `${JSON.stringify({ error })}\n`
  },
}

/** embedContent and batchEmbedContents. Source: https://ai.google.dev/api/embeddings (checked 2026-11-22). */
export const geminiEmbeddings: Format = {
  name: 'gemini-embeddings',
  modelType: 'embedding',
  pricing: 'priced',
  readRequest,
  readAnswer,
  createStreamReader: null,
}

const modelInPath = /(?:^|\/)(?:models|tunedModels)\/([^/:]+):(\w+)$/

function readRequest({ path }: FormatRequest): RequestFacts {
  const [, model, verb] = modelInPath.exec(path) ?? []
  return { model: model ?? null, isStream: verb === 'streamGenerateContent' }
}

function readAnswer(body: unknown): AnswerFacts {
  if (!Array.isArray(body)) return readChunk(asObject(body))
  const answer: JsonObject = {}
  for (const chunk of body) mergeChunk(answer, asObject(chunk) ?? {})
  return readChunk(answer)
}

function readChunk(answer: JsonObject | null): AnswerFacts {
  return {
    model: asText(answer?.['modelVersion']),
    usage: readGeminiUsage(answer?.['usageMetadata']),
    error: errorMessage(answer),
  }
}

function createStreamReader(): StreamReader {
  let answer: JsonObject | null = null

  return {
    get endIsComplete() {
      return isFinished(answer)
    },
    event(_name, data) {
      const chunk = parseObject(data)
      if (!chunk) return 'more'
      answer ??= {}
      mergeChunk(answer, chunk)
      const isLast = asList(chunk['candidates']).length > 0 && asObject(chunk['usageMetadata']) && isFinished(answer)
      return isLast || isBlocked(chunk) ? 'terminal' : 'more'
    },
    facts: () => readChunk(answer),
    message: () => answer,
  }
}

function isFinished(answer: JsonObject | null): boolean {
  const candidates = asList(answer?.['candidates'])
  if (candidates.length === 0) return isBlocked(answer)
  return candidates.every((candidate) => asText(asObject(candidate)?.['finishReason']) !== null)
}

/** A prompt that was refused gets no candidate at all. */
function isBlocked(answer: JsonObject | null): boolean {
  return asText(asObject(answer?.['promptFeedback'])?.['blockReason']) !== null
}

/** The last value of each member stands; candidates are merged by their index, their parts put in a row. */
function mergeChunk(answer: JsonObject, chunk: JsonObject): void {
  for (const key in chunk) {
    if (key !== 'candidates') setMember(answer, key, chunk[key])
  }
  const candidates = asList(chunk['candidates'])
  if (candidates.length === 0) return
  const known: unknown[] = Array.isArray(answer['candidates']) ? answer['candidates'] : []
  answer['candidates'] = known
  for (const candidate of candidates) {
    const fields = asObject(candidate)
    const entry = fields && entryAt(known, asCount(fields['index']) ?? 0)
    if (entry) mergeCandidate(entry, fields)
  }
}

function mergeCandidate(entry: JsonObject, candidate: JsonObject): void {
  const content = asObject(candidate['content'])
  const knownContent = asObject(entry['content'])
  for (const key in candidate) {
    if (key !== 'content') setMember(entry, key, candidate[key])
  }
  if (!content) return
  const parts = [...asList(knownContent?.['parts'])]
  for (const part of asList(content['parts'])) mergePart(parts, part)
  entry['content'] = { ...knownContent, ...content, parts }
}

/** Text goes on the text before it, unless one of the two is a thought and the other is not. */
function mergePart(parts: unknown[], part: unknown): void {
  const last = asObject(parts.at(-1))
  const fields = asObject(part)
  const isMore = last && fields && isPlainText(last) && isPlainText(fields) && last['thought'] === fields['thought']
  if (isMore) parts[parts.length - 1] = { ...last, text: `${String(last['text'])}${String(fields['text'])}` }
  else parts.push(part)
}

function isPlainText(part: JsonObject): boolean {
  return typeof part['text'] === 'string' && Object.keys(part).every((key) => key === 'text' || key === 'thought')
}
