import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formats } from '../formats/index.ts'
import type { Format } from '../formats/format.ts'
import { createSseScanner } from '../formats/sse.ts'
import { createPlainTap, createStreamTap, type Tap } from './tap.ts'

const limits = { parsedBytes: 128 << 10, keptBytes: 10 << 20 }
const event = (data: string): string => `data: ${data}\n\n`
const content = (text: string): string =>
  event(`{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"${text}"}}]}`)
const usage = event('{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}')
const done = event('[DONE]')
const whole = content('Grüße') + content(' an alle') + usage + done

function streamTap(hidesUsage: boolean, keptBytes = limits.keptBytes): Tap {
  const createReader = formats['openai-chat'].createStreamReader
  assert.ok(createReader)
  return createStreamTap(createReader, {
    createScanner: createSseScanner,
    hidesUsage,
    limits: { ...limits, keptBytes },
  })
}

/** What went on before the terminal event was seen, and what then waited. */
function pass(tap: Tap, chunks: Buffer[]): { before: string; waited: string } {
  const before: Buffer[] = []
  const waited: Buffer[] = []
  for (const chunk of chunks) {
    const bytes = tap.take(chunk)
    if (bytes) (tap.isTerminal() ? waited : before).push(bytes)
  }
  const rest = tap.rest()
  if (rest) waited.push(rest)
  // Latin-1 keeps every byte apart, also of a character that was cut in two.
  return { before: Buffer.concat(before).toString('latin1'), waited: Buffer.concat(waited).toString('latin1') }
}

test('wherever the stream is cut in two, its bytes go on untouched and [DONE] waits for the record', async () => {
  const bytes = Buffer.from(whole)
  for (let at = 1; at < bytes.length; at++) {
    const tap = streamTap(false)
    const { before, waited } = pass(tap, [bytes.subarray(0, at), bytes.subarray(at)])
    assert.equal(before + waited, bytes.toString('latin1'), `cut at ${at}`)
    assert.ok(!before.includes('[DONE]\n'), `cut at ${at}`)
    assert.ok(tap.isTerminal())
    const reading = await tap.read()
    assert.deepEqual(reading.facts.usage, { input: 3, output: 2 })
    assert.match(String(reading.body), /"content":"Grüße an alle"/)
    assert.equal(reading.size, bytes.length)
  }
})

test('the usage event that the client did not ask for is taken out wherever the stream is cut', async () => {
  const expected = Buffer.from(content('Grüße') + content(' an alle') + done).toString('latin1')
  const bytes = Buffer.from(whole)
  for (let at = 1; at < bytes.length; at++) {
    const tap = streamTap(true)
    const { before, waited } = pass(tap, [bytes.subarray(0, at), bytes.subarray(at)])
    // A cut right behind the event's data line leaves its blank line, which means nothing.
    assert.equal((before + waited).replaceAll('\n\n\n', '\n\n'), expected, `cut at ${at}`)
    assert.deepEqual((await tap.read()).facts.usage, { input: 3, output: 2 })
  }
})

test('byte by byte, with hidden usage, every event still goes on before the next has come', () => {
  const tap = streamTap(true)
  let out = ''
  for (const byte of Buffer.from(content('a'))) out += String(tap.take(Buffer.from([byte])) ?? '')
  assert.equal(out, content('a'))
})

test('a stream that ends without its terminal event is not complete, and an unfinished event still goes on', () => {
  const tap = streamTap(true)
  const { before, waited } = pass(tap, [Buffer.from(content('a') + 'data: {"half')])
  assert.equal(before + waited, `${content('a')}data: {"half`)
  assert.equal(tap.endIsComplete(), false)
})

test('an endless stream is cut off in the log, but its usage and its end are read', async () => {
  const tap = streamTap(false, 1000)
  pass(tap, [Buffer.from(content('x'.repeat(600)).repeat(20) + usage + done)])
  const reading = await tap.read()
  assert.equal(reading.isTruncated, true)
  assert.ok((reading.body?.length ?? 0) < 2000)
  assert.deepEqual(reading.facts.usage, { input: 3, output: 2 })
  assert.ok(tap.isTerminal())
})

