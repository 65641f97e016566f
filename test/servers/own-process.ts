import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** A server that a test started, and that ends with it. */
export interface OwnProcess {
  pid: number
  signal(signal: NodeJS.Signals): void
  /** Resolves when it is gone; also where it was gone before. */
  stop(signal: NodeJS.Signals): Promise<void>
}

const patienceMs = 20_000

/** Starts a program and waits until it is ready. Throws what it printed where it ends before that. */
export async function startProcess(
  file: string,
  args: readonly string[],
  isReady: () => Promise<boolean>,
  user: { uid: number; gid: number } | null = null,
): Promise<OwnProcess> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/', ...user })
  const printed: string[] = []
  const note = (text: Buffer): void => void printed.push(text.toString())
  child.stdout.on('data', note)
  child.stderr.on('data', note)
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const gone = once(child, 'exit').then(() => process.off('exit', kill))
  const own: OwnProcess = {
    pid: child.pid ?? 0,
    signal: (signal) => void child.kill(signal),
    async stop(signal) {
      // One that was frozen would not notice.
      child.kill('SIGCONT')
      child.kill(signal)
      await gone
    },
  }
  for (let waitedMs = 0; child.exitCode === null && waitedMs < patienceMs; waitedMs += 20) {
    if (await isReady()) return own
    await delay(20)
  }
  await own.stop('SIGKILL')
  throw new Error(`${file} did not start:\n${printed.join('')}`)
}

export function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (is: boolean) => () => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', end(true)).once('error', end(false))
  })
}

/** A port below the range from which the system takes those of outgoing connections: nobody else gets it by chance. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (await isFree(port)) return port
  }
  throw new Error('no free port between 20000 and 32000')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
