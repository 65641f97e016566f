import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTextLog } from './text-log.ts'

const clock = { nowMs: () => 0, tickMs: () => 0 }

test('a line is one JSON object, below the level nothing is written', () => {
  const lines: string[] = []
  const log = createTextLog('info', clock, (line) => lines.push(line))
  log.debug('no')
  log.info('a\nb', { n: 1 })
  assert.deepEqual(lines, ['{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"a\\nb","n":1}\n'])
})

test('an error is written with all the causes behind it', () => {
  const lines: string[] = []
  const log = createTextLog('warn', clock, (line) => lines.push(line))
  log.error('failed', new Error('outer', { cause: new Error('inner') }))
  assert.match(lines.join(), /outer.*caused by.*inner/)
})
