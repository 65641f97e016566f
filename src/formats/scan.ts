/** One member of a JSON object: the byte range of its value, and the value itself where that is shorter than 4 KB. */
export interface ScannedMember {
  value: unknown
  start: number
  end: number
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

const largestValueBytes = 4096
const longestNameBytes = 256
/** Behind so many bytes without a quote, searching natively is faster than looking at each byte. */
const nearBytes = 32

/**
 * Reads the wanted top-level members of a JSON object without parsing the whole: for bodies from 128 KB up. Stops when
 * all are found; of a name that occurs twice the first is given. Never throws and needs linear time; of a malformed
 * body it gives what stands before the fault. A value of 4 KB or more is `undefined`, with its range.
 */
export function scanTopLevel(bytes: Buffer, wanted: readonly string[]): Record<string, ScannedMember> {
  const found: Record<string, ScannedMember> = {}
  let missing = wanted.length
  let at = skipSpace(bytes, 0)
  if (bytes[at] !== openBrace) return found
  do {
    const nameStart = skipSpace(bytes, at + 1)
    if (bytes[nameStart] !== quote) return found
    const nameEnd = stringEnd(bytes, nameStart + 1)
    const colonAt = skipSpace(bytes, nameEnd)
    if (bytes[colonAt] !== colon) return found
    const start = skipSpace(bytes, colonAt + 1)
    const end = valueEnd(bytes, start)
    if (end === -1 || end === start) return found
    const name = nameEnd - nameStart > longestNameBytes ? undefined : parse(bytes, nameStart, nameEnd)
    if (typeof name === 'string' && wanted.includes(name) && !Object.hasOwn(found, name)) {
      const value = end - start < largestValueBytes ? parse(bytes, start, end) : undefined
      found[name] = { value, start, end }
      missing--
    }
    at = skipSpace(bytes, end)
  } while (missing > 0 && bytes[at] === comma)
  return found
}

/** The byte ranges of a JSON array's elements; null where it is none, or does not end. What they are is not looked at. */
export function scanElements(bytes: Buffer): { start: number; end: number }[] | null {
  const elements: { start: number; end: number }[] = []
  let at = skipSpace(bytes, 0)
  if (bytes[at] !== openBracket) return null
  at = skipSpace(bytes, at + 1)
  if (bytes[at] === closeBracket) return elements
  while (true) {
    const start = skipSpace(bytes, at)
    const end = valueEnd(bytes, start)
    if (end === -1 || end === start) return null
    elements.push({ start, end })
    at = skipSpace(bytes, end)
    if (bytes[at] === closeBracket) return elements
    if (bytes[at] !== comma) return null
    at++
  }
}

function parse(bytes: Buffer, start: number, end: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', start, end))
  } catch {
    // A malformed value reads as none; whoever needs the whole body will say so.
    return undefined
  }
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  while (isSpace(bytes[at])) at++
  return at
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** The offset behind the value that begins at `start`; -1 where the bytes end before it does. */
function valueEnd(bytes: Buffer, start: number): number {
  if (bytes[start] === quote) return knownEnd(bytes, stringEnd(bytes, start + 1))
  let depth = 0
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === quote) {
      at = stringEnd(bytes, at + 1) - 1
    } else if (byte === openBrace || byte === openBracket) {
      depth++
    } else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 0) return at
      if (--depth === 0) return at + 1
    } else if (depth === 0 && (byte === comma || isSpace(byte))) {
      return at
    }
  }
  return -1
}

function knownEnd(bytes: Buffer, end: number): number {
  return end > bytes.length ? -1 : end
}

/** The offset behind the closing quote of a string whose content begins at `from`; beyond the bytes where it has none. */
function stringEnd(bytes: Buffer, from: number): number {
  const none = bytes.length + 1
  let at = from
  while (at < bytes.length) {
    const near = Math.min(at + nearBytes, bytes.length)
    while (at < near) {
      const byte = bytes[at]
      if (byte === quote) return at + 1
      at += byte === backslash ? 2 : 1
    }
    const next = bytes.indexOf(quote, at)
    if (next === -1) return none
    if (!isEscaped(bytes, at, next)) return next + 1
    at = next + 1
  }
  return none
}

/** Whether an odd number of backslashes stands before `at`; none before `from` counts. */
function isEscaped(bytes: Buffer, from: number, at: number): boolean {
  let first = at
  while (first > from && bytes[first - 1] === backslash) first--
  return (at - first) % 2 === 1
}
