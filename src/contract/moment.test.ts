import assert from 'node:assert/strict'
import { it } from 'node:test'
import { momentSchema } from './moment.ts'

const day = Date.UTC(2024, 0, 31)

it('a bare date is the whole of that UTC day', () => {
  assert.deepEqual(momentSchema.parse('2024-01-31'), { startMs: day, endMs: day + 86_400_000 })
})

it('a date-time is one millisecond, and UTC where it names no zone', () => {
  const noon = { startMs: day + 43_200_000, endMs: day + 43_200_001 }
  for (const text of ['2024-01-31T12:00:00Z', '2024-01-31T12:00', '2024-01-31T14:00:00.000+02:00']) {
    assert.deepEqual(momentSchema.parse(text), noon, text)
  }
})

it('what is no date is refused', () => {
  for (const text of ['', 'today', '2024-02-30', '2024-1-1', '1706659200', '2024-01-31T25:00:00Z']) {
    assert.equal(momentSchema.safeParse(text).success, false, text)
  }
})
