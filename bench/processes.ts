import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

/** A server under measurement, with all its threads and children. */
export interface Server {
  /** Where it listens: `http://127.0.0.1:{port}`. */
  url: string
  pid: number
  stop(): Promise<void>
}

const here = import.meta.dirname
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** The gateways have this core for themselves; load and upstream share the other one. */
export const gatewayCore = 0
export const loadCore = 1

const canPin = process.platform === 'linux' && spawnSync('taskset', ['-V']).status === 0
if (!canPin) console.error('bench: no taskset here: nothing is pinned to a core, so the figures say little')

/** Starts a Node process on one core (null: on any). It ends with this one: its channel closes, or it is killed at exit. */
function startNode(core: number | null, args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  const [command = '', ...rest] = [
    ...(canPin && core !== null ? ['taskset', '-c', String(core)] : []),
    process.execPath,
    ...args,
  ]
  const child = spawn(command, rest, {
    cwd: path.join(here, '..'),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ...environment },
  })
  running.add(child)
  child.on('exit', () => running.delete(child))
  return child
}

/** Starts a server that prints a JSON line with its `url`, and waits for that line. */
export async function startServer(
  core: number | null,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Server> {
  const child = startNode(core, args, environment)
  const url = await Promise.race([readUrl(child), diesOf(child, args), delay(20_000, null, { ref: false })])
  if (url === null) throw new Error(`bench: ${args.join(' ')} told no url within 20 s`)
  return toServer(child, url)
}

/** Starts a server that tells nothing, and waits until it answers at an address known before. */
export async function startServerAt(core: number, args: readonly string[], url: string): Promise<Server> {
  const child = startNode(core, args)
  child.stdout?.resume()
  for (let tries = 0; tries < 100; tries++) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    )
    if (isUp) return toServer(child, url)
    await Promise.race([delay(100), diesOf(child, args)])
  }
  throw new Error(`bench: ${args.join(' ')} did not answer at ${url} within 10 s`)
}

/** Runs a Node program to its end, or until it is stopped, on one core (null: on any) and gives what it printed. */
export async function runNode(core: number | null, args: readonly string[], stop?: AbortSignal): Promise<string> {
  const child = startNode(core, args)
  stop?.addEventListener('abort', () => child.kill())
  const printed: string[] = []
  child.stdout?.setEncoding('utf8').on('data', (text: string) => void printed.push(text))
  const [code] = (await once(child, 'close')) as [number | null] // The event's documented arguments.
  if (code !== 0) throw new Error(`bench: ${args.join(' ')} ended with ${code}`)
  return printed.join('')
}

async function readUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('bench: a server was started without stdout')
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) {
    const url = line.startsWith('{') ? (JSON.parse(line) as { url?: string }).url : undefined
    if (url === undefined) continue
    child.stdout.resume() // What else it prints is read away, or it would block on a full pipe.
    return url
  }
  throw new Error('bench: a server ended its output before it told its url')
}

async function diesOf(child: ChildProcess, args: readonly string[]): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null] // The event's documented arguments.
  throw new Error(`bench: ${args.join(' ')} ended with ${code}`)
}

function toServer(child: ChildProcess, url: string): Server {
  const { pid } = child
  if (pid === undefined) throw new Error('bench: a process was not started')
  return {
    url,
    pid,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const killing = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await once(child, 'exit')
      clearTimeout(killing)
    },
  }
}

/** CPU time of a process with all its threads and children since it began, milliseconds (in steps of 10). */
export function cpuMs(pid: number): number {
  return sumOverTree(pid, (of) => {
    const text = readFileSync(`/proc/${of}/stat`, 'utf8')
    // The name in parentheses may hold spaces; behind it utime and stime are the 12th and 13th, in ticks of 10 ms.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  })
}

/** Memory in RAM at this moment, MiB: of the launcher that was started, and of the server with its workers below it. */
export function rssMib(pid: number): { launcher: number; server: number } {
  const launcher = readRssMib(pid)
  return { launcher, server: sumOverTree(pid, readRssMib) - launcher }
}

function readRssMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib ?? 0) / 1024
}

function sumOverTree(pid: number, read: (pid: number) => number): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  )
  return children.reduce((sum, child) => sum + sumOverTree(Number(child), read), read(pid))
}
