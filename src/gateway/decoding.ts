import { promisify } from 'node:util'
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  inflate,
  unzip,
  zstdDecompress,
} from 'node:zlib'
import type { Transform } from 'node:stream'
import { GatewayError } from '../kernel/errors.ts'
import type { AnswerReceiver, UpstreamAnswer } from './upstream.ts'

const decoders = {
  gzip: promisify(unzip),
  'x-gzip': promisify(unzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
}
const streamDecoders: Record<keyof typeof decoders, () => Transform> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
}

function isKnown(encoding: string): encoding is keyof typeof decoders {
  return Object.hasOwn(decoders, encoding)
}

/**
 * The codings of a client's `accept-encoding` that Tollgate can read too, for the provider; without one of them
 * `identity`. A stream is always asked for uncompressed: its events must not wait in a compressor.
 */
export function acceptedEncodings(acceptEncoding: string | null, isStream: boolean): string {
  if (acceptEncoding === null || isStream) return 'identity'
  const known = acceptEncoding
    .split(',')
    .filter((coding) => isKnown(coding.split(';', 1)[0]?.trim().toLowerCase() ?? ''))
  return known.map((coding) => coding.trim()).join(', ') || 'identity'
}

/** Whether a client can read an answer in this coding. */
export function acceptsEncoding(acceptEncoding: string | null, encoding: string): boolean {
  const accepted = (acceptEncoding ?? '').toLowerCase().split(',')
  return accepted.some((coding) => coding.split(';', 1)[0]?.trim() === encoding.trim().toLowerCase())
}

/**
 * Decodes a body for reading. Null for what decodes to more than `maxBytes`, cannot be decoded, or is in an unknown
 * coding: kept as it came, it would hide secrets from the mask.
 */
export async function decode(bytes: Buffer, encoding: string, maxBytes: number): Promise<Buffer | null> {
  const coding = encoding.trim().toLowerCase()
  if (bytes.length === 0) return bytes
  if (!isKnown(coding)) return null
  try {
    return await decoders[coding](bytes, { maxOutputLength: maxBytes })
  } catch {
    return null
  }
}

/**
 * A compressed event stream as an uncompressed one. Only a provider that compresses although it was asked not to is
 * met here. An unknown coding is `upstream_failed`: its events could not be counted.
 */
export function decodeStream(answer: UpstreamAnswer, encoding: string): UpstreamAnswer {
  const coding = encoding.trim().toLowerCase()
  if (!isKnown(coding)) {
    throw new GatewayError(
      'upstream_failed',
      `The provider compressed its stream in a way that cannot be read (${coding})`,
    )
  }
  const decoder = streamDecoders[coding]()
  return {
    status: answer.status,
    headers: { ...answer.headers, 'content-encoding': undefined },
    ...(answer.readFacts && { readFacts: answer.readFacts }),
    isEnded: () => false,
    deliver(to) {
      decoder.on('data', (chunk: Buffer) => to.chunk(chunk))
      decoder.on('end', () => to.end())
      decoder.on('drain', () => answer.resume())
      decoder.on('error', (error) =>
        to.failed(
          new GatewayError('upstream_failed', 'The provider sent a stream that cannot be decompressed', {
            cause: error,
          }),
        ),
      )
      answer.deliver(intoDecoder(decoder, to, answer))
    },
    pause: () => void decoder.pause(),
    resume: () => void decoder.resume(),
  }
}

function intoDecoder(decoder: Transform, to: AnswerReceiver, answer: UpstreamAnswer): AnswerReceiver {
  return {
    chunk: (bytes) => {
      if (!decoder.write(bytes)) answer.pause()
    },
    end: () => void decoder.end(),
    failed: (error) => {
      decoder.destroy()
      to.failed(error)
    },
  }
}
