import type { LoadResult } from './load.ts'
import { cpuMs, loadCore, rssMib, runNode } from './processes.ts'
import type { Figures } from './report.ts'
import { median, slope } from './statistics.ts'
import type { Target, TargetName } from './targets.ts'
import { type BodySizeKb, eventsPerSlowStream, eventsPerStream, lateMs, slowIntervalMs } from './traffic.ts'

/** Something that is measured in rounds, every target once in each round. */
export interface Scenario {
  name: string
  /** All targets are measured at the same time, and not one after the other. */
  isSideBySide?: true
  measure(target: Target, seconds: number): Promise<Figures>
  /** How a figure is set against other targets', of those that are measured. */
  compare: Readonly<Record<string, readonly Comparison[]>>
}

/** Divided by the other's figure, or less it. */
export interface Comparison {
  to: 'raw' | 'direct' | 'bare' | 'tollgate' | 'redis'
  as: 'ratio' | 'difference'
  /** Only this target is set against it. */
  only?: TargetName
}

const ofRaw: Comparison = { to: 'raw', as: 'ratio' }
const aboveDirect: Comparison = { to: 'direct', as: 'difference' }

async function load(
  target: Target,
  mode: string,
  options: Readonly<Record<string, string | number>>,
): Promise<LoadResult> {
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const args = ['bench/load.ts', '--url', target.chatUrl, '--headers', JSON.stringify(target.headers), '--mode', mode]
  const result = JSON.parse(await runNode(loadCore, [...args, ...flags])) as LoadResult // What load.ts prints.
  if (result.errors > 0)
    console.error(`bench: ${target.name}: ${result.errors} errors, the first: ${result.firstError}`)
  return result
}

/** Runs a load and takes the wall and CPU time until also the logs it caused are written. */
async function loadAndDrain(
  target: Target,
  mode: string,
  options: Readonly<Record<string, string | number>>,
): Promise<{ result: LoadResult; cpuUsPerRequest: number | null; drainSeconds: number }> {
  const pid = target.server?.pid
  const cpuBefore = pid === undefined ? 0 : cpuMs(pid)
  const result = await load(target, mode, options)
  const drainedFrom = performance.now()
  await target.drain()
  const drainSeconds = (performance.now() - drainedFrom) / 1000
  const usedCpuMs = pid === undefined ? 0 : cpuMs(pid) - cpuBefore
  const perRequest = result.requests === 0 ? Number.NaN : (usedCpuMs * 1000) / result.requests
  return { result, cpuUsPerRequest: pid === undefined ? null : perRequest, drainSeconds }
}

function saturation(sizeKb: BodySizeKb): Scenario {
  return {
    name: `saturation ${sizeKb} KB`,
    async measure(target, wantedSeconds) {
      const options = { kb: sizeKb, seconds: wantedSeconds, connections: 64 }
      // It stood idle while the others were measured, and machines take memory from those that do: not its fault.
      await loadAndDrain(target, 'saturate', { ...options, seconds: 1 })
      const { result, cpuUsPerRequest, drainSeconds } = await loadAndDrain(target, 'saturate', options)
      return {
        requestsPerSecond: result.requests / (result.seconds + drainSeconds),
        ...(cpuUsPerRequest === null ? {} : { cpuUsPerRequest }),
        drainSeconds,
        errors: result.errors,
      }
    },
    compare: {
      requestsPerSecond: [ofRaw, { to: 'redis', as: 'ratio', only: 'workers' }],
      // What cache and limit cost is the difference between `tollgate` and `bare`.
      // What retries, breaker and stored keys cost is the difference between `retry` and `bare`.
      cpuUsPerRequest: [
        ofRaw,
        { to: 'bare', as: 'difference', only: 'tollgate' },
        { to: 'bare', as: 'difference', only: 'retry' },
      ],
    },
  }
}

/**
 * The surest figure for CPU: whatever the machine does meanwhile, it does to all. They push each other's code and data out of
 * the caches, so that each costs more than alone, the more the more code it has.
 */
const sideBySide: Scenario = {
  name: 'side by side, 1 KB',
  isSideBySide: true,
  async measure(target, seconds) {
    if (target.server === null) return {}
    const options = { kb: 1, seconds: 4 * seconds, connections: 32 }
    const { result, cpuUsPerRequest } = await loadAndDrain(target, 'saturate', options)
    return { cpuUsPerRequest: cpuUsPerRequest ?? Number.NaN, errors: result.errors }
  },
  compare: {
    cpuUsPerRequest: [
      ofRaw,
      { to: 'bare', as: 'ratio' },
      { to: 'bare', as: 'difference', only: 'tollgate' },
      { to: 'bare', as: 'difference', only: 'retry' },
    ],
  },
}

