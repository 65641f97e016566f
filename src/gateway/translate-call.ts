import { framingOf, type CreateScanner } from '../formats/framing.ts'
import { toHubError } from '../formats/translate/hub-error.ts'
import type { Asked, Translator } from '../formats/translate/translator.ts'
import type { AnswerFacts } from '../formats/format.ts'
import { GatewayError } from '../kernel/errors.ts'
import { headerOf } from './answer-headers.ts'
import { decode, decodeStream } from './decoding.ts'
import { ClientLeft } from './exchange.ts'
import type { AnswerReceiver, UpstreamAnswer, UpstreamCall } from './upstream.ts'

/** How the answer to a chat becomes OpenAI's. */
export interface Translation {
  /** Null: the provider speaks OpenAI's format, and only its errors may be others. */
  translator: Translator | null
  asked: Asked
}

/** A longer answer is none that a client waits for in one piece. */
const mostBytes = 64 << 20

/**
 * A call whose answer is OpenAI's: a stream is translated as it comes; a plain answer, and every error, once it is whole,
 * so that the head says how long it is. Rejects with `answer_unreadable` where the provider sent something else.
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

async function translateAnswer(from: UpstreamAnswer, { translator, asked }: Translation): Promise<UpstreamAnswer> {
  const isGood = from.status >= 200 && from.status < 300
  if (isGood && !translator) return from
  const encoding = headerOf(from.headers, 'content-encoding')
  const coding = encoding === 'identity' ? null : encoding
  const createScanner = framingOf(headerOf(from.headers, 'content-type'))
  if (isGood && translator && createScanner) {
    return translateStream(coding === null ? from : decodeStream(from, coding), createScanner, translator, asked)
  }
  const whole = await collect(from)
  const bytes = coding === null ? whole : await decode(whole, coding, mostBytes)
  const body = parse(bytes)
  if (!isGood || !translator) return finished(from, toHubError(body, from.status), null)
  if (body === undefined) {
    throw new GatewayError('answer_unreadable', 'Failed to parse model output: the provider sent no JSON')
  }
  const { answer, facts } = translator.fromProvider(body, asked)
  return finished(from, answer, facts)
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
    headers: headersOf(from, 'text/event-stream; charset=utf-8'),
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
  const bytes = Buffer.from(JSON.stringify(body))
  return {
    status: from.status,
    headers: headersOf(from, 'application/json'),
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
