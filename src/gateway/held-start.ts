import type { Format } from '../formats/format.ts'
import { framingOf } from '../formats/framing.ts'
import { readJsonAnswer } from '../formats/json-answer.ts'
import type { GatewayError } from '../kernel/errors.ts'
import { headerOf } from './answer-headers.ts'
import { decode } from './decoding.ts'
import { ClientLeft } from './exchange.ts'
import type { UpstreamAnswer, UpstreamCall } from './upstream.ts'

/**
 * Keeps back the beginning of an answer until it is known whether it is one: of a stream until its first content, of any
 * other until its end, and of neither longer or more than is bearable. Only while there is something else to try.
 */
export interface HoldOptions {
  /** What the beginning is judged by; null: it is not judged, only collected. */
  format: Format | null
  call: UpstreamCall
  limitMs: number
  /** Gets what ends the hold where the client leaves. */
  running: { interrupt: (() => void) | null }
}

export interface Held {
  /** Gives all that came, and what follows. Of one that failed nothing follows. */
  answer: UpstreamAnswer
  /** Why it is none, in words; null where it seems good. */
  failure: string | null
}

const mostHeldBytes = 64 * 1024
const openBracket = 0x5b
const mostDecodedBytes = 1 << 20

/** What is known of a beginning. */
interface Judge {
  /** `wait`: nothing yet; `good`: it has content; else why it failed. */
  chunk(bytes: Buffer): 'wait' | 'good' | { failure: string }
  end(body: Buffer): Promise<string | null> | string | null
}

/** Rejects with `ClientLeft`. */
export function hold(answer: UpstreamAnswer, { format, call, limitMs, running }: HoldOptions): Promise<Held> {
  return new Promise((resolve, reject) => {
    const judge = createJudge(answer, format)
    const kept: Buffer[] = []
    let size = 0
    let isSettled = false
    const settle = (failure: string | null, error: GatewayError | null = null): void => {
      if (isSettled) return
      isSettled = true
      clearTimeout(timer)
      if (failure === null && format !== null) return resolve({ answer: resumed(answer, kept), failure })
      const isEnded = answer.isEnded()
      if (!isEnded) call.abort()
      resolve({ answer: closed(answer, kept, error), failure })
    }
    const timer = setTimeout(() => settle(null), limitMs)
    running.interrupt = () => {
      isSettled = true
      clearTimeout(timer)
      reject(new ClientLeft('the client left before the provider answered'))
    }
    answer.deliver({
      chunk(bytes) {
        kept.push(bytes)
        size += bytes.length
        if (isSettled) return
        const verdict = judge.chunk(bytes)
        if (verdict === 'good' || size > mostHeldBytes) settle(null)
        else if (verdict !== 'wait') settle(verdict.failure)
      },
      end() {
        if (isSettled) return
        const verdict = judge.end(Buffer.concat(kept))
        if (verdict instanceof Promise) void verdict.then((failure) => settle(failure))
        else settle(verdict)
      },
      failed: (error) => settle(error.message, error),
    })
  })
}

/** The answer from its beginning. What comes after is delivered past this. */
function resumed(answer: UpstreamAnswer, kept: Buffer[]): UpstreamAnswer {
  return {
    ...answer,
    deliver(receiver) {
      for (const bytes of kept.splice(0)) receiver.chunk(bytes)
      answer.deliver(receiver)
    },
  }
}

/** What there is of an answer, and no more. */
function closed(answer: UpstreamAnswer, kept: readonly Buffer[], error: GatewayError | null): UpstreamAnswer {
  return {
    status: answer.status,
    headers: answer.headers,
    isEnded: () => true,
    deliver(receiver) {
      for (const bytes of kept) receiver.chunk(bytes)
      if (error) receiver.failed(error)
      else receiver.end()
    },
    pause: () => {},
    resume: () => {},
  }
}

function createJudge({ headers }: UpstreamAnswer, format: Format | null): Judge {
  if (format === null) return { chunk: () => 'wait', end: () => null }
  const contentType = headerOf(headers, 'content-type')
  const contentEncoding = headerOf(headers, 'content-encoding')
  const isPlain = contentEncoding === null || contentEncoding === 'identity'
  const createScanner = framingOf(contentType)
  if (createScanner) return isPlain && format.createStreamReader ? judgeEvents(format, createScanner) : judgeBytes()
  return {
    // Gemini streams a list where it is not asked for events; no error is a list.
    chunk: (bytes) => (bytes[0] === openBracket ? 'good' : 'wait'),
    async end(body) {
      if (body.length === 0 || contentType?.includes('json') !== true) return null
      const plain = isPlain ? body : await decode(body, contentEncoding, mostDecodedBytes)
      return plain && readJsonAnswer(format, plain).error
    },
  }
}

/** A stream that cannot be read begins with its first byte. */
function judgeBytes(): Judge {
  return { chunk: () => 'good', end: (body) => (body.length > 0 ? null : nothingCame) }
}

const nothingCame = 'The provider ended its stream before it said anything.'

function judgeEvents(format: Format, createScanner: NonNullable<ReturnType<typeof framingOf>>): Judge {
  const reader = format.createStreamReader?.()
  let verdict: ReturnType<Judge['chunk']> = 'wait'
  const scanner = createScanner((name, data) => {
    if (verdict !== 'wait' || !reader) return
    const kind = reader.event(name, data)
    const { error } = reader.facts()
    if (error !== null) verdict = { failure: error }
    else if (kind === 'terminal') verdict = reader.message() === null ? { failure: nothingCame } : 'good'
    else if (kind === 'more' && format.isOpening?.(data) !== true) verdict = 'good'
  })
  return {
    chunk(bytes) {
      scanner.push(bytes)
      return verdict
    },
    end() {
      scanner.end()
      if (verdict === 'good' || reader?.endIsComplete === true) return null
      return verdict === 'wait' ? nothingCame : verdict.failure
    },
  }
}