test('a plain answer is kept up to its limit, counted whole, and read also beyond what is parsed', async () => {
  const format: Format = formats['openai-chat']
  const body = `{"filler":"${'x'.repeat(300_000)}","model":"m","usage":{"prompt_tokens":1,"completion_tokens":2}}`
  const tap = createPlainTap({
    format,
    contentType: 'application/json',
    contentEncoding: null,
    lengthBytes: body.length,
    limits,
  })
  tap.take(Buffer.from(body.slice(0, 1000)))
  assert.equal(tap.isTerminal(), false)
  assert.equal(tap.endIsComplete(), false)
  tap.take(Buffer.from(body.slice(1000)))
  assert.equal(tap.isTerminal(), true)
  const reading = await tap.read()
  assert.deepEqual(reading.facts, { model: 'm', usage: { input: 1, output: 2 }, error: null })
  assert.equal(reading.size, body.length)

  const short = createPlainTap({
    format,
    contentType: 'audio/mpeg',
    contentEncoding: null,
    lengthBytes: null,
    limits: { ...limits, keptBytes: 10 },
  })
  short.take(Buffer.alloc(8, 1))
  short.take(Buffer.alloc(8, 1))
  assert.deepEqual(await short.read(), {
    facts: { model: null, usage: null, error: null },
    body: Buffer.alloc(10, 1),
    isTruncated: true,
    size: 16,
    hidden: null,
  })
})

/** Events as providers send them, of every kind that a format treats differently. */
const kinds = {
  'openai-chat': [
    content('a'),
    content('he says \\"usage\\": {'),
    event('{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}'),
    event('{"id":"c","model":"m","choices":[],"usage": {"prompt_tokens":3,"completion_tokens":2}}'),
    event('{"error":{"message":"overloaded"}}'),
    event('{"error":"overloaded"}'),
    ': comment\r\n\r\n',
    done,
    event('no JSON'),
  ],
  'anthropic-messages': [
    event('{"type":"message_start","message":{"model":"claude","usage":{"input_tokens":5,"output_tokens":1}}}'),
    event('{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}'),
    event('{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a \\"message_stop\\" b"}}'),
    event('{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}'),
    event('{"type":"error","error":{"type":"overloaded_error","message":"busy"}}'),
    event('{"type": "message_stop"}'),
  ],
  'openai-responses': [
    event('{"type":"response.created","response":{"id":"r","model":"m"}}'),
    event('{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"hi"}'),
    event('{"type":"response.completed","response":{"id":"r","usage":{"input_tokens":1,"output_tokens":2}}}'),
    event('{"type":"response.incomplete","response":{"id":"r","model":"m"}}'),
    event('{"type":"response.failed","response":{"id":"r","error":{"message":"no"}}}'),
    event('{"type":"error","message":"no"}'),
    done,
  ],
} as const

for (const [name, known] of Object.entries(kinds)) {
  test(`${name}: however its events are bundled and cut, a stream means the same, and ends at the same byte`, async () => {
    const createReader = formats[name as keyof typeof kinds].createStreamReader
    assert.ok(createReader)
    const sequences = fc.array(fc.constantFrom(...known), { minLength: 1, maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(sequences, fc.array(fc.nat({ max: 400 }), { maxLength: 12 }), async (sequence, cuts) => {
        const one = createStreamTap(createReader, { createScanner: createSseScanner, hidesUsage: false, limits })
        const many = createStreamTap(createReader, { createScanner: createSseScanner, hidesUsage: false, limits })
        let isOver = false
        for (const text of sequence) {
          many.take(Buffer.from(text))
          isOver ||= many.isTerminal()
        }
        const bytes = Buffer.from(sequence.join(''))
        let from = 0
        for (const length of [...cuts, bytes.length]) {
          one.take(bytes.subarray(from, from + length))
          from += length
        }
        assert.equal(one.isTerminal(), isOver)
        const [first, second] = [await one.read(), await many.read()]
        assert.deepEqual(first, second)
      }),
      { numRuns: 300 },
    )
  })
}
