import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

/** A Tollgate of the demo's own, in its own process, as `npm start` runs it. */
export interface DemoServer {
  url: string
  adminToken: string
  /** The account `demo` at the management API, below `/ai-gateway`. Throws where the answer is no success. */
  manage(method: string, below: string, body?: unknown): Promise<Managed>
  close(): Promise<void>
}

export interface Managed {
  result: unknown
  result_info?: { total_count: number }
}

const adminToken = 'demo-admin-token'

/** Starts it on a free port with an empty data folder, its providers sent to `providerUrl`. */
export async function startDemoServer(providerUrl: string): Promise<DemoServer> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tollgate-demo-'))
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: path.join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      TOLLGATE_PORT: '0',
      TOLLGATE_DATA_DIR: dataDir,
      TOLLGATE_ADMIN_TOKEN: adminToken,
      TOLLGATE_DATABASE_URL: '',
      TOLLGATE_REDIS_URL: '',
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${providerUrl}/v1`,
      TOLLGATE_PROVIDER_ANTHROPIC_BASE_URL: `${providerUrl}/v1`,
    },
  })
  const { stdout } = child
  if (stdout === null) throw new Error('a process was started without an output')
  const url = await listening(createInterface({ input: stdout }))
  stdout.resume()
  return {
    url,
    adminToken,
    async manage(method, below, body) {
      const response = await fetch(`${url}/client/v4/accounts/demo/ai-gateway${below}`, {
        method,
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const answer = (await response.json()) as Managed // Of our own API.
      if (!response.ok)
        throw new Error(`${method} ${below} was answered with ${response.status}: ${JSON.stringify(answer)}`)
      return answer
    },
    async close() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function listening(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const { message, url } = JSON.parse(line) as { message: string; url?: string } // The server's own log.
    if (message === 'listening' && url !== undefined) return url
  }
  throw new Error('Tollgate ended before it listened; it printed why above')
}
