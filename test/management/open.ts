import type { Envelope } from '../../src/contract/envelope.ts'
import type { Clock } from '../../src/kernel/clock.ts'
import { createUpstreamPolicy } from '../../src/kernel/public-address.ts'
import { createTextLog } from '../../src/kernel/text-log.ts'
import { createVault } from '../../src/kernel/vault.ts'
import { createManagementApp } from '../../src/management/app.ts'
import type { Kv } from '../../src/kv/kv.ts'
import { createMemoryKv } from '../../src/kv/memory-kv.ts'
import { createIds } from '../../src/kernel/ids.ts'
import { createCredentials } from '../../src/live/credentials.ts'
import { createLive, type LiveChange } from '../../src/live/live.ts'
import type { ManagementDeps } from '../../src/management/deps.ts'
import { openTestStore } from '../store/open.ts'

export const accountId = '3ebbcb006d4d46d7bb6a8c7f14676cb0'
export const token = 'the-admin-token-of-this-test'

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** The body as an envelope; meaningless where the answer is a stored body. */
  body: Envelope
  // The result of whichever route was called: each test knows its shape.
  // oxlint-disable-next-line typescript/no-explicit-any -- see above
  result: any
}

export interface Management {
  deps: ManagementDeps
  kv: Kv
  changes: LiveChange[]
  clock: Clock & { now: number }
  logLines: string[]
  /** Done once, when the API next waits for rows that are on their way. */
  onCatchUp: (() => Promise<void>) | null
  /** The API itself, to be served. */
  fetch: (request: Request) => Response | Promise<Response>
  /** Calls `path` below the account's `ai-gateway`, or any path that begins with `/client`. */
  call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
  close: () => Promise<void>
}

/** The management API over a real store, with a clock that the test moves. */
export async function openManagement(): Promise<Management> {
  const store = await openTestStore()
  const clock = { now: Date.UTC(2026, 2, 1), nowMs: () => clock.now, tickMs: () => clock.now }
  const changes: LiveChange[] = []
  const live = createLive([])
  const kv = createMemoryKv({ clock, maxBytes: 1 << 20 })
  const logLines: string[] = []
  const deps: ManagementDeps = {
    store,
    kv,
    live: {
      ...live,
      apply(change) {
        changes.push(change)
        live.apply(change)
      },
    },
    clock,
    log: createTextLog('info', clock, (line) => void logLines.push(line)),
    newId: createIds(() => clock.now),
    credentials: createCredentials(token, live, clock),
    upstreamPolicy: createUpstreamPolicy(['llm.internal']),
    vault: createVault(Buffer.alloc(32, 7).toString('base64')),
    keyedProviders: new Set(['openai']),
    onEvaluation: () => {},
    catchUpSettings: null,
    adminEmail: 'admin@localhost',
    publicUrl: 'http://127.0.0.1:8787',
    async caughtUp() {
      const arrive = api.onCatchUp
      api.onCatchUp = null
      await arrive?.()
    },
  }
  const app = createManagementApp(deps)
  const api: Management = {
    deps,
    kv,
    changes,
    clock,
    logLines,
    fetch: (request) => app.fetch(request),
    async call(method, path, body, headers = {}) {
      const url = path.startsWith('/client') ? path : `/client/v4/accounts/${accountId}/ai-gateway/${path}`
      const response = await app.request(url, {
        method,
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
      const envelope = (isJson ? JSON.parse(text) : {}) as Envelope
      return { status: response.status, headers: response.headers, text, body: envelope, result: envelope.result }
    },
    onCatchUp: null,
    async close() {
      await store.close()
      await kv.close()
    },
  }
  return api
}