const latency: Scenario = {
  name: 'latency, one connection',
  async measure(target, seconds) {
    const { result } = await loadAndDrain(target, 'latency', { kb: 1, seconds })
    return { p50Us: result.p50Us ?? Number.NaN, p99Us: result.p99Us ?? Number.NaN, errors: result.errors }
  },
  compare: { p50Us: [aboveDirect, { to: 'tollgate', as: 'difference', only: 'redis' }], p99Us: [aboveDirect] },
}

const streams: Scenario = {
  name: '100 streams, 20 ms between events',
  async measure(target) {
    const { result, cpuUsPerRequest } = await loadAndDrain(target, 'streams', { connections: 100 })
    return {
      firstByteP50Us: result.p50Us ?? Number.NaN,
      firstByteP99Us: result.p99Us ?? Number.NaN,
      ...(cpuUsPerRequest === null ? {} : { cpuUsPerEvent: cpuUsPerRequest / eventsPerStream }),
      eventsLost: result.eventsLost,
      errors: result.errors,
    }
  },
  compare: {
    firstByteP50Us: [aboveDirect],
    firstByteP99Us: [aboveDirect],
    cpuUsPerEvent: [ofRaw],
  },
}

const manyStreams: Scenario = {
  name: `500 streams, ${slowIntervalMs} ms between events`,
  async measure(target) {
    const memory = target.server === null ? null : watchMemory(target.server.pid)
    const { result, cpuUsPerRequest } = await loadAndDrain(target, 'slow', { connections: 500 })
    return {
      eventsLost: result.eventsLost,
      ...(memory === null ? {} : memory.stop()),
      ...(cpuUsPerRequest === null ? {} : { cpuUsPerEvent: cpuUsPerRequest / eventsPerSlowStream }),
      errors: result.errors,
    }
  },
  compare: { cpuUsPerEvent: [ofRaw] },
}

/** The most memory of a server with its threads from now on, the launcher apart. */
function watchMemory(pid: number): { stop(): Figures } {
  let [launcherMib, peakMib] = [0, 0]
  const look = (): void => {
    const { launcher, server } = rssMib(pid)
    launcherMib = Math.max(launcherMib, launcher)
    peakMib = Math.max(peakMib, server)
  }
  const timer = setInterval(look, 250)
  return {
    stop() {
      clearInterval(timer)
      look()
      return { peakMib, launcherMib }
    },
  }
}

const aboveBare = (only: TargetName): Comparison => ({ to: 'bare', as: 'difference', only })

/** What it costs that a beginning is held while another attempt is possible (`retry`), and where none is (`once`). */
const heldStart: Scenario = {
  name: `held start, content ${lateMs} ms behind the head`,
  async measure(target, seconds) {
    const { result } = await loadAndDrain(target, 'late', { seconds, connections: 8 })
    return {
      headP50Us: result.headP50Us ?? Number.NaN,
      headP99Us: result.headP99Us ?? Number.NaN,
      contentP50Us: result.p50Us ?? Number.NaN,
      contentP99Us: result.p99Us ?? Number.NaN,
      errors: result.errors,
    }
  },
  compare: {
    headP50Us: [aboveDirect, aboveBare('once'), aboveBare('retry')],
    headP99Us: [aboveDirect, aboveBare('once'), aboveBare('retry')],
    contentP50Us: [aboveDirect, aboveBare('once'), aboveBare('retry')],
    contentP99Us: [aboveDirect],
  },
}

export const scenarios: readonly Scenario[] = [
  saturation(1),
  saturation(10),
  saturation(100),
  sideBySide,
  latency,
  streams,
  manyStreams,
  heldStart,
]

/** How many requests bring a process to its plateau, and over how many its growth is read, as multiples of `requests`. */
const warmingUp = 2
const watched = 4
const blocksPerRun = 10

/**
 * Memory of a freshly started target over a mixed load: before it; then, at its plateau, its median and how it still
 * grows (least squares), MiB per `requests`. The launcher stands apart.
 */
export async function measureMemory(target: Target, requests: number): Promise<Figures> {
  const { server } = target
  if (server === null) throw new Error('the upstream itself has no memory to speak of')
  const { launcher: launcherMib, server: beforeMib } = rssMib(server.pid)
  const samples: number[] = []
  let errors = 0
  for (let block = 0; block < (warmingUp + watched) * blocksPerRun; block++) {
    const options = { requests: Math.ceil(requests / blocksPerRun), connections: 64 }
    errors += (await load(target, 'mixed', options)).errors
    await target.drain()
    if (block >= warmingUp * blocksPerRun) samples.push(rssMib(server.pid).server)
  }
  return { launcherMib, beforeMib, plateauMib: median(samples), growthMib: slope(samples) * blocksPerRun, errors }
}
