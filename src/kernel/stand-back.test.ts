import assert from 'node:assert/strict'
import { getPriority } from 'node:os'
import { test } from 'node:test'
import { standBack } from './stand-back.ts'

test('a thread stands back where threads can, and is left alone elsewhere', () => {
  const before = getPriority()
  standBack()
  assert.equal(getPriority(), process.platform === 'linux' ? Math.min(before + 5, 19) : before)
})
