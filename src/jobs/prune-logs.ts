import { retentionDaysOf, rowLimitOf } from '../contract/log-retention.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import type { Clock } from '../kernel/clock.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { Store } from '../store/store.ts'
import { createRepeated, type Repeated } from './repeated.ts'

interface PruneDeps {
  store: Pick<Store, 'gateways' | 'logs'>
  clock: Clock
  log: TextLog
}

const everyMs = 60_000
/** The store rests within a batch. */
const rowsPerBatch = 10_000
const dayMs = 24 * 60 * 60 * 1000

/**
 * Removes rows that a gateway keeps no longer, at the start and every minute: those that are too old, and the oldest of those that are too
 * many. Several processes that share a store may each do this: what one has removed the others do not find.
 */
export function createLogPruning({ store, clock, log }: PruneDeps): Repeated {
  async function removeWhile(
    stopping: AbortSignal,
    what: { gateway: number; beforeMs?: number; keep?: number },
  ): Promise<number> {
    let removed = 0
    while (!stopping.aborted) {
      const count = await store.logs.remove({ ...what, limit: rowsPerBatch })
      removed += count
      if (count < rowsPerBatch) break
    }
    return removed
  }

  async function prune({ number: gateway, id, settings }: GatewayRecord, rows: number, stopping: AbortSignal) {
    const days = retentionDaysOf(settings)
    const old = days === null ? 0 : await removeWhile(stopping, { gateway, beforeMs: clock.nowMs() - days * dayMs })
    const limit = rowLimitOf(settings)
    const isOver = limit?.strategy === 'DELETE_OLDEST' && rows - old > limit.maxRows
    const spare = isOver ? await removeWhile(stopping, { gateway, keep: limit.maxRows }) : 0
    if (old + spare > 0)
      log.info('logs were removed that are kept no longer', { gateway: id, too_old: old, too_many: spare })
  }

  return createRepeated({
    everyMs,
    startsAtOnce: true,
    async look(stopping) {
      const counts = new Map((await store.logs.counts()).map(({ gateway, rows }) => [gateway, rows]))
      for (const record of await store.gateways.all()) {
        if (!stopping.aborted) await prune(record, counts.get(record.number) ?? 0, stopping)
      }
    },
    onFailure: (reason) => log.warn('logs that are kept no longer could not be removed; it is tried again', { reason }),
  })
}
