import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createAttempts } from '../gateway/attempts.ts'
import { createBreaker } from '../gateway/breaker.ts'
import { createFindCustomProvider } from '../gateway/custom-provider.ts'
import { createDial } from '../gateway/dial.ts'
import { createAccessTokens } from '../gateway/access-tokens.ts'
import { createAddKey } from '../gateway/add-key.ts'
import { createFlights } from '../gateway/flight.ts'
import { createOwnDoor } from '../gateway/memory-exchange.ts'
import { createPipeline, type Run } from '../gateway/pipeline.ts'
import { createRefusalSampler } from '../gateway/refusal.ts'
import { createSlots } from '../gateway/slots.ts'
import { createListModels } from '../gateway/chat-models.ts'
import { createChooseTarget } from '../gateway/target.ts'
import { createTargetLoads } from '../gateway/target-loads.ts'
import { createUpstreams, type Upstreams } from '../gateway/upstream.ts'
import { createEvaluationRunner } from '../jobs/evaluations.ts'
import { createScheduleRunning } from '../jobs/run-schedules.ts'
import type { JournalStats } from '../journal/journal.ts'
import { createCheckedLookup } from '../kernel/checked-lookup.ts'
import { GatewayError } from '../kernel/errors.ts'
import { createIds } from '../kernel/ids.ts'
import { createChooseProxy } from '../kernel/proxies.ts'
import { createUpstreamPolicy, type UpstreamPolicy } from '../kernel/public-address.ts'
import type { Vault } from '../kernel/vault.ts'
import { createManagementApp } from '../management/app.ts'
import type { ManagementDeps } from '../management/deps.ts'
import { runDueSchedules } from '../management/due-schedules.ts'
import { findGateway } from '../management/find-gateway.ts'
import { createOperations } from '../management/operations.ts'
import { createReference } from '../management/reference.ts'
import { respondError } from '../management/respond.ts'
import { createCredentials, type Credentials } from '../live/credentials.ts'
import { createPriceTable } from '../pricing/price-table.ts'
import { type Base, type Engines, type NodeOptions, openEngines } from './engines.ts'
import { createFront, listen } from './server.ts'
import type { Storage } from './storage.ts'

/** Copies of requests under way at a time, in this process. */
const mostShadows = 32

/** What takes requests: all of Tollgate but its storage. Several nodes may share one. */
export interface Node {
  url: string
  /** What this process wrote into the journal. */
  stats(): JournalStats
  /** Stops accepting, lets finish what runs (bounded), and writes what was logged into the journal. */
  close(): Promise<void>
}

/** Puts the parts together and starts them: the one place that knows every room. */
export async function startNode(base: Base, storage: Storage, options: NodeOptions): Promise<Node> {
  const { config, patience } = base
  const engines = await openEngines(base, storage, options)
  const parts = createParts(base, engines)
  const upstreams = openUpstreams(base, parts)
  const run = createDataPlane(base, engines, parts, upstreams)
  const server = await listen(config).catch(async (error: unknown) => {
    await engines.close()
    throw error
  })
  // From here to `serve` nothing may be awaited: a request without a listener would wait for ever.
  const { url } = server
  const { store, caughtUp } = engines
  const { log, clock } = base
  const evaluations = createEvaluationRunner({ ...parts, store, clock, log, caughtUp, call: createOwnDoor(run) })
  const management = createManagement(base, engines, { ...parts, onEvaluation: evaluations.poke }, url)
  const others = createOthers(management, engines)
  server.serve(createFront(config, patience, run, getRequestListener(others.fetch)))
  const schedules = createScheduleRunning({ runDue: () => runDueSchedules(management), log })
  evaluations.start()
  schedules.start()
  return {
    url,
    stats: () => engines.journal.stats(),
    async close() {
      await server.stop(patience.stopMs)
      await schedules.stop()
      await evaluations.stop()
      await upstreams.close()
      await engines.close()
    },
  }
}

