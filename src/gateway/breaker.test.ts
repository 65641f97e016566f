import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Breaker, type CallOutcome, createBreaker } from './breaker.ts'

const place = { gateway: 1, origin: 'https://a.example', model: 'm' }
const openMs = 1000

function open(): {
  breaker: Breaker
  pass: (ms: number) => void
  fail: (at?: typeof place, outcome?: CallOutcome) => void
} {
  let now = 0
  const breaker = createBreaker({ tickMs: () => now, openMs })
  return {
    breaker,
    pass: (ms) => void (now += ms),
    fail(at = place, outcome = 'failed') {
      for (let count = 0; count < 5; count++) breaker.enter(at, true)?.(outcome)
    },
  }
}

test('a target is passed over after five failures in a row, and no other one is', () => {
  const { breaker, fail } = open()
  for (let count = 0; count < 4; count++) breaker.enter(place, false)?.('failed')
  breaker.enter(place, false)?.('good')
  assert.equal(breaker.isOpen(place), false)
  fail()
  assert.equal(breaker.enter(place, false), null)
  for (const other of [{ gateway: 2 }, { model: 'n' }, { model: null }, { origin: 'https://b.example' }]) {
    assert.notEqual(breaker.enter({ ...place, ...other }, false), null)
  }
})

test('an origin that cannot be reached is passed over by all gateways', () => {
  const { breaker, fail } = open()
  fail(place, 'unreachable')
  assert.equal(breaker.enter({ gateway: 2, origin: place.origin, model: 'n' }, false), null)
})

test('the last possible target is never passed over', () => {
  const { breaker, fail } = open()
  fail()
  assert.notEqual(breaker.enter(place, true), null)
})

test('of 200 that come when its time is over one is let through, and what that meets decides', () => {
  for (const outcome of ['good', 'failed', 'unreachable', 'unknown'] as const) {
    const { breaker, pass, fail } = open()
    fail()
    pass(openMs)
    const let200 = (): ((outcome: CallOutcome) => void)[] =>
      Array.from({ length: 200 }, () => breaker.enter(place, false)).filter((tell) => tell !== null)
    const [probe, ...others] = let200()
    assert.deepEqual(others, [])
    probe?.(outcome)
    assert.equal(let200().length, outcome === 'good' ? 200 : outcome === 'failed' ? 0 : 1, outcome)
  }
})

test('a probe that never ends holds up the next one for no longer than the circuit was open', () => {
  const { breaker, pass, fail } = open()
  fail()
  pass(openMs)
  breaker.enter(place, false)
  assert.equal(breaker.enter(place, false), null)
  pass(openMs)
  assert.notEqual(breaker.enter(place, false), null)
})

test('of many models a client makes up the oldest are forgotten', () => {
  const { breaker, fail } = open()
  fail()
  for (let count = 0; count < 999; count++) breaker.enter({ ...place, model: `made-up-${count}` }, true)?.('failed')
  assert.equal(breaker.isOpen(place), true)
  breaker.enter({ ...place, model: 'one-more' }, true)?.('failed')
  assert.equal(breaker.isOpen(place), false)
})
