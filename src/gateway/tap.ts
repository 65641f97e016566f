import type { AnswerFacts, Format, StreamReader } from '../formats/format.ts'
import { firstMembers, lastMembers } from '../formats/edges.ts'
import { readJsonAnswer } from '../formats/json-answer.ts'
import { scanTopLevel } from '../formats/scan.ts'
import type { CreateScanner } from '../formats/framing.ts'
import { createBoundedReader } from './bounded-reader.ts'
import { decode } from './decoding.ts'
import { createEventHider } from './event-hider.ts'
import { createWaitingChunks } from './waiting-chunks.ts'

/** Reads an answer while it passes by. One tap reads one answer. */
export interface Tap {
  /**
   * Takes the next bytes and gives those that may go on (null: none). Where `isTerminal()` is true afterwards, the
   * given bytes carry the end of the answer and must not go on before the answer is recorded.
   */
  take(chunk: Buffer): Buffer | null
  isTerminal(): boolean
  /** Whether an orderly HTTP end at this point is a complete answer. */
  endIsComplete(): boolean
  /** Whether the answer itself says that it is an error; asked at its end. */
  tellsError(): boolean
  /** At the end of the answer: bytes taken that never went on (an event without its blank line); null: none. */
  rest(): Buffer | null
  /** All that was read; called once, at the end, however it came. */
  read(): AnswerReading | Promise<AnswerReading>
}

export interface AnswerReading {
  facts: AnswerFacts
  /** What is kept of the body, as text bytes; null where nothing is kept. */
  body: Buffer | null
  isTruncated: boolean
  /** Bytes that came over the wire. */
  size: number
  /** What of these never went on, as offsets; null where nothing. */
  hidden: Range[] | null
}

/** From, inclusive, and to, exclusive. */
export type Range = readonly [start: number, end: number]

export interface TapLimits {
  parsedBytes: number
  keptBytes: number
}

/** A tap for an answer that is not an event stream. `lengthBytes` is what its head promises, null where nothing. */
export function createPlainTap(options: {
  format: Format
  contentType: string | null
  contentEncoding: string | null
  lengthBytes: number | null
  limits: TapLimits
}): Tap {
  const { limits } = options
  const kept: Buffer[] = []
  let keptBytes = 0
  let size = 0

  return {
    take(chunk) {
      size += chunk.length
      if (keptBytes < limits.keptBytes) {
        const part = chunk.subarray(0, limits.keptBytes - keptBytes)
        kept.push(part)
        keptBytes += part.length
      }
      return chunk
    },
    isTerminal: () => options.lengthBytes !== null && size >= options.lengthBytes,
    endIsComplete: () => options.lengthBytes === null || size >= options.lengthBytes,
    // It is told in the answer's one piece, and nothing is added to that.
    tellsError: () => true,
    rest: () => null,
    read() {
      const only = kept.length === 1 ? kept[0] : undefined
      const raw = only ?? Buffer.concat(kept)
      const isCut = size > keptBytes
      if (options.contentEncoding === null) {
        return {
          ...readPlain(options.format, options.contentType, raw, limits.parsedBytes),
          isTruncated: isCut,
          size,
          hidden: null,
        }
      }
      return decode(raw, options.contentEncoding, limits.keptBytes).then((bytes) => {
        if (!bytes) return { facts: nothing, body: null, isTruncated: true, size, hidden: null }
        return {
          ...readPlain(options.format, options.contentType, bytes, limits.parsedBytes),
          isTruncated: isCut,
          size,
          hidden: null,
        }
      })
    },
  }
}

/** Up to this size parsing the whole costs less than looking for its edges and parsing those. */
const smallBodyBytes = 8 * 1024

const nothing: AnswerFacts = { model: null, usage: null, error: null }
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

function readPlain(
  format: Format,
  contentType: string | null,
  body: Buffer,
  parsedBytes: number,
): { facts: AnswerFacts; body: Buffer } {
  if (body.length === 0 || contentType?.includes('json') !== true) return { facts: nothing, body }
  const edges = body.length > smallBodyBytes ? readEdges(body) : null
  if (edges) return { facts: format.readAnswer(edges), body }
  if (body.length > parsedBytes) {
    const found = scanTopLevel(body, answerMembers)
    const members = Object.fromEntries(Object.entries(found).map(([name, member]) => [name, member.value]))
    return { facts: format.readAnswer(members), body }
  }
  return { facts: readJsonAnswer(format, body), body }
}

/** Most answers tell the model at their beginning and the usage at their end: what is between need not be parsed. */
function readEdges(body: Buffer): Record<string, unknown> | null {
  const last = lastMembers(body, 'usage')
  const first = last && firstMembers(body, 'model')
  return first && { ...first, ...last }
}

/**
 * A tap for an event stream in a known format. `hidesUsage`: the usage event was asked for by Tollgate, not by the
 * client, and is taken out; then only whole events go on.
 */
export function createStreamTap(
  createReader: () => StreamReader,
  options: { createScanner: CreateScanner; hidesUsage: boolean; limits: TapLimits },
): Tap {
  const { keptBytes } = options.limits
  const reader = createBoundedReader(createReader, keptBytes)
  let isTerminal = false
  let size = 0
  /** Where the chunk begins that the scanner has now. */
  let scannedFrom = 0
  const hidden: Range[] = []
  const hider = createEventHider()

  function scan(chunk: Buffer): number {
    const border = scanner.push(chunk)
    scannedFrom += chunk.length
    return border
  }
  const waiting = createWaitingChunks(reader.decisive, scan)
  const scanner = options.createScanner((name, data, start, end) => {
    const kind = reader.event(name, data)
    if (kind === 'terminal') isTerminal = true
    else if (kind === 'usage-only' && options.hidesUsage) {
      hider.hide(start, end)
      hidden.push([scannedFrom + start, scannedFrom + end])
    }
  })

  return {
    take(chunk) {
      size += chunk.length
      if (waiting.takes(chunk)) return chunk
      const border = scan(chunk)
      waiting.setBorder(border === chunk.length)
      return options.hidesUsage ? hider.pass(chunk, border) : chunk
    },
    isTerminal: () => isTerminal,
    endIsComplete() {
      waiting.read()
      // An event too large to be read may have been the terminal one.
      return isTerminal || reader.endIsComplete || scanner.hasSkipped()
    },
    tellsError() {
      waiting.read()
      return reader.facts().error !== null
    },
    rest: () => hider.rest(),
    read() {
      waiting.read()
      scanner.end()
      const body = encodeMessage(reader.message())
      return {
        facts: reader.facts(),
        body: body?.subarray(0, keptBytes) ?? null,
        isTruncated:
          reader.isTruncated() || scanner.hasSkipped() || body === undefined || (body?.length ?? 0) > keptBytes,
        size,
        hidden: hidden.length > 0 ? hidden : null,
      }
    },
  }
}

/** The message as JSON; null where there is none, undefined where it is nested too deeply to be written. */
function encodeMessage(message: unknown): Buffer | null | undefined {
  try {
    return message === null ? null : Buffer.from(JSON.stringify(message))
  } catch {
    return undefined
  }
}
