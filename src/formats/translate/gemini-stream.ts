import { errorMessage } from '../error-message.ts'
import type { AnswerFacts } from '../format.ts'
import { readGeminiUsage } from '../gemini-usage.ts'
import { asCount, asObject, asText, parseObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { blockedBecause, callId, finishOf, toPiece } from './gemini-answer.ts'
import { geminiCitations } from './gemini-citations.ts'
import { type ChunkWriter, createChunkWriter } from './hub-chunks.ts'
import { incomplete } from './hub-error.ts'
import { objectsOf } from './hub-parts.ts'
import type { Asked, Emit, StreamTranslator } from './translator.ts'

/** One candidate as far as it has come. */
interface Candidate {
  calls: number
  /** The content, in case a later event says what stands behind it. */
  text: string
}

/** A streamed answer of Google's streamGenerateContent (with `alt=sse`) as a chat's chunks. */
export function createGeminiStream(asked: Asked, emit: Emit): StreamTranslator {
  const chunks = createChunkWriter(asked, emit)
  const candidates = new Map<number, Candidate>()
  let model: string | null = null
  let usage: unknown = null
  let error: string | null = null

  function takeCandidate(told: JsonObject): void {
    const index = asCount(told['index']) ?? 0
    const candidate = candidates.get(index) ?? { calls: 0, text: '' }
    candidates.set(index, candidate)
    for (const part of objectsOf(asObject(told['content'])?.['parts'])) givePart(asked, chunks, index, candidate, part)
    const annotations = geminiCitations(told['groundingMetadata'], candidate.text)
    if (annotations.length > 0) chunks.delta(index, { annotations })
    const reason = asText(told['finishReason'])
    if (reason !== null) chunks.finish(index, finishOf(reason, candidate.calls > 0))
  }

  const facts = (): AnswerFacts => ({ model, usage: readGeminiUsage(usage), error })

  return {
    facts,
    event(_name, data) {
      const told = parseObject(data)
      if (!told || chunks.isClosed()) return
      model = asText(told['modelVersion']) ?? model
      usage = told['usageMetadata'] ?? usage
      chunks.name(asText(told['responseId']), model)
      error = errorMessage(told)
      if (error !== null) {
        chunks.fail(error, asText(asObject(told['error'])?.['status']))
        return
      }
      const given = objectsOf(told['candidates'])
      for (const candidate of given) takeCandidate(candidate)
      const refusal = blockedBecause(told)
      if (refusal !== null) {
        chunks.delta(0, { refusal })
        chunks.finish(0, 'content_filter')
      }
      const isLast = (given.length > 0 && told['usageMetadata'] !== undefined) || refusal !== null
      if (isLast && chunks.hasFinished()) chunks.done(readGeminiUsage(usage))
    },
    end() {
      if (chunks.isClosed()) return
      if (chunks.hasFinished()) chunks.done(readGeminiUsage(usage))
      else chunks.fail(incomplete, null)
    },
  }
}

function givePart(asked: Asked, chunks: ChunkWriter, index: number, candidate: Candidate, part: JsonObject): void {
  const piece = toPiece(part)
  if (piece.type === 'text' && piece.text !== '') {
    candidate.text += piece.text
    chunks.delta(index, { content: piece.text })
  } else if (piece.type === 'thought' && piece.text !== '') chunks.delta(index, { reasoning_content: piece.text })
  else if (piece.type === 'image') chunks.delta(index, { images: [piece.image] })
  else if (piece.type === 'call') {
    const place = candidate.calls++
    const id = piece.id ?? callId(asked, index, place)
    const named = { name: piece.name, arguments: piece.written }
    chunks.delta(index, { tool_calls: [{ index: place, id, type: 'function', function: named, ...piece.extra }] })
  }
}
