// A process that asks one engine what test/kv/askers.ts tells it to ask.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../src/kernel/clock.ts'
import { createTextLog } from '../../src/kernel/text-log.ts'
import { openRedisKv, type RedisKvOptions } from '../../src/kv/redis-kv.ts'
import { admitAtOnce, answerOf, askFor, countedBy, lead, passed } from './answers.ts'
import type { Order, Report } from './askers.ts'

const lines: string[] = []
const log = createTextLog('debug', systemClock, (line) => lines.push(line))
const [, , url = '', times = '{}'] = process.argv
// Both are what askers.ts gives.
const kv = await openRedisKv({
  url,
  scope: 'test',
  clock: systemClock,
  log,
  times: JSON.parse(times) as RedisKvOptions['times'] & {},
})
const limited = countedBy(9, { requests: 1_000_000, windowMs: 60_000, technique: 'sliding' })

process.on('message', (order: Order) => {
  void carryOut(order).then((report) => process.send?.(report))
})
process.on('disconnect', () => process.exit())
process.send?.({})

async function carryOut(order: Order): Promise<Report> {
  if (order.type === 'admit') return { passed: passed(await admitAtOnce(kv, order.count, order.ask)) }
  if (order.type === 'lead') {
    await lead(kv, askFor(1, order.key))
    return {}
  }
  if (order.type === 'share') return await share(order.count, order.key)
  return await askOn(order.ms)
}

/** As many equal requests at once: who leads settles a while later, the others wait for it. */
async function share(count: number, key: string): Promise<Report> {
  const report = { leases: 0, answered: 0, alone: 0 }
  async function request(): Promise<void> {
    const verdict = await kv.admit(askFor(1, key))
    if (verdict.type === 'pass' && verdict.lease) {
      report.leases++
      await delay(300)
      await kv.settle(verdict.lease, { answer: answerOf(key), ttlMs: 60_000 })
      return
    }
    const signal = new AbortController().signal
    let answer = verdict.type === 'hit' ? verdict.answer : null
    if (verdict.type === 'busy') answer = await kv.awaitAnswer(1, `1:${key}`, signal)
    if (answer?.body.toString() === key) report.answered++
    else report.alone++
  }
  await Promise.all(Array.from({ length: count }, request))
  return report
}

/** Eight that ask one question after another. */
async function askOn(ms: number): Promise<Report> {
  const report = { asked: 0, away: 0, slowestMs: 0, lagMs: 0, last: '', lines }
  const lag = monitorEventLoopDelay({ resolution: 5 })
  lag.enable()
  const endMs = performance.now() + ms
  async function client(): Promise<void> {
    while (performance.now() < endMs) {
      const startMs = performance.now()
      const { type } = await kv.admit(limited)
      report.slowestMs = Math.max(report.slowestMs, performance.now() - startMs)
      report.asked++
      if (type === 'away') report.away++
      report.last = type
      await delay(2)
    }
  }
  await Promise.all(Array.from({ length: 8 }, client))
  report.lagMs = lag.max / 1e6
  return report
}
