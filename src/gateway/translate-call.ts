import type { AnswerFacts, Format } from '../formats/format.ts'
import { framingOf, type CreateScanner } from '../formats/framing.ts'
import { asObject, type JsonObject } from '../formats/json.ts'
import { incomplete, toHubError } from '../formats/translate/hub-error.ts'
import { giveAsChunks, joinStream } from '../formats/translate/hub-stream.ts'
import type { Asked, Translator } from '../formats/translate/translator.ts'
import { GatewayError } from '../kernel/errors.ts'
import { headerOf } from './answer-headers.ts'
import { decode, decodeStream } from './decoding.ts'
import { ClientLeft } from './exchange.ts'
import type { AnswerReceiver, UpstreamAnswer, UpstreamCall } from './upstream.ts'

/** How the answer to a chat becomes OpenAI's. */
export interface Translation {
  /** Null: the provider speaks OpenAI's format, and only its errors may be others. */
  translator: Translator | null
  /** Of what the client gets. */
  format: Format
  asked: Asked
  /** What the client asked for. A provider may give the other: a stream in one piece, or in pieces what was to be whole. */
  isStream: boolean
}

/** A longer answer is none that a client waits for in one piece. */
const mostBytes = 64 << 20

/**
 * A call whose answer is OpenAI's, and a stream where the client asked for one: a stream is translated as it comes; any other
 * answer, and every error, once it is whole, so that the head says how long it is. What is OpenAI's already, and as it was
 * asked for, is not touched. Rejects with `answer_unreadable` where the provider sent something else, and with
 * `upstream_failed` where it sent a stream that was not asked for and has no good end.
 */
export function translateCall(call: UpstreamCall, translation: Translation): UpstreamCall {
  const left = Promise.withResolvers<never>()
  const answer = call.answer.then((from) => translateAnswer(from, translation))
  return {
    answer: Promise.race([answer, left.promise]),
    leave() {
      call.leave()
      left.reject(new ClientLeft('the client left before the provider answered'))
    },
    abort: () => call.abort(),
  }
}

async function translateAnswer(from: UpstreamAnswer, translation: Translation): Promise<UpstreamAnswer> {
  const { translator, format, asked, isStream } = translation
  const isGood = from.status >= 200 && from.status < 300
  const contentType = headerOf(from.headers, 'content-type')
  const createScanner = framingOf(contentType)
  const mayPass = createScanner ? isStream : !isStream || contentType?.includes('json') !== true
  if (isGood && !translator && mayPass) return from
  const encoding = headerOf(from.headers, 'content-encoding')
  const coding = encoding === 'identity' ? null : encoding
  if (isGood && translator && createScanner && isStream) {
    return translateStream(coding === null ? from : decodeStream(from, coding), createScanner, translator, asked)
  }
  const raw = await collect(from)
  const bytes = coding === null ? raw : await decode(raw, coding, mostBytes)
  if (!isGood) return finished(from, toHubError(parse(bytes), from.status), null)
  if (bytes === null) throw unreadable()
  if (createScanner) return joined(from, bytes, createScanner, translation)
  const body = parse(bytes)
  if (!translator) {
    const whole = asObject(body)
    // What is no chat is given as it came: it may be a stream under another name, else it breaks off as one.
    return whole ? streamed(from, toChunks(whole, asked), format.readAnswer(whole)) : streamed(from, bytes, null)
  }
  if (body === undefined) throw unreadable()
  const { answer, facts } = translator.fromProvider(body, asked)
  const told = facts.error === null ? answer : toHubError(body, from.status)
  return isStream ? streamed(from, toChunks(told, asked), facts) : finished(from, told, facts)
}

function toChunks(answer: JsonObject, asked: Asked): Buffer {
  let text = ''
  giveAsChunks(answer, asked, (data) => void (text += `data: ${data}\n\n`))
  return Buffer.from(text)
}

function joined(
  from: UpstreamAnswer,
  bytes: Buffer,
  createScanner: CreateScanner,
  { translator, format, asked }: Translation,
): UpstreamAnswer {
  const reader = format.createStreamReader?.()
  const whole = reader && joinStream(bytes, createScanner, { reader, translator, asked })
  if (whole?.answer && whole.failure === null) return finished(from, whole.answer, whole.facts)
  throw new GatewayError('upstream_failed', `Failed to get response from provider: ${whole?.failure ?? incomplete}`)
}

function unreadable(): GatewayError {
  return new GatewayError('answer_unreadable', 'Failed to parse model output: the provider sent no JSON')
}

function translateStream(
  from: UpstreamAnswer,
  createScanner: CreateScanner,
  translator: Translator,
  asked: Asked,
): UpstreamAnswer {
  let text = ''
  const stream = translator.createStream(asked, (data) => void (text += `data: ${data}\n\n`))
  const scanner = createScanner((name, data) => stream.event(name, data))

  function flush(to: AnswerReceiver): void {
    const made = text
    text = ''
    if (made !== '') to.chunk(Buffer.from(made))
  }
  return {
    ...from,
    headers: headersOf(from, eventStream),
    isEnded: () => false,
    readFacts: () => stream.facts(),
    deliver: (to) =>
      from.deliver({
        chunk(bytes) {
          scanner.push(bytes)
          flush(to)
        },
        end() {
          scanner.end()
          stream.end()
          flush(to)
          to.end()
        },
        failed: (error) => to.failed(error),
      }),
  }
}

function collect(from: UpstreamAnswer): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    from.deliver({
      chunk(bytes) {
        size += bytes.length
        if (size <= mostBytes) chunks.push(bytes)
        else reject(new GatewayError('answer_unreadable', `The provider's answer has more than ${mostBytes} bytes`))
      },
      end: () => resolve(Buffer.concat(chunks)),
      failed: reject,
    })
  })
}

function finished(from: UpstreamAnswer, body: unknown, facts: AnswerFacts | null): UpstreamAnswer {
  return ended(from, 'application/json', Buffer.from(JSON.stringify(body)), facts)
}

function streamed(from: UpstreamAnswer, bytes: Buffer, facts: AnswerFacts | null): UpstreamAnswer {
  return ended(from, eventStream, bytes, facts)
}

const eventStream = 'text/event-stream; charset=utf-8'

/** An answer that is here already. `facts`: null where its bytes tell them. */
function ended(from: UpstreamAnswer, contentType: string, bytes: Buffer, facts: AnswerFacts | null): UpstreamAnswer {
  return {
    status: from.status,
    headers: headersOf(from, contentType),
    isEnded: () => true,
    ...(facts && { readFacts: () => facts }),
    deliver(to) {
      to.chunk(bytes)
      to.end()
    },
    pause: () => {},
    resume: () => {},
  }
}

function headersOf({ headers }: UpstreamAnswer, contentType: string): UpstreamAnswer['headers'] {
  return { ...headers, 'content-type': contentType, 'content-length': undefined, 'content-encoding': undefined }
}

function parse(bytes: Buffer | null): unknown {
  try {
    return bytes === null ? undefined : JSON.parse(bytes.toString('utf8'))
  } catch {
    // What is no JSON is told as such.
    return undefined
  }
}
