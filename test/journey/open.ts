import { request } from 'undici'
import type { Patience } from '../../src/process/patience.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'

/** A whole Tollgate with the gateway `g` of the account `test`, before a provider that fails as it is told. */
export interface Journey {
  fault: FaultServer
  tollgate: TestTollgate
  /** The data plane of the gateway `g`. */
  base: string
  /** Sends a request to `{base}/{path}`; `fault` names the script that answers it. */
  send(path: string, options?: SendOptions): Promise<Got>
  /** The row with this id, whole; throws where there is none. */
  row(logId: string, gateway?: string): Promise<Row>
  /** The kept request or response body of a row; null where none was kept. */
  kept(logId: string, which: 'request' | 'response'): Promise<Buffer | null>
  close(): Promise<void>
}

export interface SendOptions {
  method?: string
  fault?: string
  headers?: Readonly<Record<string, string | string[]>>
  body?: string | Buffer | AsyncIterable<Buffer>
  signal?: AbortSignal
}

export interface Got {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Buffer
  logId: string
}

export type Row = Readonly<Record<string, unknown>>

export async function openJourney(
  environment: Record<string, string> | ((faultUrl: string) => Record<string, string>) = {},
  patience: Partial<Patience> = {},
): Promise<Journey> {
  const fault = await startFaultServer()
  const tollgate = await startForTest(
    {
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${fault.url}/v1`,
      TOLLGATE_PROVIDER_ANTHROPIC_BASE_URL: `${fault.url}/v1`,
      ...(typeof environment === 'function' ? environment(fault.url) : environment),
    },
    patience,
  )
  // Of two that share a database the first made it.
  const isThere = (await tollgate.manage('GET', '/gateways/g')).status === 200
  const base = isThere ? `${tollgate.url}/v1/test/g` : await tollgate.gateway('g')
  const management = `${tollgate.url}/client/v4/accounts/test/ai-gateway/gateways`
  const authorization = `Bearer ${tollgate.adminToken}`

  return {
    fault,
    tollgate,
    base,
    async send(path, { method = 'POST', fault: script, headers = {}, body, signal } = {}) {
      const answered = await request(`${base}/${path}`, {
        method,
        headers: { ...(script !== undefined && { 'x-fault': script }), ...headers },
        // undici takes async iterables; its types only know streams.
        ...(body !== undefined && { body: body as Buffer }),
        ...(signal && { signal }),
      })
      return {
        status: answered.statusCode,
        headers: answered.headers,
        body: Buffer.from(await answered.body.arrayBuffer()),
        logId: String(answered.headers['cf-aig-log-id']),
      }
    },
    async row(logId, gateway = 'g') {
      const { status, body } = await tollgate.manage('GET', `/gateways/${gateway}/logs/${logId}`)
      if (status !== 200) throw new Error(`no row ${logId}: ${JSON.stringify(body)}`)
      return body.result as Row
    },
    async kept(logId, which) {
      const answered = await request(`${management}/g/logs/${logId}/${which}`, { headers: { authorization } })
      const bytes = Buffer.from(await answered.body.arrayBuffer())
      return answered.statusCode === 404 ? null : bytes
    },
    async close() {
      await fault.close()
      await tollgate.close()
    },
  }
}
