import { firstMembers, lastMembers } from '../formats/edges.ts'
import type { AnswerFacts, Format } from '../formats/format.ts'
import { readJsonAnswer } from '../formats/json-answer.ts'
import { scanTopLevel } from '../formats/scan.ts'

/** Up to this size parsing the whole costs less than looking for its edges and parsing those. */
const smallBodyBytes = 8 * 1024

export const nothingTold: AnswerFacts = { model: null, usage: null, error: null }
const answerMembers = [
  'model',
  'modelVersion',
  'usage',
  'usageMetadata',
  'meta',
  'metadata',
  'duration',
  'error',
  'result',
] as const

/** What a whole answer that is no stream tells. Of more than `parsedBytes` only some members are looked at. Never throws. */
export function readPlain(format: Format, contentType: string | null, body: Buffer, parsedBytes: number): AnswerFacts {
  if (body.length === 0 || contentType?.includes('json') !== true) return nothingTold
  const edges = body.length > smallBodyBytes ? readEdges(body) : null
  if (edges) return format.readAnswer(edges)
  if (body.length <= parsedBytes) return readJsonAnswer(format, body)
  const found = scanTopLevel(body, answerMembers)
  return format.readAnswer(Object.fromEntries(Object.entries(found).map(([name, member]) => [name, member.value])))
}

/** Most answers tell the model at their beginning and the usage at their end: what is between need not be parsed. */
function readEdges(body: Buffer): Record<string, unknown> | null {
  const last = lastMembers(body, 'usage')
  const first = last && firstMembers(body, 'model')
  return first && { ...first, ...last }
}
