import { parseObject } from './json.ts'
import { createLineSplitter } from './lines.ts'

/**
 * Takes one event: the value of its `event:` line or null, and its data. `start` and `end` are offsets in the chunk
 * just pushed: of the event's first byte (negative: it began in an earlier chunk) and of the first byte behind it.
 */
export type OnSseEvent = (name: string | null, data: string, start: number, end: number) => void

export interface SseScanner {
  /**
   * Takes the next bytes of the stream, cut anywhere. Gives the offset up to which the chunk may be forwarded by
   * someone who forwards whole events only: the first byte of the unfinished event (negative: it began in an earlier
   * chunk), or the chunk's length where none is unfinished or it is too large to be held.
   */
  push(chunk: Uint8Array): number
  /** The stream is over: an event that lacks nothing but its blank line is given too, with end 0. */
  end(): void
  /** Whether an event was left out because it was too large. */
  hasSkipped(): boolean
}

const mebibyte = 1024 * 1024
const dataField = Buffer.from('data')
const eventField = Buffer.from('event')
const colon = 0x3a
const space = 0x20

/**
 * Scans a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), giving each
 * event as soon as a reader could act on it:
 *
 * - at its blank line, as the standard has it, when the blank line is in the same chunk;
 * - else at the end of the chunk, if its only data line so far is complete and is `[DONE]` or a JSON object. Clients
 *   that read line by line act on such a line before the blank line has come, and no further data line could make
 *   JSON of it. What comes then up to the blank line is not part of an event of any known format.
 *
 * An event above `limitBytes` is left out, and its bytes are not collected.
 */
export function createSseScanner(onEvent: OnSseEvent, limitBytes = mebibyte): SseScanner {
  let name: string | null = null
  let text: string | null = null
  /** Offset of the current event's first byte; null between events. */
  let start: number | null = null
  /** Whether `text` is one data line that has not been tried yet as an event that ends early. */
  let mayEndEarly = false
  let isTooLarge = false
  let isFirstLine = true
  let hasSkipped = false
  const lines = createLineSplitter(limitBytes, takeLine)

  return { push, end, hasSkipped: () => hasSkipped }

  function push(chunk: Uint8Array): number {
    const unfinishedBytes = lines.push(asBuffer(chunk))
    const lineStart = chunk.length - unfinishedBytes
    if (mayEndEarly) endEarly(lineStart)
    if (start === null && unfinishedBytes > 0) start = lineStart
    if (start === null) return chunk.length
    if (chunk.length - start > limitBytes) skipEvent()
    const border = isTooLarge ? chunk.length : start
    start -= chunk.length
    return border
  }

  function end(): void {
    lines.end()
    finishEvent(0)
  }

  function takeLine(bytes: Buffer | null, from: number, to: number, lineStart: number, next: number): void {
    const first = isFirstLine ? skipByteOrderMark(bytes, from) : from
    isFirstLine = false
    start ??= lineStart
    if (bytes && first === to) finishEvent(next)
    else if (!bytes || isTooLarge || next - start > limitBytes) skipEvent()
    else takeField(bytes, first, to)
  }

  function takeField(bytes: Buffer, from: number, to: number): void {
    if (isField(bytes, from, to, dataField)) {
      const value = fieldValue(bytes, from + dataField.length, to)
      mayEndEarly = text === null
      text = text === null ? value : `${text}\n${value}`
    } else if (isField(bytes, from, to, eventField)) {
      name = fieldValue(bytes, from + eventField.length, to)
    }
  }

  function endEarly(lineStart: number): void {
    mayEndEarly = false
    if (text === '[DONE]' || (text?.endsWith('}') && parseObject(text))) finishEvent(lineStart)
  }

  function skipEvent(): void {
    isTooLarge = true
    hasSkipped = true
    mayEndEarly = false
    text = null
  }

  function finishEvent(next: number): void {
    if (text !== null) onEvent(name, text, start ?? next, next)
    name = text = start = null
    mayEndEarly = isTooLarge = false
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function skipByteOrderMark(bytes: Buffer | null, from: number): number {
  return bytes?.[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf ? from + 3 : from
}

/** Whether the line is the named field: the name, then a colon or nothing. */
function isField(bytes: Buffer, from: number, to: number, field: Buffer): boolean {
  const nameEnd = from + field.length
  if (nameEnd > to || (nameEnd < to && bytes[nameEnd] !== colon)) return false
  for (let i = 0; i < field.length; i++) if (bytes[from + i] !== field[i]) return false
  return true
}

/** What stands behind the colon at `at`, without the one space that may follow it. */
function fieldValue(bytes: Buffer, at: number, to: number): string {
  return bytes.toString('utf8', bytes[at + 1] === space ? at + 2 : at + 1, to)
}
