import { hash } from 'node:crypto'
import { createChangeFollower } from '../jobs/follow-changes.ts'
import { ownPositions } from '../journal/journal-id.ts'
import { createJournal, type Journal, type JournalStats } from '../journal/journal.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Config } from '../kernel/config.ts'
import type { TextLog } from '../kernel/text-log.ts'
import { createVault, type Vault } from '../kernel/vault.ts'
import { within } from '../kernel/within.ts'
import type { Kv } from '../kv/kv.ts'
import { createMemoryKv } from '../kv/memory-kv.ts'
import { openRedisKv } from '../kv/redis-kv.ts'
import { createLive, type Live } from '../live/live.ts'
import type { Store } from '../store/store.ts'
import type { Patience } from './patience.ts'
import type { Storage } from './storage.ts'

/** What most parts need. */
export interface Base {
  config: Config
  log: TextLog
  patience: Patience
  clock: Clock
  adminToken: string
  encryptionKeys: string
}

export interface NodeOptions {
  /** Which of the processes that write into the journal this one is. */
  writer: number
  /** Of this process's own statistics those of all that share the storage. */
  stats(own: JournalStats): JournalStats | Promise<JournalStats>
}

/** For rows to be in the store before they are shown; a store that is slower shows them later. */
const catchUpMs = 1000

/** The engines of floor 2. */
export interface Engines {
  store: Store
  /** Names all processes that share the store, and tells nothing of it: providers see it. */
  instance: string
  kv: Kv
  live: Live
  vault: Vault
  journal: Journal
  stats: () => JournalStats | Promise<JournalStats>
  /** See `PipelineDeps`. */
  catchUpSettings: (() => Promise<void>) | null
  /** Waits, for a bounded time, until what is in the journal now is in the store. */
  caughtUp: () => Promise<void>
  close: () => Promise<void>
}

export async function openEngines(
  { config, log, clock, encryptionKeys }: Base,
  { store, ingest, journalDir, journalId, onMoved }: Storage,
  { writer, stats }: NodeOptions,
): Promise<Engines> {
  const kv = await openKv(config, store, log, clock)
  const vault = createVault(encryptionKeys)
  const live = createLive([], vault)
  const follower = createChangeFollower({ store, live, clock, log })
  // Heard before all is read, so that no change falls between.
  await kv.subscribe((message) => void follower.hear(message))
  await follower.check()
  const isShared = config.databaseUrl !== null || config.workers > 1
  if (isShared) follower.start()
  const journal = createJournal({
    dir: journalDir,
    writer,
    clock,
    log,
    maxBytes: Math.ceil(config.maxJournalBytes / config.workers),
    positions: ownPositions(journalId, await store.logs.positions()),
    onAppended: ingest.poke,
  })
  onMoved((part) => journal.release(part))
  // What an earlier process left behind.
  ingest.poke()
  return {
    store,
    instance: hash('sha256', `tollgate instance ${await store.logs.storeId()}`).slice(0, 12),
    kv,
    live,
    vault,
    journal,
    catchUpSettings: isShared ? () => follower.catchUp() : null,
    stats: () => stats(journal.stats()),
    caughtUp: () => within(catchUpMs, ingest.caughtUp()),
    async close() {
      follower.stop()
      await journal.close()
      await kv.close()
    },
  }
}

async function openKv({ redisUrl: url, cacheBytes }: Config, store: Store, log: TextLog, clock: Clock): Promise<Kv> {
  if (url === null) return createMemoryKv({ clock, maxBytes: cacheBytes })
  return await openRedisKv({ url, scope: await store.logs.storeId(), log, clock })
}
