import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Admission } from '../../src/kv/kv.ts'
import type { RedisKvOptions } from '../../src/kv/redis-kv.ts'

export type Order =
  | { type: 'admit'; count: number; ask: Admission }
  /** Takes the lease of a key and never gives it back. */
  | { type: 'lead'; key: string }
  /** Asks for one key many times at once. */
  | { type: 'share'; count: number; key: string }
  /** Asks on and on. */
  | { type: 'ask-on'; ms: number }

/** What came of an order; each kind has its own of these. */
export interface Report {
  passed?: number
  leases?: number
  answered?: number
  alone?: number
  asked?: number
  away?: number
  slowestMs?: number
  /** How long the process itself was held up at most, on a machine that does other things too. */
  lagMs?: number
  /** The last verdict. */
  last?: string
  /** What the log said. */
  lines?: string[]
}

/** A process of its own with an engine on a Redis. */
export interface Asker {
  /** Gives an order, one at a time, and waits for what came of it. Rejects where the process ends before. */
  ask(order: Order): Promise<Report>
  kill(): Promise<void>
}

type Times = RedisKvOptions['times'] & {}

export async function startAskers(count: number, redisUrl: string, times: Times = {}): Promise<Asker[]> {
  return await Promise.all(Array.from({ length: count }, () => startAsker(redisUrl, times)))
}

async function startAsker(redisUrl: string, times: Times): Promise<Asker> {
  // An error that nobody catches ends the process, and is seen here.
  const child = fork(new URL('./asker.ts', import.meta.url), [redisUrl, JSON.stringify(times)], { execArgv: [] })
  await report(child)
  return {
    async ask(order) {
      const answered = report(child)
      child.send(order)
      return await answered
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function report(child: ChildProcess): Promise<Report> {
  const ended = new AbortController()
  try {
    const [message] = (await Promise.race([
      once(child, 'message', { signal: ended.signal }),
      once(child, 'exit', { signal: ended.signal }).then(([code]) => {
        throw new Error(`an asker ended with ${code}`)
      }),
    ])) as [Report] // What asker.ts sends.
    return message
  } finally {
    ended.abort()
  }
}
