import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../kernel/clock.ts'
import type { TextLog } from '../kernel/text-log.ts'
import { type Live, liveKinds } from '../live/live.ts'
import { readSignal } from '../live/signal.ts'
import type { Store } from '../store/store.ts'

interface FollowDeps {
  store: Pick<Store, 'gateways' | 'documents'>
  live: Live
  clock: Clock
  log: TextLog
}

/** Brings what other processes change into this one's memory. */
export interface ChangeFollower {
  /** Takes a signal of another process; resolves when the change is in force here. Never rejects. */
  hear(message: string): Promise<void>
  /**
   * Looks whether a signal was missed, and reads everything if so: what was changed before the call is in force when it
   * resolves. Many calls share one look. Rejects where the store does not answer.
   */
  check(): Promise<void>
  /**
   * The same for whoever met something unknown here, at most every 100 ms: who comes sooner waits. So a flood of unknown
   * names is ten questions a second.
   */
  catchUp(): Promise<void>
  /** Checks from now on by itself. */
  start(): void
  stop(): void
}

/** A change is in force everywhere within a second, also where its signal is lost. */
const checkEveryMs = 500
const catchUpEveryMs = 100
const changed = 'another process changed settings'

export function createChangeFollower(deps: FollowDeps): ChangeFollower {
  const { log } = deps
  let timer: NodeJS.Timeout | null = null
  let isAway = false
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null

  function check(): Promise<void> {
    if (running) {
      // What it reads may be from before this call.
      next ??= running
        .catch(() => {})
        .then(() => {
          next = null
          return check()
        })
      return next
    }
    running = look(deps).finally(() => {
      running = null
    })
    return running
  }

  async function checkAgain(): Promise<void> {
    try {
      await check()
      if (isAway) log.info('settings can be read again')
      isAway = false
    } catch (error) {
      // Told once: the store says itself what it lacks.
      if (!isAway) log.warn('settings that other processes change cannot be read', { reason: String(error) })
      isAway = true
    }
    if (timer) timer = setTimeout(() => void checkAgain(), checkEveryMs)
  }

  return {
    check,
    catchUp: seldom(check, deps.clock),
    async hear(message) {
      const signal = readSignal(message)
      if (signal === null) return
      try {
        if ('documents' in signal) await check()
        else await readOne(deps, signal)
        log.debug(changed, { ...signal })
      } catch (error) {
        log.error('a change that another process made could not be read', error, { ...signal })
      }
    },
    start() {
      timer ??= setTimeout(() => void checkAgain(), checkEveryMs)
    },
    stop() {
      if (timer) clearTimeout(timer)
      timer = null
    },
  }
}

/** Looks at most every 100 ms. Who comes sooner waits, with all who do, for a look that begins after they came. */
function seldom(look: () => Promise<void>, clock: Clock): () => Promise<void> {
  let later: Promise<void> | null = null
  let lookedTick = -Infinity
  const lookNow = (): Promise<void> => {
    later = null
    lookedTick = clock.tickMs()
    return look()
  }
  return () => {
    if (later) return later
    const waitMs = lookedTick + catchUpEveryMs - clock.tickMs()
    if (waitMs <= 0) return lookNow()
    later = delay(waitMs).then(lookNow)
    return later
  }
}

async function look(deps: FollowDeps): Promise<void> {
  const version = await deps.store.gateways.version()
  if (version === deps.live.version()) return
  await readAll(deps, version)
  deps.log.debug(changed, { version })
}

interface Named {
  number: number
  accountId: string
  id: string
  version: number | null
}

/** Brings one gateway here as the store has it now. A number that is gone never comes back. */
async function readOne({ store, live }: FollowDeps, { number, accountId, id, version }: Named): Promise<void> {
  const { rows } = await store.gateways.page({ accountId, id, search: null, numbers: null, page: 1, perPage: 1 })
  const record = rows[0]
  if (record) live.apply({ type: 'gateway', record, version })
  else live.apply({ type: 'gateway-removed', number, accountId, id, version })
}

async function readAll(deps: FollowDeps, version: number): Promise<void> {
  const { store, live } = deps
  const before = live.all()
  const records = await store.gateways.all()
  for (const record of records) live.apply({ type: 'gateway', record, version: null })
  const numbers = new Set(records.map(({ number }) => number))
  // One that was made a moment ago may not be among them: each that is missing is asked for by name.
  for (const known of before) if (!numbers.has(known.number)) await readOne(deps, { ...known, version: null })
  live.apply({ type: 'all-documents', documents: await store.documents.all(liveKinds), version: null })
  live.reach(version)
}
