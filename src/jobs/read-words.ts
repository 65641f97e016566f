import { setTimeout as delay } from 'node:timers/promises'
import { isTextSearched } from '../contract/text-search.ts'
import type { Clock } from '../kernel/clock.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { Store } from '../store/store.ts'
import { createRepeated, type Repeated } from './repeated.ts'

interface ReadDeps {
  store: Pick<Store, 'gateways' | 'words'>
  clock: Clock
  log: TextLog
}

const everyMs = 1000
/** Rows of one transaction: about 100 ms, for which a stop waits. The index likes large batches. */
const rowsPerBatch = 2000
/** Of the time that a batch took it rests half as long, so that it never has more than two thirds of a core. */
const restShare = 0.5
/** A step that only found that others are in the way must not be tried in a hot loop. */
const leastRestMs = 10

/**
 * Reads the words of bodies into the store's index, for the gateways that want it, and drops those of the others, at the start and every
 * second. Several processes that share a store may each do this: they take turns.
 */
export function createWordReading({ store, clock, log }: ReadDeps): Repeated {
  const look = createLook(store, clock)
  let trouble: string | null = null
  return createRepeated({
    everyMs,
    startsAtOnce: true,
    async look(stopping) {
      await look(stopping)
      trouble = null
    },
    onFailure(reason) {
      if (trouble !== reason) log.warn('bodies could not be read for search; it is tried again', { reason })
      trouble = reason
    },
  })
}

/** A function that follows the settings, then reads what there is to read, then lets what was removed go. */
function createLook({ gateways, words }: ReadDeps['store'], clock: Clock): (stopping: AbortSignal) => Promise<void> {
  const wantedNow = createWanted(gateways)
  /** Whether removed rows may have left words behind, as they may have before the start. */
  let isUnclean = true

  /** Calls `step` until it is done, with rests. */
  async function repeat(stopping: AbortSignal, step: () => Promise<'done' | 'more'>): Promise<void> {
    while (!stopping.aborted) {
      const startedMs = clock.tickMs()
      if ((await step()) === 'done') return
      await delay(Math.max((clock.tickMs() - startedMs) * restShare, leastRestMs))
    }
  }

  async function drop(gateway: number): Promise<'done' | 'more'> {
    const outcome = await words.drop(gateway)
    isUnclean = true
    if (outcome === 'dropped') await words.forget(gateway)
    return outcome === 'more' ? 'more' : 'done'
  }

  async function readBatch(): Promise<'done' | 'more'> {
    const { looked, gone, open } = await words.read(rowsPerBatch)
    if (open !== null) await words.settle(open)
    if (gone > 0) isUnclean = true
    return looked > 0 ? 'more' : 'done'
  }

  return async (stopping) => {
    const wanted = await wantedNow()
    const kept = new Set((await words.lags()).map(({ gateway }) => gateway))
    const missing = [...wanted].filter((gateway) => !kept.has(gateway))
    if (missing.length > 0) await words.keep(missing)
    for (const gateway of kept) if (!wanted.has(gateway)) await repeat(stopping, () => drop(gateway))
    // Asked first, since the thread that reads is started by its first call, and ends when it is idle.
    const lags = await words.lags()
    // At the first look it is read in any case, which tells whether the words were lost.
    const isBehind = lags.some(({ rows, gone }) => rows + gone > 0) || (isUnclean && lags.length > 0)
    if (isBehind) await repeat(stopping, readBatch)
    if (!isUnclean || (kept.size === 0 && wanted.size === 0)) return
    await repeat(stopping, async () => {
      isUnclean = !(await words.purge())
      return isUnclean ? 'more' : 'done'
    })
  }
}

/** A function that gives the gateways whose bodies are searched; the settings are read only when some have changed. */
function createWanted(gateways: Store['gateways']): () => Promise<ReadonlySet<number>> {
  let version: number | null = null
  let wanted: ReadonlySet<number> = new Set()
  return async () => {
    const current = await gateways.version()
    if (current !== version) {
      const searched = (await gateways.all()).filter(({ settings }) => isTextSearched(settings))
      wanted = new Set(searched.map(({ number }) => number))
      version = current
    }
    return wanted
  }
}
