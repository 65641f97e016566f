import type { AnswerFacts, Format } from '../formats/format.ts'
import { framingOf } from '../formats/framing.ts'
import type { GatewayError } from '../kernel/errors.ts'
import { headerOf } from './answer-headers.ts'
import { decode } from './decoding.ts'
import { ClientLeft } from './exchange.ts'
import { readPlain } from './plain-answer.ts'
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
  end(body: Buffer): Verdict | Promise<Verdict>
}

/** Of a whole beginning. `facts`: all that the answer tells, where it was read for that; else null. */
interface Verdict {
  failure: string | null
  facts: AnswerFacts | null
}

/** Rejects with `ClientLeft`. Gives at once what is known at once: mostly a short answer is here with its head. */
export function hold(answer: UpstreamAnswer, { format, call, limitMs, running }: HoldOptions): Held | Promise<Held> {
  const judge = createJudge(answer, format)
  const kept: Buffer[] = []
  let size = 0
  let held: Held | null = null
  let onHeld: ((held: Held) => void) | null = null
  const settle = (failure: string | null, facts: AnswerFacts | null, error: GatewayError | null = null): void => {
    if (held) return
    const isWanted = failure === null && format !== null
    if (!isWanted && !answer.isEnded()) call.abort()
    held = { answer: isWanted ? resumed(answer, kept, facts) : closed(answer, kept, error), failure }
    onHeld?.(held)
  }
  answer.deliver({
    chunk(bytes) {
      kept.push(bytes)
      size += bytes.length
      if (held) return
      const verdict = judge.chunk(bytes)
      if (verdict === 'good' || size > mostHeldBytes) settle(null, null)
      else if (verdict !== 'wait') settle(verdict.failure, null)
    },
    end() {
      if (held) return
      const verdict = judge.end(kept.length === 1 && kept[0] ? kept[0] : Buffer.concat(kept))
      if (verdict instanceof Promise) void verdict.then(({ failure, facts }) => settle(failure, facts))
      else settle(verdict.failure, verdict.facts)
    },
    failed: (error) => settle(error.message, null, error),
  })
  if (held) return held
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(null, null), limitMs)
    onHeld = (known) => {
      clearTimeout(timer)
      resolve(known)
    }
    running.interrupt = () => {
      clearTimeout(timer)
      reject(new ClientLeft('the client left before the provider answered'))
    }
  })
}

/** The answer from its beginning. What comes after is delivered past this. */
function resumed(answer: UpstreamAnswer, kept: Buffer[], facts: AnswerFacts | null): UpstreamAnswer {
  return {
    ...answer,
    ...(facts && { readFacts: () => facts }),
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
  if (format === null) return { chunk: () => 'wait', end: () => unread }
  const contentType = headerOf(headers, 'content-type')
  const contentEncoding = headerOf(headers, 'content-encoding')
  const isPlain = contentEncoding === null || contentEncoding === 'identity'
  const createScanner = framingOf(contentType)
  if (createScanner) return isPlain && format.createStreamReader ? judgeEvents(format, createScanner) : judgeBytes()
  return {
    // Gemini streams a list where it is not asked for events; no error is a list.
    chunk: (bytes) => (bytes[0] === openBracket ? 'good' : 'wait'),
    end(body) {
      if (isPlain) return judgeFacts(readPlain(format, contentType, body, mostDecodedBytes))
      return decode(body, contentEncoding, mostDecodedBytes).then((plain) =>
        plain ? judgeFacts(readPlain(format, contentType, plain, mostDecodedBytes)) : unread,
      )
    },
  }
}

const unread: Verdict = { failure: null, facts: null }

function judgeFacts(facts: AnswerFacts): Verdict {
  return { failure: facts.error, facts }
}

/** A stream that cannot be read begins with its first byte. */
function judgeBytes(): Judge {
  return { chunk: () => 'good', end: (body) => ({ failure: body.length > 0 ? null : nothingCame, facts: null }) }
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
      if (verdict === 'good' || reader?.endIsComplete === true) return unread
      return { failure: verdict === 'wait' ? nothingCame : verdict.failure, facts: null }
    },
  }
}
