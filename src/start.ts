import path from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createFlights } from './gateway/flight.ts'
import { createPipeline, type Run } from './gateway/pipeline.ts'
import { createRefusalSampler } from './gateway/refusal.ts'
import { createChooseTarget } from './gateway/target.ts'
import { createUpstreams, type Upstreams } from './gateway/upstream.ts'
import { createChangeFollower } from './jobs/follow-changes.ts'
import { ownPositions } from './journal/journal-id.ts'
import { createJournal, type Journal, type JournalStats } from './journal/journal.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import type { Config } from './kernel/config.ts'
import { GatewayError } from './kernel/errors.ts'
import { createIds } from './kernel/ids.ts'
import { createCredentials, type Credentials, loadAdminToken } from './kernel/secrets.ts'
import type { TextLog } from './kernel/text-log.ts'
import { within } from './kernel/within.ts'
import type { Kv } from './kv/kv.ts'
import { createMemoryKv } from './kv/memory-kv.ts'
import { openRedisKv } from './kv/redis-kv.ts'
import { createLive, type Live } from './live/live.ts'
import { createManagementApp } from './management/app.ts'
import { findGateway } from './management/find-gateway.ts'
import { createOperations } from './management/operations.ts'
import { removeOrphans } from './management/removal.ts'
import { respondError } from './management/respond.ts'
import { createPriceTable } from './pricing/price-table.ts'
import { createFront, listen } from './server.ts'
import { openStorage, type Storage } from './storage.ts'
import { lockDataDir } from './store/data-lock.ts'
import type { Store } from './store/store.ts'

/** A running Tollgate. */
export interface Tollgate {
  /** Where it listens, without a trailing slash. */
  url: string
  adminToken: string
  /** Null where the token comes from the environment. */
  adminTokenFile: string | null
  /** Stops accepting, lets finish what runs (bounded), moves the journal to the store and closes everything. */
  close(): Promise<void>
}

/** How long the product waits for others, in milliseconds; shorter in tests. */
export interface Patience {
  connectMs: number
  /** For the head of a provider's answer. */
  headersMs: number
  /** For the next piece of a provider's answer. */
  answerIdleMs: number
  /** For the next piece of a client's body. */
  bodyIdleMs: number
  /** For a client to read what it was sent. */
  drainIdleMs: number
  /** For running requests at a stop. */
  stopMs: number
}

export const usualPatience: Patience = {
  connectMs: 10_000,
  headersMs: 15 * 60_000,
  answerIdleMs: 5 * 60_000,
  bodyIdleMs: 60_000,
  drainIdleMs: 5 * 60_000,
  stopMs: 25_000,
}

/** For rows to be in the store before they are shown; a store that is slower shows them later. */
const catchUpMs = 1000

/** Starts everything in this process. */
export async function startTollgate(
  config: Config,
  log: TextLog,
  patience: Patience = usualPatience,
  clock: Clock = systemClock,
): Promise<Tollgate> {
  const { dataDir, adminToken, adminTokenFile, lock } = takeDataDir(config)
  const storage = await openStorage(dataDir, config, log)
  const base = { config, log, patience, clock, credentials: createCredentials(adminToken) }
  const node = await startNode(base, storage, { writer: 0, stats: (own) => own }).catch(async (error: unknown) => {
    await storage.close()
    lock.release()
    throw error
  })
  void removeOrphans({ store: storage.store, log })

  return {
    url: node.url,
    adminToken,
    adminTokenFile,
    async close() {
      await node.close()
      await within(patience.stopMs, storage.ingest.caughtUp())
      await storage.close()
      lock.release()
    },
  }
}

/** Makes the data folder this process's own, and reads or makes the admin token in it. */
export function takeDataDir(config: Config): {
  dataDir: string
  adminToken: string
  adminTokenFile: string | null
  lock: { release(): void }
} {
  const dataDir = path.resolve(config.dataDir)
  const lock = lockDataDir(dataDir)
  const made = config.adminToken === null ? loadAdminToken(dataDir) : null
  return { dataDir, adminToken: config.adminToken ?? made?.token ?? '', adminTokenFile: made?.file ?? null, lock }
}