/** What both planes share. */
interface Parts {
  credentials: Credentials
  newId: () => string
  vault: Vault
  upstreamPolicy: UpstreamPolicy
}

function createParts({ config, adminToken, clock }: Base, { live, vault }: Engines): Parts {
  return {
    credentials: createCredentials(adminToken, live, clock),
    newId: createIds(() => clock.nowMs()),
    vault,
    upstreamPolicy: createUpstreamPolicy(config.allowedUpstreams),
  }
}

function openUpstreams({ config, patience }: Base, { upstreamPolicy }: Parts): Upstreams {
  const dial = createDial({
    checked: createCheckedLookup(upstreamPolicy),
    chooseProxy: createChooseProxy(config.proxies),
    isNamed: upstreamPolicy.isNamed,
    connectMs: patience.connectMs,
  })
  return createUpstreams(patience, dial)
}

function createDataPlane(
  { config, log, clock, patience }: Base,
  engines: Engines,
  { credentials, newId, vault, upstreamPolicy }: Parts,
  upstreams: Upstreams,
): Run {
  const { store, instance, live, journal, kv, catchUpSettings } = engines
  const breaker = createBreaker({ tickMs: () => clock.tickMs(), openMs: patience.breakerOpenMs })
  return createPipeline({
    clock,
    newId,
    log,
    live,
    credentials,
    chooseTarget: createChooseTarget(config, {
      findCustomProvider: createFindCustomProvider({ live, vault, upstreamPolicy }),
      instance,
      live,
    }),
    listModels: createListModels({ config, live }),
    kv,
    flights: createFlights(config.cacheBytes),
    loads: createTargetLoads(clock),
    shadowSlots: createSlots(mostShadows),
    upstreams,
    callWithAttempts: createAttempts({ clock, breaker, heldStartMs: patience.heldStartMs }),
    addKey: createAddKey({ clock, tokens: createAccessTokens({ upstreams, clock }) }),
    prices: createPriceTable(),
    journal,
    sampler: createRefusalSampler(() => clock.tickMs()),
    limits: { maxBytes: config.maxBodyBytes, bufferedBytes: 8 << 20, parsedBytes: 128 << 10, keptBytes: 10 << 20 },
    catchUpSettings,
    async createDefaultGateway(accountId) {
      const record = await findGateway({ store, live, kv, clock, log, newId }, accountId, 'default')
      // Another process may have been quicker.
      live.apply({ type: 'gateway', record, version: null })
      const snapshot = live.gateway(accountId, record.id)
      if (!snapshot) throw new Error(`the gateway ${accountId}/default was made, but is not live`)
      return snapshot
    },
  })
}

/** What the management API is built on. */
function createManagement(
  { config, log, clock }: Base,
  { store, live, kv, caughtUp, catchUpSettings }: Engines,
  parts: Parts & { onEvaluation(): void },
  url: string,
): ManagementDeps {
  const { adminEmail } = config
  const publicUrl = config.publicUrl ?? url
  const keyedProviders = new Set([...config.providers].flatMap(([slug, { apiKey }]) => (apiKey === null ? [] : [slug])))
  const own = { adminEmail, publicUrl, keyedProviders }
  return { ...parts, ...own, store, live, kv, clock, log, caughtUp, catchUpSettings }
}

/** Everything that is not the data plane: the management API and what an operator's tools ask. */
function createOthers(management: ManagementDeps, { store, kv, stats }: Engines): Hono {
  const { clock } = management
  return new Hono()
    .route('/', createOperations({ store, kv, clock, journalStats: stats }))
    .route('/', createReference())
    .route('/', createManagementApp(management))
    .notFound(({ req }) => {
      const where =
        'Requests go to /v1/{account_id}/{gateway_id}/{provider}/..., and the management API is described at /docs'
      return respondError(new GatewayError('no_route', `No route for ${req.method} ${req.path}. ${where}.`))
    })
}
