import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createFlights } from './gateway/flight.ts'
import { createHttpDoor } from './gateway/http.ts'
import { createPipeline, type Run } from './gateway/pipeline.ts'
import { createRefusalSampler } from './gateway/refusal.ts'
import { createChooseTarget } from './gateway/target.ts'
import { createUpstreams, type Upstreams } from './gateway/upstream.ts'
import { followChange } from './jobs/follow-changes.ts'
import { startIngest } from './jobs/ingest.ts'
import { createJournal, type Journal } from './journal/journal.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import { type Config, ConfigError } from './kernel/config.ts'
import { GatewayError } from './kernel/errors.ts'
import { createHostCheck } from './kernel/host-check.ts'
import { createIds } from './kernel/ids.ts'
import { createCredentials, type Credentials, loadAdminToken } from './kernel/secrets.ts'
import type { TextLog } from './kernel/text-log.ts'
import type { Kv } from './kv/kv.ts'
import { createMemoryKv } from './kv/memory-kv.ts'
import { createLive, type Live } from './live/live.ts'
import { createManagementApp } from './management/app.ts'
import { findGateway } from './management/find-gateway.ts'
import { createOperations } from './management/operations.ts'
import { removeOrphans } from './management/removal.ts'
import { respondError } from './management/respond.ts'
import { createPriceTable } from './pricing/price-table.ts'
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

/** For a row or a plain page. A scan may take longer, see `startReader`. */
const quickReadMs = 5000

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
  // From here to `on` nothing may be awaited: a request without a listener would wait for ever.
  const url = urlOf(server, config.host)
  const others = getRequestListener(createOthers(base, storage, url).fetch)
  server.on('request', createFront(config, patience, run, others))
  void removeOrphans({ store: storage.store, log })

  return {
    url,
    adminToken,
    adminTokenFile: made?.file ?? null,
    async close() {
      await stop(server, patience.stopMs)
      await upstreams.close()
      await storage.close()
      lock.release()
    },
  }
}

/** Data would be put elsewhere than was asked for: refused until the engine is connected here. */
function refuseUnconnected({ redisUrl }: Config): void {
  if (redisUrl === null) return
  throw new ConfigError(`TOLLGATE_REDIS_URL is set, but this version does not support it: unset it`)
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
  const place = config.databaseUrl === null ? { file: path.join(dataDir, 'tollgate.db') } : { url: config.databaseUrl }
  const journalDir = path.join(dataDir, 'journal')
  const ingest = await startIngest({ place, journalDir }, log, (part) => journal.release(part))
  const readers = { list: startReader({ place, deadlineMs: quickReadMs }), scan: startReader({ place }) }
  const store = connectStore({ write: ingest.worker, ...readers })
  const kv = createMemoryKv({ clock, maxBytes: config.cacheBytes })
  const live = createLive([])
  // Heard before all is read, so that no change falls between.
  await kv.subscribe((message) => void followChange({ store, live, log }, message))
  for (const record of await store.gateways.all()) live.apply({ type: 'gateway', record })
  const journal = createJournal({
    dir: journalDir,
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

/** The data plane is bare `node:http`; everything else, where comfort matters more than microseconds, is Hono. */
function createFront(
  config: Config,
  patience: Patience,
  run: Run,
  others: ReturnType<typeof getRequestListener>,
): RequestListener {
  const door = createHttpDoor(patience)
  const isHostAllowed = createHostCheck(config.host, config.publicUrl)
  return (req, res) => {
    if (!isHostAllowed(hostOf(req.rawHeaders))) {
      res.writeHead(403, { 'content-type': 'text/plain' })
      res.end('This Host is not served on a loopback address: set TOLLGATE_PUBLIC_URL, or use localhost.\n')
    } else if (req.url?.startsWith('/v1/')) {
      const { exchange, sink } = door.open(req, res)
      void run(exchange, sink)
    } else {
      if (hasBody(req)) limitSilence(req, patience.bodyIdleMs)
      void others(req, res)
    }
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** The data plane watches its bodies itself. Once a body is here, its answer may take its time. */
function limitSilence(req: IncomingMessage, idleMs: number): void {
  req.setTimeout(idleMs, () => req.destroy())
  req.once('end', () => req.setTimeout(0))
}

/** Not from `req.headers`: that builds an object of all headers, which the data plane does not need. */
function hostOf(rawHeaders: readonly string[]): string | undefined {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') return rawHeaders[at + 1]
  }
  return undefined
}

function listen(config: Config): Promise<Server> {
  const server = createServer({
    keepAliveTimeout: 75_000,
    headersTimeout: 60_000,
    // Bodies have their own watch: a large upload may take long, silence may not.
    requestTimeout: 0,
    maxHeaderSize: 64 * 1024,
  })
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new Error(
          `Cannot listen on ${config.host}:${config.port}: ${error.message}. See TOLLGATE_HOST and TOLLGATE_PORT.`,
        ),
      ),
    )
    server.listen(config.port, config.host, () => resolve(server))
  })
}

function urlOf(server: Server, host: string): string {
  // A TCP server that listens has such an address.
  const { port } = server.address() as AddressInfo
  // Listening everywhere is no address that anybody can call.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

async function stop(server: Server, stopMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A connection that was busy until now is kept alive after its answer: nobody would close it.
  const closing = setInterval(() => server.closeIdleConnections(), 50)
  await within(stopMs, closed)
  clearInterval(closing)
  server.closeAllConnections()
  await closed
}

/** Waits for a promise, but no longer than `limitMs`, and does not fail with it. */
async function within(limitMs: number, promise: Promise<void>): Promise<void> {
  const limit = Promise.withResolvers<void>()
  const timer = setTimeout(limit.resolve, limitMs)
  await Promise.race([promise.catch(() => {}), limit.promise])
  clearTimeout(timer)
}
