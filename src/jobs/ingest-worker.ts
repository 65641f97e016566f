import { rmSync, statSync } from 'node:fs'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { LogEntry, LogRecord } from '../contract/log-record.ts'
import type { Frame } from '../journal/frame.ts'
import { readSegment } from '../journal/reader.ts'
import { type Lane, lanes, listSegments, type Segment } from '../journal/segments.ts'
import { serveStore } from '../store/remote.ts'
import { openSqlStore } from '../store/sql-store.ts'
import type { Store } from '../store/store.ts'
import type { FromIngest, IngestOptions, ToIngest } from './ingest.ts'

/** Entries of one transaction: more would hold up a settings change for longer than it gains. */
const batchBytes = 2 << 20

/** The body of the one thread that writes to the store: it answers store calls and moves the journal into the store. */
if (parentPort === null) throw new Error('ingest-worker.ts runs as a worker thread only')
// `startIngest` is the only one that starts this file.
await work(workerData as IngestOptions, parentPort)

async function work({ storeFile, journalDir }: IngestOptions, port: MessagePort): Promise<void> {
  const store = await openSqlStore({ file: storeFile, readOnly: false })
  const send = (message: FromIngest): void => port.postMessage(message)
  const positions = new Map((await store.logs.positions()).map((position) => [position.lane, position]))
  serveStore(store, port)
  send({ kind: 'ingest-ready', positions: [...positions.values()] })

  let running: Promise<void> | null = null
  let isAskedAgain = false

  async function run(): Promise<void> {
    do {
      isAskedAgain = false
      for (const lane of lanes) await ingestLane(store, lane, journalDir, positions, send)
    } while (isAskedAgain)
    running = null
  }

  /** Resolves when all that stood in the journal at the time of the call is in the store. */
  function catchUp(): Promise<void> {
    isAskedAgain = true
    running ??= run()
    return running
  }

  port.on('message', (message: ToIngest | { kind: string }) => {
    if (message.kind !== 'ingest-catch-up') return
    const { id } = message as ToIngest
    catchUp().then(
      () => id !== null && send({ kind: 'ingest-caught-up', id, error: null }),
      (error: unknown) => {
        running = null
        send({
          kind: 'ingest-caught-up',
          id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        })
      },
    )
  })
}

type Positions = Map<string, { lane: string; segment: number; offset: number }>

async function ingestLane(
  store: Store,
  lane: Lane,
  dir: string,
  positions: Positions,
  send: (message: FromIngest) => void,
): Promise<void> {
  const segments = listSegments(dir).filter((segment) => segment.lane === lane)
  for (const [at, segment] of segments.entries()) {
    const known = positions.get(lane)
    const isLast = at === segments.length - 1
    if (!known || known.segment <= segment.number) {
      const offset = known?.segment === segment.number ? known.offset : 0
      await ingestSegment(store, segment, offset, isLast, positions, send)
    }
    // The last one is still being written; of the others nothing more will come.
    if (!isLast) rmSync(segment.file, { force: true })
  }
}

async function ingestSegment(
  store: Store,
  segment: Segment,
  from: number,
  isLast: boolean,
  positions: Positions,
  send: (message: FromIngest) => void,
): Promise<void> {
  let offset = from
  const moved = (entries: number, bytes: number): void =>
    send({ kind: 'ingest-stored', lane: segment.lane, segment: segment.number, entries, bytes })
  /** Behind a torn write of a process that died nothing was ever acknowledged. */
  const skipTail = (end: number): void => {
    const tornBytes = statSync(segment.file).size - end
    if (tornBytes === 0) return
    moved(0, tornBytes)
    send({ kind: 'ingest-damaged', file: segment.file, offset: end })
  }

  while (true) {
    const { frames, nextOffset, state } = readSegment(segment, offset, batchBytes)
    if (frames.length > 0) {
      const position = { lane: segment.lane, segment: segment.number, offset: nextOffset }
      await store.logs.append(frames.map(toEntry), position)
      positions.set(segment.lane, position)
      moved(frames.length, nextOffset - offset)
      offset = nextOffset
    }
    if (state === 'more') continue
    if (!isLast) skipTail(offset)
    return
  }
}

function toEntry({ meta, request, response }: Frame): LogEntry {
  // The pipeline is the only one that writes to the journal, and the frame's checksum held.
  return { record: JSON.parse(meta.toString('utf8')) as LogRecord, request, response }
}
