import { rmSync, statSync } from 'node:fs'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { LogEntry } from '../contract/log-record.ts'
import { readLogText } from '../contract/log-text.ts'
import type { Frame } from '../journal/frame.ts'
import { loadJournalId, ownPositions, storedLane } from '../journal/journal-id.ts'
import { createSegmentReader, type ReadSegment } from '../journal/reader.ts'
import { listSegments, type Segment } from '../journal/segments.ts'
import { serveStore } from '../store/remote.ts'
import { openSqlStore } from '../store/sql-store.ts'
import type { JournalPosition, Store } from '../store/store.ts'
import type { FromIngest, IngestOptions, ToIngest } from './ingest.ts'

/** Entries of one transaction: more would hold up a settings change for longer than it gains. */
const batchBytes = 2 << 20

/** The body of the one thread that writes to the store: it answers store calls and moves the journal into the store. */
if (parentPort === null) throw new Error('ingest-worker.ts runs as a worker thread only')
// `startIngest` is the only one that starts this file.
await work(workerData as IngestOptions, parentPort)

/** What one pass over the journal works with. */
interface Ingestion {
  store: Store
  journalDir: string
  journalId: string
  read: ReadSegment
  /** By lane: up to where the store has it. */
  positions: Map<string, JournalPosition>
  send: (message: FromIngest) => void
}

async function work({ place, journalDir }: IngestOptions, port: MessagePort): Promise<void> {
  const store = await openSqlStore({ place, readOnly: false })
  const journalId = loadJournalId(journalDir)
  const known = ownPositions(journalId, await store.logs.positions())
  const positions = new Map(known.map((position) => [position.lane, position]))
  const send = (message: FromIngest): void => port.postMessage(message)
  const catchUp = createCatchUp({
    store,
    journalDir,
    journalId,
    read: createSegmentReader(batchBytes),
    positions,
    send,
  })

  serveStore(store, port)
  port.on('message', (message: ToIngest | { kind: string }) => {
    if (message.kind !== 'ingest-catch-up') return
    const { id } = message as ToIngest
    catchUp().then(
      () => send({ kind: 'ingest-caught-up', id, error: null }),
      (error: unknown) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
        send({ kind: 'ingest-caught-up', id, error: text })
      },
    )
  })
  send({ kind: 'ingest-ready' })
}

/** A function that resolves when all that stood in the journal when it was called is in the store. One pass at a time. */
function createCatchUp(ingestion: Ingestion): () => Promise<void> {
  let running: Promise<void> | null = null
  let isAskedAgain = false

  async function run(): Promise<void> {
    try {
      do {
        isAskedAgain = false
        for (const [lane, segments] of listSegments(ingestion.journalDir)) await ingestLane(ingestion, lane, segments)
      } while (isAskedAgain)
    } finally {
      running = null
    }
  }
  return () => {
    isAskedAgain = true
    running ??= run()
    return running
  }
}

async function ingestLane(ingestion: Ingestion, lane: string, segments: readonly Segment[]): Promise<void> {
  for (const [at, segment] of segments.entries()) {
    const known = ingestion.positions.get(lane)
    // The last one is still being written; of the others nothing more will come.
    const isLast = at === segments.length - 1
    if (!known || known.segment <= segment.number) {
      const end = await ingestSegment(ingestion, segment, known?.segment === segment.number ? known.offset : 0)
      if (!isLast) skipTail(ingestion, segment, end)
    }
    if (!isLast) rmSync(segment.file, { force: true })
  }
}

/** Moves what stands in a segment from an offset on; gives where it ended. */
async function ingestSegment(ingestion: Ingestion, segment: Segment, from: number): Promise<number> {
  const { lane, number } = segment
  let offset = from
  while (true) {
    const { frames, nextOffset, state } = ingestion.read(segment, offset)
    if (frames.length > 0) {
      const position = { lane, segment: number, offset: nextOffset }
      const stored = { ...position, lane: storedLane(ingestion.journalId, lane) }
      await ingestion.store.logs.append(toEntries(ingestion, segment, frames), stored)
      ingestion.positions.set(lane, position)
      const bytes = nextOffset - offset
      ingestion.send({ kind: 'ingest-stored', lane, segment: number, entries: frames.length, bytes })
      offset = nextOffset
    }
    if (state !== 'more') return offset
  }
}

/** Behind a torn write of a process that died nothing was ever acknowledged. */
function skipTail({ send }: Ingestion, { lane, number, file }: Segment, end: number): void {
  const tornBytes = statSync(file).size - end
  if (tornBytes === 0) return
  send({ kind: 'ingest-stored', lane, segment: number, entries: 0, bytes: tornBytes })
  send({ kind: 'ingest-damaged', file, what: `${tornBytes} bytes of a write that was never finished` })
}

/** An entry that cannot be read, although its checksum holds, is told and left out: it must not hold up all others. */
function toEntries({ send }: Ingestion, { file }: Segment, frames: readonly Frame[]): LogEntry[] {
  return frames.flatMap(({ meta, request, response }) => {
    try {
      return [{ ...readLogText(meta.toString('utf8')), request, response }]
    } catch {
      send({ kind: 'ingest-damaged', file, what: 'an entry that cannot be read' })
      return []
    }
  })
}
