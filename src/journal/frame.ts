import { crc32 } from 'node:zlib'

/**
 * How one entry lies in a segment, all numbers little-endian:
 *
 *     u32 length of the payload     u32 length of the meta text    u32 length of the request, +1, 0: none
 *     u32 length of the response, +1, 0: none                      u32 CRC-32 of the 16 bytes before and of the payload's ends
 *     payload: meta (UTF-8), request, response
 *
 * The CRC covers the payload's first and last 2 KiB: what was not written whole shows at its ends, and summing up a
 * body of 10 KB would take as long as parsing it.
 */
export const headerBytes = 20
const checkedBytes = 2 * 1024
/** No frame is longer; a length above it is damage. Two bodies of 10 MiB and their meta fit. */
const maxPayloadBytes = 32 * 1024 * 1024

export interface FrameLengths {
  meta: number
  /** Null: no body was kept (not the same as an empty one). */
  request: number | null
  response: number | null
}

/** Writes the header of the frame whose payload already stands at `start + headerBytes`, up to `end`. */
export function writeHeader(target: Buffer, start: number, end: number, lengths: FrameLengths): void {
  writeLengths(target, start, lengths)
  target.writeUInt32LE(sumOf(target, start, end), start + 16)
}

/** The header of a frame whose payload is in parts that are written one behind the other. */
export function makeHeader(parts: readonly Uint8Array[], lengths: FrameLengths): Buffer {
  const header = Buffer.alloc(headerBytes)
  writeLengths(header, 0, lengths)
  let sum = crc32(header.subarray(0, 16))
  for (const piece of endsOf(parts)) sum = crc32(piece, sum)
  header.writeUInt32LE(sum, 16)
  return header
}

function writeLengths(target: Buffer, start: number, { meta, request, response }: FrameLengths): void {
  target.writeUInt32LE(meta + (request ?? 0) + (response ?? 0), start)
  target.writeUInt32LE(meta, start + 4)
  target.writeUInt32LE(request === null ? 0 : request + 1, start + 8)
  target.writeUInt32LE(response === null ? 0 : response + 1, start + 12)
}

function sumOf(bytes: Buffer, start: number, end: number): number {
  const payloadStart = start + headerBytes
  const head = crc32(bytes.subarray(start, start + 16))
  if (end - payloadStart <= 2 * checkedBytes) return crc32(bytes.subarray(payloadStart, end), head)
  const first = crc32(bytes.subarray(payloadStart, payloadStart + checkedBytes), head)
  return crc32(bytes.subarray(end - checkedBytes, end), first)
}

/** The bytes of a payload in parts that its checksum covers, as `sumOf` takes them. */
function endsOf(parts: readonly Uint8Array[]): Uint8Array[] {
  const total = parts.reduce((sum, part) => sum + part.length, 0)
  if (total <= 2 * checkedBytes) return [...parts]
  const pieces: Uint8Array[] = []
  let at = 0
  for (const part of parts) {
    const end = at + part.length
    if (at < checkedBytes) pieces.push(part.subarray(0, checkedBytes - at))
    if (end > total - checkedBytes) pieces.push(part.subarray(Math.max(0, total - checkedBytes - at)))
    at = end
  }
  return pieces
}

export interface Frame {
  meta: Buffer
  request: Buffer | null
  response: Buffer | null
  /** Where the next frame begins. */
  end: number
}

/**
 * The frame at `start`, as views into `source`; `incomplete` (with the bytes it needs) where `source` ends too early,
 * `damaged` where what stands there was never written whole.
 */
export function readFrame(
  source: Buffer,
  start: number,
): { frame: Frame } | { incomplete: number } | { damaged: true } {
  if (source.length - start < headerBytes) return { incomplete: headerBytes }
  const payload = source.readUInt32LE(start)
  const meta = source.readUInt32LE(start + 4)
  const request = source.readUInt32LE(start + 8)
  const response = source.readUInt32LE(start + 12)
  const bodies = Math.max(0, request - 1) + Math.max(0, response - 1)
  if (payload === 0 || payload > maxPayloadBytes || meta + bodies !== payload) return { damaged: true }
  const payloadStart = start + headerBytes
  const end = payloadStart + payload
  if (source.length < end) return { incomplete: headerBytes + payload }
  if (sumOf(source, start, end) !== source.readUInt32LE(start + 16)) return { damaged: true }

  const requestStart = payloadStart + meta
  const responseStart = requestStart + Math.max(0, request - 1)
  return {
    frame: {
      meta: source.subarray(payloadStart, requestStart),
      request: request === 0 ? null : source.subarray(requestStart, responseStart),
      response: response === 0 ? null : source.subarray(responseStart, end),
      end,
    },
  }
}
