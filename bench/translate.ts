// What it costs to translate: `node run.cjs bench/translate.ts`. Bounds: 20 microseconds a streamed event, 300
// microseconds a plain answer of 10 KB, both of processor time.
import { createEventStreamScanner } from '../src/formats/event-stream.ts'
import type { CreateScanner } from '../src/formats/framing.ts'
import { createSseScanner } from '../src/formats/sse.ts'
import { translators } from '../src/formats/translate/index.ts'
import type { Asked, Translator } from '../src/formats/translate/translator.ts'
import { eventFrame } from '../test/formats/event-stream.ts'

const asked: Asked = { id: 'chatcmpl-1', createdSeconds: 1764150000, model: 'a-model', includesUsage: true }
const eventCount = 1000
const rounds = 60
const words = 'The quick brown fox jumps over the lazy dog. '
const text = words.repeat(Math.ceil(10_240 / words.length)).slice(0, 10_240)

interface Sample {
  format: string
  /** One event of a stream's middle, as its provider sends it. */
  event: Buffer
  createScanner: CreateScanner
  /** A whole answer of 10 KB. */
  answer: unknown
}

const sse = (event: unknown): Buffer => Buffer.from(`data: ${JSON.stringify(event)}\n\n`)
const samples: readonly Sample[] = [
  {
    format: 'anthropic-messages',
    event: sse({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' jumps over' } }),
    createScanner: createSseScanner,
    answer: {
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 9, output_tokens: 9 },
    },
  },
  {
    format: 'gemini',
    event: sse({
      candidates: [{ content: { parts: [{ text: ' jumps over' }], role: 'model' }, index: 0 }],
      usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 9, totalTokenCount: 18 },
      modelVersion: 'gemini-2.5-flash',
      responseId: 'r',
    }),
    createScanner: createSseScanner,
    answer: { candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }], usageMetadata: {} },
  },
  {
    format: 'bedrock-converse',
    event: eventFrame('contentBlockDelta', '{"contentBlockIndex":0,"delta":{"text":" jumps over"},"p":"abcdefgh"}'),
    createScanner: createEventStreamScanner,
    answer: { output: { message: { content: [{ text }] } }, stopReason: 'end_turn', usage: {} },
  },
  {
    format: 'cohere-chat',
    event: sse({ type: 'content-delta', index: 0, delta: { message: { content: { text: ' jumps over' } } } }),
    createScanner: createSseScanner,
    answer: { message: { content: [{ type: 'text', text }] }, finish_reason: 'COMPLETE', usage: {} },
  },
]

/** From the provider's bytes to the client's, in microseconds of processor time an event. */
function streamed({ event, createScanner }: Sample, translator: Translator): number {
  return fastest(() => {
    let made = 0
    const stream = translator.createStream(asked, (data) => {
      made += Buffer.from(`data: ${data}\n\n`).length
    })
    const scanner = createScanner((name, data) => stream.event(name, data))
    for (let at = 0; at < eventCount; at++) scanner.push(event)
    if (made < eventCount) throw new Error('nothing was translated')
  }, eventCount)
}

/** The same for a whole answer: parsed, translated, written. */
function plain({ answer }: Sample, translator: Translator): number {
  const bytes = Buffer.from(JSON.stringify(answer))
  const count = 100
  return fastest(() => {
    for (let at = 0; at < count; at++) {
      const told: unknown = JSON.parse(bytes.toString('utf8'))
      Buffer.from(JSON.stringify(translator.fromProvider(told, asked).answer))
    }
  }, count)
}

/** The best of many rounds: other work on the machine only makes it slower. */
function fastest(work: () => void, count: number): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / count)
  }
  return best
}

console.log('microseconds of processor time: a streamed event, a plain answer of 10 KB')
for (const sample of samples) {
  const translator = translators[sample.format]
  if (!translator) throw new Error(`no translator for ${sample.format}`)
  console.log(
    `${sample.format.padEnd(20)} ${streamed(sample, translator).toFixed(1)}  ${plain(sample, translator).toFixed(0)}`,
  )
}
