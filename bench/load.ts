// The load generator, as a process of its own: raw sockets, requests made before the first is sent, a closed loop on
// every connection. Prints one `LoadResult` as JSON.
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Answer, type Connection, createConnection } from './connection.ts'
import { createEventCounter } from './event-count.ts'
import {
  type BodySizeKb,
  bodySizesKb,
  chatBody,
  closingEvents,
  eventsPerSlowStream,
  eventsPerStream,
  serialDigits,
  serialMark,
  type StreamKind,
} from './traffic.ts'

export interface LoadResult {
  requests: number
  /** Answers that were not 200 and connections that broke. */
  errors: number
  seconds: number
  /** Status of the first error, 0 for a broken connection; null without one. */
  firstError: number | null
  /** Events of the streams that did not come. */
  eventsLost: number
  /** Microseconds to the first byte of streams, of whole answers in the other modes; null without any. */
  p50Us: number | null
  p99Us: number | null
  /** Microseconds to the head of streams; null without any. */
  headP50Us: number | null
  headP99Us: number | null
}

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: '' },
    mode: { type: 'string', default: 'saturate' },
    headers: { type: 'string', default: '{}' },
    kb: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '64' },
    requests: { type: 'string', default: '0' },
    rate: { type: 'string', default: '500' },
  },
})
const url = new URL(values.url)
const sizeKb = bodySizesKb.find((size) => size === Number(values.kb)) ?? 1
const seconds = Number(values.seconds)
const connectionCount = Number(values.connections)

process.on('disconnect', () => process.exit())
// Whatever the other side does, this process ends.
setTimeout(() => process.exit(1), (Math.max(seconds, Number(values.requests) / 200) + 60) * 1000).unref()

interface Prepared {
  bytes: Buffer
  serialAt: number
}

function prepare(size: BodySizeKb, kind: 'whole' | StreamKind): Prepared {
  const body = chatBody(size, kind)
  const headers = {
    host: url.host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...(JSON.parse(values.headers) as Record<string, string>), // Written by processes.ts.
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const bytes = Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  return { bytes, serialAt: bytes.indexOf(serialMark) + serialMark.length }
}

// Starts at the time, a thousand for each millisecond, so that no run repeats the numbers of the one before.
let serial = (Date.now() % 10 ** (serialDigits - 3)) * 1000

/** The request with a number it never had; its own copy, since a socket may still be writing the last one. */
function numbered(prepared: Prepared): Buffer {
  const bytes = Buffer.from(prepared.bytes)
  bytes.write(String(serial++ % 10 ** serialDigits).padStart(serialDigits, '0'), prepared.serialAt, 'latin1')
  return bytes
}

const result: LoadResult = {
  requests: 0,
  errors: 0,
  seconds: 0,
  firstError: null,
  eventsLost: 0,
  p50Us: null,
  p99Us: null,
  headP50Us: null,
  headP99Us: null,
}
const timesUs: number[] = []
const headTimesUs: number[] = []

function note(answer: Answer | null, timeUs: (answer: Answer) => number): void {
  if (answer?.status === 200) {
    result.requests++
    timesUs.push(timeUs(answer))
    return
  }
  result.errors++
  result.firstError ??= answer?.status ?? 0
}

const wholeUs = (answer: Answer): number => (answer.endedAtMs - answer.sentAtMs) * 1000
const firstByteUs = (answer: Answer): number => {
  headTimesUs.push((answer.headAtMs - answer.sentAtMs) * 1000)
  return (answer.firstByteAtMs - answer.sentAtMs) * 1000
}

const open = (): Connection => createConnection(url.hostname, Number(url.port))

/** Sends one request after the other on each connection until `next` has none left. */
async function closedLoop(count: number, next: () => Buffer | null, timeUs = wholeUs): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      const connection = open()
      await new Promise<void>((resolve) => {
        let isFailing = false
        const step = (): void => {
          const bytes = next()
          if (bytes === null) return resolve()
          connection.send(bytes, (answer) => {
            note(answer, timeUs)
            // A server that refuses everything would otherwise be asked as fast as the loop can turn.
            isFailing = answer?.status !== 200
            if (isFailing) setTimeout(step, 50)
            else step()
          })
        }
        step()
      })
      connection.destroy()
    }),
  )
}

