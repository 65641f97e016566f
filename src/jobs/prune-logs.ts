import { retentionDaysOf, rowLimitOf } from '../contract/log-retention.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import type { Clock } from '../kernel/clock.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { Store } from '../store/store.ts'

interface PruneDeps {
  store: Pick<Store, 'gateways' | 'logs'>
  clock: Clock
  log: TextLog
}

/** Removes rows that a gateway keeps no longer: those that are too old, and the oldest of those that are too many. */
export interface LogPruning {
  /** Looks at all gateways once. Never rejects. */
  run(): Promise<void>
  /** Looks every minute from now on. */
  start(): void
  /** Resolves when the batch that is under way has ended. */
  stop(): Promise<void>
}

const everyMs = 60_000
/** The store rests within a batch. */
const rowsPerBatch = 10_000
const dayMs = 24 * 60 * 60 * 1000

/** Several processes that share a store may each do this: what one has removed the others do not find. */
export function createLogPruning({ store, clock, log }: PruneDeps): LogPruning {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> | null = null
  let isStopped = false

  async function removeWhile(what: { gateway: number; beforeMs?: number; keep?: number }): Promise<number> {
    let removed = 0
    while (!isStopped) {
      const count = await store.logs.remove({ ...what, limit: rowsPerBatch })
      removed += count
      if (count < rowsPerBatch) break
    }
    return removed
  }

  async function prune({ number: gateway, id, settings }: GatewayRecord, rows: number): Promise<void> {
    const days = retentionDaysOf(settings)
    const old = days === null ? 0 : await removeWhile({ gateway, beforeMs: clock.nowMs() - days * dayMs })
    const limit = rowLimitOf(settings)
    const isOver = limit?.strategy === 'DELETE_OLDEST' && rows - old > limit.maxRows
    const spare = isOver ? await removeWhile({ gateway, keep: limit.maxRows }) : 0
    if (old + spare > 0)
      log.info('logs were removed that are kept no longer', { gateway: id, too_old: old, too_many: spare })
  }

  async function look(): Promise<void> {
    try {
      const counts = new Map((await store.logs.counts()).map(({ gateway, rows }) => [gateway, rows]))
      for (const record of await store.gateways.all()) {
        if (!isStopped) await prune(record, counts.get(record.number) ?? 0)
      }
    } catch (error) {
      log.warn('logs that are kept no longer could not be removed; it is tried again', { reason: String(error) })
    }
  }

  function run(): Promise<void> {
    running ??= look().finally(() => {
      running = null
    })
    return running
  }

  return {
    run,
    start() {
      timer ??= setInterval(() => void run(), everyMs).unref()
      void run()
    },
    async stop() {
      isStopped = true
      if (timer) clearInterval(timer)
      await running
    },
  }
}
