import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gatewayCore, type Server, startServer, startServerAt } from './processes.ts'

/** Something that stands between the load and the upstream. */
export interface Target {
  name: string
  /** Where the load posts its chats. */
  chatUrl: string
  /** What the load sends beside the usual headers. */
  headers: Readonly<Record<string, string>>
  /** Its process; null for the upstream itself. */
  server: Server | null
  /** Resolves when everything that the requests so far left to do is done. */
  drain(): Promise<void>
  stop(): Promise<void>
}

/**
 * `tollgate` has everything on; `bare` is it without cache and limit, `hits` it with one answer for all requests, `redis`
 * it with its counters and answers in the Redis of TOLLGATE_REDIS_URL, `workers` that in two processes on both cores. `retry` is
 * `bare` with retries, and so with breaker and held start, and with a stored key instead of the client's own; `once` is that where
 * each request says that there is one attempt.
 */
export const targetNames = ['raw', 'tollgate', 'bare', 'hits', 'redis', 'workers', 'retry', 'once', 'portkey'] as const
export type TargetName = (typeof targetNames)[number]

const key = { authorization: 'Bearer sk-bench' }
const nothing = async (): Promise<void> => {}

export function directTarget(upstreamUrl: string): Target {
  return {
    name: 'direct',
    chatUrl: `${upstreamUrl}/v1/chat/completions`,
    headers: key,
    server: null,
    drain: nothing,
    stop: nothing,
  }
}

export function startTarget(name: TargetName, upstreamUrl: string): Promise<Target> {
  if (name === 'raw') return startRawProxy(upstreamUrl)
  if (name === 'portkey') return startPortkey(upstreamUrl)
  return startTollgate(name, upstreamUrl)
}

/** Both are started by the launcher, with the same flags for the same Node. */
async function startRawProxy(upstreamUrl: string): Promise<Target> {
  const server = await startServer(gatewayCore, ['run.cjs', 'bench/raw-proxy.ts', upstreamUrl])
  return {
    name: 'raw',
    chatUrl: `${server.url}/v1/chat/completions`,
    headers: key,
    server,
    drain: nothing,
    stop: server.stop,
  }
}

const adminToken = 'bench-admin-token'

/** Full logs, a limit that is never reached, and a cache that is asked and filled but never has the answer. */
const everythingOn = {
  id: 'bench',
  collect_logs: true,
  cache_ttl: 300,
  cache_invalidate_on_update: false,
  rate_limiting_interval: 60,
  rate_limiting_limit: 1_000_000_000,
  rate_limiting_technique: 'sliding',
}

async function startTollgate(name: Exclude<TargetName, 'raw' | 'portkey'>, upstreamUrl: string): Promise<Target> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tollgate-bench-'))
  const hasRedis = name === 'redis' || name === 'workers'
  const server = await startServer(name === 'workers' ? null : gatewayCore, ['run.cjs', 'src/main.ts'], {
    TOLLGATE_PORT: '0',
    TOLLGATE_DATA_DIR: dataDir,
    TOLLGATE_ADMIN_TOKEN: adminToken,
    TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${upstreamUrl}/v1`,
    TOLLGATE_REDIS_URL: hasRedis ? (process.env['TOLLGATE_REDIS_URL'] ?? 'redis://127.0.0.1:6379') : '',
    TOLLGATE_WORKERS: name === 'workers' ? '2' : '1',
  })
  const isRetrying = name === 'retry' || name === 'once'
  const bare = { id: 'bench', collect_logs: true }
  const settings = isRetrying ? { ...bare, retry_max_attempts: 3 } : name === 'bare' ? bare : everythingOn
  await create(server.url, 'gateways', settings)
  if (isRetrying) await create(server.url, 'gateways/bench/provider_configs', storedKey)
  return {
    name,
    chatUrl: `${server.url}/v1/bench/bench/openai/chat/completions`,
    headers: headersFor(name),
    server,
    drain: () => drainJournal(server.url),
    stop: async () => {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const storedKey = { alias: 'bench', default_config: true, provider_slug: 'openai', secret: 'sk-bench' }

async function create(url: string, below: string, body: object): Promise<void> {
  const created = await fetch(`${url}/client/v4/accounts/bench/ai-gateway/${below}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = await created.text()
  if (!created.ok) throw new Error(`bench: Tollgate did not take ${below}: ${created.status} ${answer}`)
}

function headersFor(name: TargetName): Readonly<Record<string, string>> {
  const token = { 'cf-aig-authorization': `Bearer ${adminToken}` }
  if (name === 'retry') return token
  if (name === 'once') return { ...token, 'cf-aig-max-attempts': '1' }
  return name === 'hits' ? { ...key, 'cf-aig-cache-key': 'the one answer' } : key
}

/** Waits until every finished request's log row is in the store: what is logged later must be paid for as well. */
async function drainJournal(url: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 20) {
    const answered = await fetch(`${url}/readyz`)
    const ready = (await answered.json().catch(() => ({}))) as { kv?: string; journal?: { pending?: number } }
    // Without its Redis it does less, and looks the better for it.
    if (ready.kv === 'away') throw new Error('bench: Redis is away: start one, or see TOLLGATE_REDIS_URL')
    if ((ready.journal?.pending ?? 0) === 0) return
    await delay(20)
  }
  throw new Error('bench: the journal was not drained within 60 s')
}

async function startPortkey(upstreamUrl: string): Promise<Target> {
  const start = 'bench/portkey/node_modules/@portkey-ai/gateway/build/start-server.js'
  if (!existsSync(path.join(import.meta.dirname, '..', start))) {
    throw new Error('bench: Portkey is not installed: run `npm ci --prefix bench/portkey`')
  }
  const port = await freePort()
  const server = await startServerAt(gatewayCore, [start, `--port=${port}`, '--headless'], `http://127.0.0.1:${port}`)
  return {
    name: 'portkey',
    chatUrl: `${server.url}/v1/chat/completions`,
    headers: { ...key, 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${upstreamUrl}/v1` },
    server,
    drain: nothing,
    stop: server.stop,
  }
}

/** Portkey cannot be asked for any port that is free. Somebody else may take this one in between; then it says so. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
