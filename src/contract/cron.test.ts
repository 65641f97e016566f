import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextRunMs, parseCron } from './cron.ts'

function runs(text: string, after: string, count: number): string[] {
  const cron = parseCron(text)
  if ('fault' in cron) assert.fail(`${text}: ${cron.fault}`)
  const found: string[] = []
  for (let atMs = Date.parse(after); found.length < count; found.push(new Date(atMs).toISOString().slice(0, 16))) {
    atMs = nextRunMs(cron, atMs) ?? assert.fail('no run')
  }
  return found
}

test('a schedule runs when crontab(5) says', () => {
  assert.deepEqual(runs('*/15 * * * *', '2026-11-26T10:14:59Z', 3), [
    '2026-11-26T10:15',
    '2026-11-26T10:30',
    '2026-11-26T10:45',
  ])
  // Never twice in its minute.
  assert.deepEqual(runs('0 6 * * *', '2026-11-26T06:00:00Z', 1), ['2026-11-27T06:00'])
  // 2026-11-26 is a Thursday.
  assert.deepEqual(runs('30 5,17 * * mon-fri', '2026-11-27T06:00:00Z', 3), [
    '2026-11-27T17:30',
    '2026-11-30T05:30',
    '2026-11-30T17:30',
  ])
  assert.deepEqual(runs('0 0 29 2 *', '2026-01-01T00:00:00Z', 2), ['2028-02-29T00:00', '2032-02-29T00:00'])
  assert.deepEqual(runs('0 0 29 FEB *', '2096-03-01T00:00:00Z', 1), ['2104-02-29T00:00'])
  assert.deepEqual(runs('0 0 13 * fri', '2026-11-26T00:00:00Z', 4), [
    '2026-11-27T00:00',
    '2026-12-04T00:00',
    '2026-12-11T00:00',
    '2026-12-13T00:00',
  ])
  assert.deepEqual(runs('0 0 * * 7', '2026-11-26T00:00:00Z', 1), ['2026-11-29T00:00'])
  assert.deepEqual(runs('5/20 1-2 1 1 *', '2026-11-26T00:00:00Z', 4), [
    '2027-01-01T01:05',
    '2027-01-01T01:25',
    '2027-01-01T01:45',
    '2027-01-01T02:05',
  ])
})

test('what is no schedule is told', () => {
  const fault = (text: string): string => {
    const cron = parseCron(text)
    return 'fault' in cron ? cron.fault : assert.fail(`${text} was taken`)
  }
  assert.match(fault('* * * *'), /^it has 4 fields, expected five/)
  assert.match(fault('60 * * * *'), /^60 is no minute/)
  assert.match(fault('* * 0 * *'), /^0 is no day of the month/)
  assert.match(fault('* * * * 8'), /no day of the week/)
  assert.match(fault('*/0 * * * *'), /no minute/)
  assert.match(fault('5-1 * * * *'), /no minute/)
  assert.match(fault('* * * foo *'), /^foo is no month/)
  assert.match(fault('1,,2 * * * *'), /no minute/)
  assert.equal(fault('0 0 30 2 *'), 'there is no such day')
})
