import { after, before } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { skipWithout } from '../servers/debian.ts'
import { kvConformance } from './conformance.ts'
import { openRedis, type RedisUnderTest } from './open-redis.ts'

const skip = skipWithout('redis-server')

let under: RedisUnderTest
before(async () => {
  if (skip === false) under = await openRedis()
})
after(() => under?.close())

kvConformance(
  'Redis',
  async () => {
    await under.command('FLUSHALL')
    // A machine that is busy with other tests may take its time.
    const times = { askMs: 10_000 }
    const [kv, other] = await Promise.all([under.open({ times }), under.open({ times })])
    return {
      kv,
      other,
      // A timer may be a little early.
      elapse: (ms) => delay(ms + 2),
      async close() {
        await Promise.all([kv.close(), other.close()])
      },
    }
  },
  skip,
)
