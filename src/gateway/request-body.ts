import { GatewayError } from '../kernel/errors.ts'
import type { RequestFields } from '../formats/format.ts'
import { scanTopLevel } from '../formats/scan.ts'
import type { BodySource } from './exchange.ts'

/** Sizes at which a body is treated differently, in bytes. */
export interface BodyLimits {
  /** More is refused. */
  maxBytes: number
  /** More is not buffered: it streams through, with one attempt. */
  bufferedBytes: number
  /** More is scanned for what is needed instead of parsed. */
  parsedBytes: number
  /** More is cut off in the log. */
  keptBytes: number
}

/** A request's body, read as far as it may be buffered. */
export interface RequestBody {
  /** The whole body, or its first part where `rest` follows. */
  bytes: Buffer
  rest: AsyncIterable<Buffer> | null
  lengthBytes: number | null
  /** How much has come so far, of `rest` too. */
  receivedBytes(): number
  fields: RequestFields
}

/** Reads a body. Throws `body_too_large`, `client_too_slow` or `ClientLeft`. A body that is not JSON has no fields. */
export async function readBody(source: BodySource, limits: BodyLimits): Promise<RequestBody> {
  if (source.lengthBytes !== null && source.lengthBytes > limits.maxBytes) {
    throw tooLarge(`has ${source.lengthBytes} bytes`, limits.maxBytes)
  }
  const { bytes, isWhole } = await source.read(Math.min(limits.bufferedBytes, limits.maxBytes))
  if (!isWhole && bytes.length > limits.maxBytes) throw tooLarge('is larger', limits.maxBytes)
  let receivedBytes = bytes.length
  const count = (more: number): void => void (receivedBytes += more)
  return {
    bytes,
    rest: isWhole ? null : counted(source.rest(limits.maxBytes - bytes.length), count),
    lengthBytes: isWhole ? bytes.length : source.lengthBytes,
    receivedBytes: () => receivedBytes,
    fields: readFields(bytes, limits.parsedBytes),
  }
}

/** A body that is here already, in one piece. */
export function wholeBody(bytes: Buffer, limits: BodyLimits): RequestBody {
  return {
    bytes,
    rest: null,
    lengthBytes: bytes.length,
    receivedBytes: () => bytes.length,
    fields: readFields(bytes, limits.parsedBytes),
  }
}

async function* counted(pieces: AsyncIterable<Buffer>, count: (bytes: number) => void): AsyncIterable<Buffer> {
  for await (const piece of pieces) {
    count(piece.length)
    yield piece
  }
}

function tooLarge(what: string, maxBytes: number): GatewayError {
  return new GatewayError(
    'body_too_large',
    `The request body ${what}: at most ${maxBytes} bytes are allowed (TOLLGATE_MAX_BODY_BYTES)`,
  )
}

const brace = '{'.charCodeAt(0)
const quote = '"'.charCodeAt(0)
const modelFirst = Buffer.from('{"model":"')
const streamName = Buffer.from('"stream')
const longestModelBytes = 200
const wanted = ['model', 'model_id', 'stream', 'stream_options'] as const

/**
 * Broken JSON is not refused here: it goes on untouched, and the provider says what is wrong with it. The content
 * type is not asked: what begins with a brace is taken for JSON, as `curl -d` without a header sends it.
 */
function readFields(bytes: Buffer, parsedBytes: number): RequestFields {
  if (bytes[0] !== brace && !/^\s+\{/.test(bytes.toString('latin1', 0, 64))) return {}
  const model = readFirstModel(bytes)
  if (model !== null && !bytes.includes(streamName)) return { model }
  if (bytes.length > parsedBytes) {
    const found = scanTopLevel(bytes, wanted)
    return Object.fromEntries(Object.entries(found).map(([name, member]) => [name, member.value]))
  }
  try {
    return JSON.parse(bytes.toString('utf8')) as RequestFields
  } catch {
    return {}
  }
}

/**
 * The model of a body that begins with it, as most do; null for any other. Where nothing in the body speaks of a
 * stream, that is all there is to know, and nothing need be parsed.
 */
function readFirstModel(bytes: Buffer): string | null {
  const start = modelFirst.length
  for (let at = 0; at < start; at++) if (bytes[at] !== modelFirst[at]) return null
  for (let at = start; at < start + longestModelBytes; at++) {
    const byte = bytes[at] ?? 0
    if (byte === quote) return bytes.toString('latin1', start, at)
    // An escape or a character beyond ASCII: rare, and left to the parser.
    if (byte === 0x5c || byte < 0x20 || byte > 0x7e) return null
  }
  return null
}
