import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelTarget } from '../routing/routing.ts'
import { createTargetLoads } from './target-loads.ts'
import type { UpstreamAnswer, UpstreamCall } from './upstream.ts'

const target: ModelTarget = { provider: 'p', model: 'm', keyAlias: null, weight: 1 }
const ignore = (): void => {}
const answerOf = (status: number): UpstreamAnswer => ({
  status,
  headers: {},
  isEnded: () => false,
  deliver: ({ end }) => end(),
  pause: ignore,
  resume: ignore,
})

function open() {
  let tick = 1000
  const loads = createTargetLoads({ tickMs: () => tick })
  return {
    loads,
    pass: (ms: number): void => void (tick += ms),
    call(): { watched: UpstreamCall; answers: PromiseWithResolvers<UpstreamAnswer> } {
      const answers = Promise.withResolvers<UpstreamAnswer>()
      return { answers, watched: loads.watch(target, { answer: answers.promise, leave: ignore, abort: ignore }) }
    },
  }
}

test('a target is busy until its answer has ended, or was given up, once', async () => {
  const { loads, call } = open()
  const [first, second] = [call(), call()]
  assert.equal(loads.of(target).busy, 2)
  first.answers.resolve(answerOf(200))
  const answer = await first.watched.answer
  assert.equal(loads.of(target).busy, 2)
  answer.deliver({ chunk: ignore, end: ignore, failed: ignore })
  assert.equal(loads.of(target).busy, 1)
  first.watched.abort()
  second.watched.abort()
  assert.equal(loads.of(target).busy, 0)
  second.answers.reject(new Error('given up'))
  await assert.rejects(second.watched.answer)
  assert.deepEqual(loads.of(target).busy, 0)
})

test('what was measured is worth less with time, and a quick failure is no good sign', async () => {
  const { loads, call, pass } = open()
  const good = call()
  pass(100)
  good.answers.resolve(answerOf(200))
  await good.watched.answer
  assert.equal(loads.of(target).latencyMs, 100)
  pass(30_000)
  assert.equal(loads.of(target).latencyMs, 50)
  const bad = call()
  pass(5)
  bad.answers.resolve(answerOf(500))
  await bad.watched.answer
  assert.ok(loads.of(target).latencyMs > 1000)
})
