import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LogRecord } from './log-record.ts'
import { readLogText, writeLogText } from './log-text.ts'

const record: LogRecord = {
  id: '01a208cb-0d34-7216-b20d-167ec14822df',
  gateway: 3,
  startedMs: 1_795_443_854_643,
  durationMs: 27,
  firstByteMs: null,
  method: 'POST',
  provider: 'openai',
  model: 'line\nbreak "and" quotes',
  modelType: 'chat',
  path: 'v1/chat/completions',
  status: 200,
  outcome: 'complete',
  success: true,
  cached: false,
  isStream: false,
  step: 0,
  eventId: 'e',
  userAgent: null,
  authenticated: false,
  requestType: null,
  requestContentType: null,
  responseContentType: null,
  requestSize: 1,
  responseSize: 2,
  requestTruncated: false,
  responseTruncated: true,
  metadata: { team: 'a' },
  saved: null,
  usage: { input: 10, cacheRead: 5, output: 7, reasoning: 3 },
  cost: { totalNanoUsd: 12, items: [], source: 's', entry: null },
  error: 'two\nlines',
}

test('summary and detail together are the record', () => {
  const { summary, detail } = readLogText(writeLogText(record))
  const { tokensIn, tokensOut, costNanoUsd, ...rest } = summary
  assert.deepEqual({ tokensIn, tokensOut, costNanoUsd }, { tokensIn: 15, tokensOut: 7, costNanoUsd: 12 })
  assert.deepEqual({ ...rest, ...(JSON.parse(detail) as object) }, record)
})

test('the attempts of a record come back where it has some', () => {
  const attempts = [{ startedMs: 1, durationMs: 2, status: 500, error: null }]
  const { detail } = readLogText(writeLogText({ ...record, attempts }))
  assert.deepEqual((JSON.parse(detail) as LogRecord).attempts, attempts)
})

test('what is not known is null in the summary', () => {
  const { summary } = readLogText(writeLogText({ ...record, usage: null, cost: null, model: null }))
  assert.deepEqual([summary.tokensIn, summary.tokensOut, summary.costNanoUsd, summary.model], [null, null, null, null])
})

test('another text is refused', () => {
  assert.throws(() => readLogText('{}'))
  assert.throws(() => readLogText('[1,2]\n{}'), /has 2 values, not 12/)
})

test('any texts and numbers come back as they went in', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 })
  const count = fc.nat()
  const item = fc.record(
    {
      unit: fc.constantFrom('input' as const, 'output' as const),
      quantity: count,
      ratePicoUsd: count,
      amountNanoUsd: count,
    },
    { noNullPrototype: true },
  )
  const cost = fc.record(
    {
      totalNanoUsd: fc.option(count),
      items: fc.array(item),
      source: fc.constant('genai-prices@0.1.8'),
      entry: fc.option(text),
      unknown: text,
    },
    { noNullPrototype: true },
  )
  const metadata = fc.dictionary(text, fc.oneof(text, fc.boolean(), fc.integer()), { noNullPrototype: true })
  const changes = fc.record(
    {
      provider: text,
      model: fc.option(text),
      path: text,
      method: text,
      eventId: text,
      userAgent: fc.option(text),
      error: fc.option(text),
      metadata: fc.option(metadata),
      cost: fc.option(cost),
      firstByteMs: fc.option(count),
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(changes, (changed) => {
      const expected = { ...record, ...changed }
      const { summary, detail } = readLogText(writeLogText(expected))
      const { costNanoUsd, ...rest } = summary
      const tokens = { tokensIn: 15, tokensOut: 7 }
      const whole = JSON.parse(JSON.stringify({ ...expected, ...tokens })) as unknown
      assert.deepEqual({ ...rest, ...(JSON.parse(detail) as object) }, whole)
      assert.equal(costNanoUsd, expected.cost?.totalNanoUsd ?? null)
    }),
  )
})
