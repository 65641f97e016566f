import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../kernel/clock.ts'
import { AskFailed, createModels, type OwnCall } from './evaluation-ask.ts'

type Answer = Awaited<ReturnType<OwnCall>>

const good: Answer = answer(200, {}, { choices: [{ message: { content: 'yes' } }] })

function answer(status: number, headers: Record<string, string>, body: object = {}): Answer {
  return { status, headers: new Map(Object.entries(headers)), body: Buffer.from(JSON.stringify(body)) }
}

/** Asks once; at which times (ms from the beginning) the gateway was called. */
async function ask(answers: readonly Answer[], signal = new AbortController().signal): Promise<number[]> {
  const startMs = performance.now()
  const calledMs: number[] = []
  const call: OwnCall = () => {
    calledMs.push(performance.now() - startMs)
    return Promise.resolve(answers[Math.min(calledMs.length, answers.length) - 1] ?? good)
  }
  const asker = { call, clock: systemClock, accountId: 'a', gatewayId: 'g', evaluationId: 'e', timeoutMs: 9000, signal }
  await createModels({ ...asker, caller: () => ({ kind: 'admin' }) }).chat('openai/m', [], {})
  return calledMs
}

test('after a 429 a model is asked again when its provider says: in milliseconds, in seconds, or at a time', async () => {
  const soon = new Date(Date.now() + 2500).toUTCString()
  const headers = [{ 'retry-after-ms': '300' }, { 'retry-after': '0.3' }, { 'retry-after': soon }]
  for (const given of headers) {
    const [, second = 0, ...others] = await ask([answer(429, given), good])
    assert.ok(second >= 295 && others.length === 0, `${JSON.stringify(given)}: ${second} ms`)
  }
})

test('where it does not say, the waits grow; a case is refused so often at most', async () => {
  const times = await ask([answer(429, {}), answer(429, { 'retry-after': 'later' }), good])
  const [first = 0, second = 0, third = 0] = times
  assert.ok(second - first >= 990 && third - second >= 1990, times.join())
  const refused = answer(429, { 'retry-after': '0' }, { error: { message: 'too many' } })
  await assert.rejects(
    ask([refused]),
    (error) => error instanceof AskFailed && /status 429: too many/.test(error.message),
  )
})

test("the gateway's own limit is waited for, however often; a wait ends with the run", async () => {
  const own = answer(429, { 'retry-after': '0' }, { internalCode: 2003 })
  assert.equal((await ask([...Array<Answer>(12).fill(own), good])).length, 13)
  const stopping = new AbortController()
  const waiting = ask([answer(429, { 'retry-after': '50' })], stopping.signal)
  setTimeout(() => stopping.abort(), 50)
  await assert.rejects(waiting, { name: 'AbortError' })
})