/** What most parts need. */
export interface Base {
  config: Config
  log: TextLog
  patience: Patience
  clock: Clock
  credentials: Credentials
}

/** What takes requests: all of Tollgate but its storage. Several nodes may share one. */
export interface Node {
  url: string
  /** What this process wrote into the journal. */
  stats(): JournalStats
  /** Stops accepting, lets finish what runs (bounded), and writes what was logged into the journal. */
  close(): Promise<void>
}

export interface NodeOptions {
  /** Which of the processes that write into the journal this one is. */
  writer: number
  /** Of this process's own statistics those of all that share the storage. */
  stats(own: JournalStats): JournalStats | Promise<JournalStats>
}

/** Puts the parts together and starts them: the one place that knows every room. */
export async function startNode(base: Base, storage: Storage, options: NodeOptions): Promise<Node> {
  const { config, patience } = base
  const engines = await openEngines(base, storage, options)
  const upstreams = createUpstreams(patience)
  const run = createDataPlane(base, engines, upstreams)
  const server = await listen(config).catch(async (error: unknown) => {
    await engines.close()
    throw error
  })
  // From here to `serve` nothing may be awaited: a request without a listener would wait for ever.
  const { url } = server
  server.serve(createFront(config, patience, run, getRequestListener(createOthers(base, engines, url).fetch)))
  return {
    url,
    stats: () => engines.journal.stats(),
    async close() {
      await server.stop(patience.stopMs)
      await upstreams.close()
      await engines.close()
    },
  }
}

/** The engines of floor 2. */
interface Engines {
  store: Store
  kv: Kv
  live: Live
  journal: Journal
  stats: () => JournalStats | Promise<JournalStats>
  /** Waits, for a bounded time, until what is in the journal now is in the store. */
  caughtUp: () => Promise<void>
  close: () => Promise<void>
}

async function openEngines(
  { config, log, clock }: Base,
  { store, ingest, journalDir, journalId, onMoved }: Storage,
  { writer, stats }: NodeOptions,
): Promise<Engines> {
  const kv = await openKv(config, store, log, clock)
  const live = createLive([])
  const follower = createChangeFollower({ store, live, log })
  // Heard before all is read, so that no change falls between.
  await kv.subscribe((message) => void follower.hear(message))
  await follower.check()
  if (config.databaseUrl !== null || config.workers > 1) follower.start()
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
    kv,
    live,
    journal,
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

function createDataPlane({ config, log, clock, credentials }: Base, engines: Engines, upstreams: Upstreams): Run {
  const { store, live, journal, kv } = engines
  return createPipeline({
    clock,
    newId: createIds(() => clock.nowMs()),
    log,
    live,
    credentials,
    chooseTarget: createChooseTarget(config),
    kv,
    flights: createFlights(config.cacheBytes),
    upstreams,
    prices: createPriceTable(),
    journal,
    sampler: createRefusalSampler(() => clock.tickMs()),
    limits: { maxBytes: config.maxBodyBytes, bufferedBytes: 8 << 20, parsedBytes: 128 << 10, keptBytes: 10 << 20 },
    async createDefaultGateway(accountId) {
      const { id } = await findGateway({ store, live, kv, clock, log }, accountId, 'default')
      const snapshot = live.gateway(accountId, id)
      if (!snapshot) throw new Error(`the gateway ${accountId}/${id} was made, but is not live`)
      return snapshot
    },
  })
}

/** Everything that is not the data plane: the management API and what an operator's tools ask. */
function createOthers({ config, log, clock, credentials }: Base, engines: Engines, url: string): Hono {
  const { store, live, kv, stats, caughtUp } = engines
  const isAdminToken = (text: string): boolean => credentials.check(text)
  const publicUrl = config.publicUrl ?? url
  const deps = { store, live, kv, clock, log, isAdminToken, adminEmail: config.adminEmail, publicUrl, caughtUp }
  return new Hono()
    .route('/', createOperations({ store, kv, journalStats: stats }))
    .route('/', createManagementApp(deps))
    .notFound(({ req }) => respondError(new GatewayError('no_route', `No route for ${req.method} ${req.path}.`)))
}
