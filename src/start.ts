import path from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createFlights } from './gateway/flight.ts'
import { createPipeline, type Run } from './gateway/pipeline.ts'
import { createRefusalSampler } from './gateway/refusal.ts'
import { createChooseTarget } from './gateway/target.ts'
import { createUpstreams, type Upstreams } from './gateway/upstream.ts'
import { createChangeFollower } from './jobs/follow-changes.ts'
import { startIngest } from './jobs/ingest.ts'
import { createJournal, type Journal } from './journal/journal.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import { type Config, ConfigError } from './kernel/config.ts'
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
import { lockDataDir } from './store/data-lock.ts'
import { connectStore } from './store/remote.ts'
import { startReader } from './store/start-reader.ts'
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

/** Puts the parts together and starts them: the one place that knows every room. */
export async function startTollgate(
  config: Config,
  log: TextLog,
  patience: Patience = usualPatience,
  clock: Clock = systemClock,
): Promise<Tollgate> {
  refuseUnconnected(config)
  const dataDir = path.resolve(config.dataDir)
  const lock = lockDataDir(dataDir)
  const made = config.adminToken === null ? loadAdminToken(dataDir) : null
  const adminToken = config.adminToken ?? made?.token ?? ''

  const base = { config, log, patience, clock, credentials: createCredentials(adminToken) }
  const storage = await openStorage(dataDir, base)
  const upstreams = createUpstreams(patience)
  const run = createDataPlane(base, storage, upstreams)

  const server = await listen(config).catch(async (error: unknown) => {
    await storage.close()
    lock.release()
    throw error
  })
  // From here to `serve` nothing may be awaited: a request without a listener would wait for ever.
  const { url } = server
  server.serve(createFront(config, patience, run, getRequestListener(createOthers(base, storage, url).fetch)))
  void removeOrphans({ store: storage.store, log })

  return {
    url,
    adminToken,
    adminTokenFile: made?.file ?? null,
    async close() {
      await server.stop(patience.stopMs)
      await upstreams.close()
      await storage.close()
      lock.release()
    },
  }
}

/** Something else would be done than was asked for: refused until it is connected here. */
function refuseUnconnected({ databaseUrl, workers }: Config): void {
  const name = databaseUrl === null ? 'TOLLGATE_WORKERS' : 'TOLLGATE_DATABASE_URL'
  if (databaseUrl === null && workers === 1) return
  throw new ConfigError(`${name} is set, but this version does not support it: unset it`)
}

/** What most parts need. */
interface Base {
  config: Config
  log: TextLog
  patience: Patience
  clock: Clock
  credentials: Credentials
}

/** The engines of floor 2 and the thread that feeds them. */
interface Storage {
  store: Store
  kv: Kv
  live: Live
  journal: Journal
  /** Waits, for a bounded time, until what is in the journal now is in the store. */
  caughtUp: () => Promise<void>
  close: () => Promise<void>
}

async function openStorage(dataDir: string, { config, log, patience, clock }: Base): Promise<Storage> {
  const storeFile = path.join(dataDir, 'tollgate.db')
  const journalDir = path.join(dataDir, 'journal')
  const ingest = await startIngest({ storeFile, journalDir }, log, (part) => journal.release(part))
  const readers = { list: startReader({ file: storeFile }), scan: startReader({ file: storeFile }) }
  const store = connectStore({ write: ingest.worker, ...readers })
  const kv = await openKv(config, log, clock)
  const live = createLive([])
  const follower = createChangeFollower({ store, live, log })
  // Heard before all is read, so that no change falls between.
  await kv.subscribe((message) => void follower.hear(message))
  await follower.check()
  const journal = createJournal({
    dir: journalDir,
    writer: 0,
    clock,
    log,
    maxBytes: config.maxJournalBytes,
    positions: ingest.positions,
    onAppended: ingest.poke,
  })
  // What an earlier process left behind.
  ingest.poke()
  return {
    store,
    kv,
    live,
    journal,
    caughtUp: () => within(catchUpMs, ingest.caughtUp()),
    async close() {
      await journal.close()
      await within(patience.stopMs, ingest.caughtUp())
      await Promise.all([store.close(), kv.close()])
      await Promise.all([ingest.close(), readers.list.terminate(), readers.scan.terminate()])
    },
  }
}

function openKv({ redisUrl, cacheBytes }: Config, log: TextLog, clock: Clock): Promise<Kv> {
  if (redisUrl === null) return Promise.resolve(createMemoryKv({ clock, maxBytes: cacheBytes }))
  return openRedisKv({ url: redisUrl, log, clock })
}

function createDataPlane({ config, log, clock, credentials }: Base, storage: Storage, upstreams: Upstreams): Run {
  const { store, live, journal, kv } = storage
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
function createOthers({ config, log, clock, credentials }: Base, storage: Storage, url: string): Hono {
  const { store, live, kv, journal, caughtUp } = storage
  const isAdminToken = (text: string): boolean => credentials.check(text)
  const publicUrl = config.publicUrl ?? url
  const deps = { store, live, kv, clock, log, isAdminToken, adminEmail: config.adminEmail, publicUrl, caughtUp }
  return new Hono()
    .route('/', createOperations({ store, kv, journalStats: () => journal.stats() }))
    .route('/', createManagementApp(deps))
    .notFound(({ req }) => respondError(new GatewayError('no_route', `No route for ${req.method} ${req.path}.`)))
}
