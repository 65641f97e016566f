import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createIds, idTimeMs, isId } from './ids.ts'

test('ids are UUIDv7 that carry their millisecond', () => {
  const id = createIds(() => 1_795_443_854_643)()
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.ok(isId(id))
  assert.equal(idTimeMs(id), 1_795_443_854_643)
})

test('ids sort in the order they were made in, also within a millisecond and when the clock goes back', () => {
  let now = 1_795_443_854_643
  const newId = createIds(() => now)
  const ids: string[] = []
  for (let at = 0; at < 20_000; at++) {
    if (at % 5000 === 4999) now += at % 2 === 0 ? 1 : -50
    ids.push(newId())
  }
  assert.deepEqual(ids.toSorted(), ids)
  assert.equal(new Set(ids).size, ids.length)
})

test('other texts are not ids', () => {
  for (const text of ['', 'x', '01a208cb-0d34-4216-b20d-167ec14822df', '01A208CB-0D34-7216-B20D-167EC14822DF']) {
    assert.equal(isId(text), false, text)
  }
})
