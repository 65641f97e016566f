import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Clock, systemClock } from '../src/kernel/clock.ts'
import { readConfig } from '../src/kernel/config.ts'
import { createTextLog } from '../src/kernel/text-log.ts'
import { providers } from '../src/providers/index.ts'
import { type Patience, usualPatience } from '../src/process/patience.ts'
import { startTollgate } from '../src/process/start.ts'

export interface TestTollgate {
  url: string
  adminToken: string
  dataDir: string
  /** What the server's own log said so far, one JSON object per line. */
  logLines: readonly string[]
  /** Calls the management API below `/client/v4/accounts/test/ai-gateway` with the admin token; the parsed JSON. */
  manage(method: string, path: string, body?: unknown): Promise<ManageAnswer>
  /** Makes a gateway of the account `test` and gives the base of its data plane: `{url}/v1/test/{id}`. */
  gateway(id: string, settings?: Record<string, unknown>): Promise<string>
  /** All rows of a gateway of the account `test`, newest first, as the API lists them. */
  logs(id: string): Promise<Record<string, unknown>[]>
  /** Stops and leaves the data folder, for another one to start with. */
  stop(): Promise<void>
  /** Stops and removes the data folder. */
  close(): Promise<void>
}

export interface ManageAnswer {
  status: number
  // The tests say what they expect of it.
  body: {
    success: boolean
    result: unknown
    errors: { code: number; message: string }[]
    messages: { message: string }[]
  }
}

/** Starts the whole server in this process on a port of the system's choice, with a data folder of its own. */
export async function startForTest(
  environment: Record<string, string> = {},
  patience: Partial<Patience> = {},
  clock: Clock = systemClock,
): Promise<TestTollgate> {
  const dataDir = environment['TOLLGATE_DATA_DIR'] ?? mkdtempSync(path.join(tmpdir(), 'tollgate-test-'))
  const config = readConfig(
    providers.map(({ slug }) => slug),
    { TOLLGATE_PORT: '0', ...environment, TOLLGATE_DATA_DIR: dataDir },
  )
  const logLines: string[] = []
  const log = createTextLog('debug', systemClock, (line) => logLines.push(line))
  const tollgate = await startTollgate(config, log, { ...usualPatience, stopMs: 2000, ...patience }, clock)

  const manage = async (method: string, below: string, body?: unknown): Promise<ManageAnswer> => {
    const response = await fetch(`${tollgate.url}/client/v4/accounts/test/ai-gateway${below}`, {
      method,
      headers: { authorization: `Bearer ${tollgate.adminToken}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as ManageAnswer['body'] }
  }
  return {
    url: tollgate.url,
    adminToken: tollgate.adminToken,
    dataDir,
    logLines,
    manage,
    async gateway(id, settings = {}) {
      const { status, body } = await manage('POST', '/gateways', { id, ...settings })
      if (status !== 200) throw new Error(`gateway ${id}: ${JSON.stringify(body)}`)
      return `${tollgate.url}/v1/test/${id}`
    },
    async logs(id) {
      const { body } = await manage('GET', `/gateways/${id}/logs?per_page=50`)
      return body.result as Record<string, unknown>[]
    },
    stop: () => tollgate.close(),
    async close() {
      await tollgate.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
