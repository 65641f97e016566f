import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findProgram } from './debian.ts'
import { freePort, type OwnProcess, startProcess, takesConnections } from './own-process.ts'

/** A real Redis of this test's own, on a port of its own, that is stopped, held and started again at will. */
export interface TestRedis {
  url: string
  port: number
  /** Kills it; what it held is lost, since nothing is written to disk. */
  stop(): Promise<void>
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>
  /** It takes connections and answers nothing, as a machine that swaps does. */
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

export async function startRedis(): Promise<TestRedis> {
  const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-redis-'))
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir]
  const start = (): Promise<OwnProcess> =>
    startProcess(findProgram('redis-server') ?? 'redis-server', args, () => takesConnections(port))
  let own = await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    stop: () => own.stop('SIGKILL'),
    async start() {
      own = await start()
    },
    freeze: () => own.signal('SIGSTOP'),
    thaw: () => own.signal('SIGCONT'),
    async close() {
      await own.stop('SIGKILL')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