async function forSeconds(count: number): Promise<void> {
  const prepared = prepare(sizeKb, 'whole')
  const untilMs = performance.now() + seconds * 1000
  await closedLoop(count, () => (performance.now() < untilMs ? numbered(prepared) : null))
}

/** Of twenty requests twelve have 1 KB, five 10 KB, one 100 KB, and two are streams. */
async function mixed(): Promise<void> {
  const mix = [
    ...Array.from({ length: 12 }, () => prepare(1, 'whole')),
    ...Array.from({ length: 5 }, () => prepare(10, 'whole')),
    prepare(100, 'whole'),
    prepare(1, 'burst'),
    prepare(10, 'burst'),
  ]
  let left = Number(values.requests)
  await closedLoop(connectionCount, () => {
    const prepared = mix[left % mix.length]
    return left-- > 0 && prepared !== undefined ? numbered(prepared) : null
  })
}

/** Streams whose head comes before their content, on each connection one after the other. */
async function late(): Promise<void> {
  const prepared = prepare(1, 'late')
  const untilMs = performance.now() + seconds * 1000
  await closedLoop(connectionCount, () => (performance.now() < untilMs ? numbered(prepared) : null), firstByteUs)
}

/** Starts the streams 10 ms apart, so that the first bytes do not wait for each other. `events`: what each must have. */
async function streams(kind: StreamKind, events: number): Promise<void> {
  const prepared = prepare(1, kind)
  await Promise.all(
    Array.from({ length: connectionCount }, async (_, index) => {
      await delay(index * 10)
      const connection = open()
      await new Promise<void>((resolve) => {
        const counter = createEventCounter()
        const ended = (answer: Answer | null): void => {
          note(answer, firstByteUs)
          result.eventsLost += events - counter.count()
          resolve()
        }
        connection.send(numbered(prepared), ended, counter)
      })
      connection.destroy()
    }),
  )
}

/** So many requests a second, whatever the answers do; their times count from when they were due. */
async function paced(): Promise<void> {
  const prepared = prepare(sizeKb, 'whole')
  const free: Connection[] = []
  const total = seconds * Number(values.rate)
  const beginMs = performance.now()
  for (let sent = 0; sent < total;) {
    const dueMs = beginMs + (sent * 1000) / Number(values.rate)
    if (performance.now() < dueMs) await delay(1)
    else {
      const connection = free.pop() ?? open()
      sent++
      connection.send(numbered(prepared), (answer) => {
        free.push(connection)
        note(answer, ({ endedAtMs }) => (endedAtMs - dueMs) * 1000)
      })
    }
  }
  await delay(1000)
}

const modes: Readonly<Record<string, () => Promise<void>>> = {
  saturate: () => forSeconds(connectionCount),
  latency: () => forSeconds(1),
  mixed,
  late,
  streams: () => streams('paced', eventsPerStream + closingEvents),
  slow: () => streams('slow', eventsPerSlowStream + closingEvents),
  paced,
}
const run = modes[values.mode]
if (run === undefined) throw new Error(`mode ${values.mode}: one of ${Object.keys(modes).join(', ')}`)

const startedAtMs = performance.now()
await run()
result.seconds = (performance.now() - startedAtMs) / 1000
const at = (times: readonly number[], part: number): number | null =>
  Float64Array.from(times).toSorted()[Math.floor(times.length * part)] ?? null
result.p50Us = at(timesUs, 0.5)
result.p99Us = at(timesUs, 0.99)
result.headP50Us = at(headTimesUs, 0.5)
result.headP99Us = at(headTimesUs, 0.99)
console.log(JSON.stringify(result))
process.exit()
