import { createClient } from '@redis/client'
import { systemClock } from '../../src/kernel/clock.ts'
import { createTextLog } from '../../src/kernel/text-log.ts'
import type { Kv } from '../../src/kv/kv.ts'
import { openRedisKv, type RedisKvOptions } from '../../src/kv/redis-kv.ts'
import { startRedis, type TestRedis } from '../servers/redis.ts'

/** A Redis of this test's own, and engines on it as several processes have them. */
export interface RedisUnderTest {
  redis: TestRedis
  /** An engine; all are closed with the test. */
  open(options?: Partial<RedisKvOptions>): Promise<Kv>
  /** What the engines' log said so far, one JSON object per line. */
  lines: string[]
  /** Asks Redis itself, on a connection of its own. */
  command(...args: (string | Buffer)[]): Promise<unknown>
  close(): Promise<void>
}

export async function openRedis(): Promise<RedisUnderTest> {
  const redis = await startRedis()
  const lines: string[] = []
  const log = createTextLog('debug', systemClock, (line) => lines.push(line))
  const opened: Kv[] = []
  return {
    redis,
    lines,
    async open(options = {}) {
      const kv = await openRedisKv({ url: redis.url, scope: 'test', clock: systemClock, log, ...options })
      opened.push(kv)
      return kv
    },
    async command(...args) {
      const client = createClient({ url: redis.url })
      await client.connect()
      try {
        return await client.sendCommand(args)
      } finally {
        client.destroy()
      }
    },
    async close() {
      await Promise.all(opened.map((kv) => kv.close()))
      await redis.close()
    },
  }
}
