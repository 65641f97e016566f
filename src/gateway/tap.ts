import type { AnswerFacts, Format, StreamReader } from '../formats/format.ts'
import type { CreateScanner } from '../formats/framing.ts'
import { createBoundedReader } from './bounded-reader.ts'
import { decode } from './decoding.ts'
import { createEventHider } from './event-hider.ts'
import { nothingTold, readPlain } from './plain-answer.ts'
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

/**
 * A tap for an answer that is not an event stream. `format` null: what it tells is known already. `lengthBytes` is what its
 * head promises, null where nothing.
 */
export function createPlainTap(options: {
  format: Format | null
  contentType: string | null
  contentEncoding: string | null
  lengthBytes: number | null
  limits: TapLimits
}): Tap {
  const { limits, format, contentType } = options
  const kept: Buffer[] = []
  let keptBytes = 0
  let size = 0

  function readingOf(body: Buffer | null, isTruncated: boolean): AnswerReading {
    const facts = format && body ? readPlain(format, contentType, body, limits.parsedBytes) : nothingTold
    return { facts, body, isTruncated, size, hidden: null }
  }

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
      if (options.contentEncoding === null) return readingOf(raw, isCut)
      return decode(raw, options.contentEncoding, limits.keptBytes).then((body) =>
        readingOf(body, isCut || body === null),
      )
    },
  }
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
