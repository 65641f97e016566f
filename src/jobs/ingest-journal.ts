import { rmSync, statSync } from 'node:fs'
import type { LogEntry } from '../contract/log-record.ts'
import { readLogText } from '../contract/log-text.ts'
import type { Frame } from '../journal/frame.ts'
import { storedLane } from '../journal/journal-id.ts'
import type { ReadSegment } from '../journal/reader.ts'
import { listSegments, type Segment } from '../journal/segments.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { JournalPosition, Store } from '../store/store.ts'
import type { FromIngest } from './ingest.ts'

/** What moves a journal into the store works with. */
export interface Ingestion {
  store: Pick<Store, 'logs'>
  journalDir: string
  journalId: string
  read: ReadSegment
  /** By lane: up to where the store has it. */
  positions: Map<string, JournalPosition>
  send: (message: FromIngest) => void
}

/** What is given to the store at once. */
interface Part {
  segment: Segment
  /** Where it begins and ends, in the store's names. */
  begin: JournalPosition
  end: JournalPosition
  entries: number
}

/** A function that resolves when all that stood in the journal when it was called is in the store. One pass at a time. */
export function createCatchUp(ingestion: Ingestion): () => Promise<void> {
  let running: Promise<void> | null = null
  let isAskedAgain = false
  /** The part that was given to the store while it did not answer: whether the store has it is not known. */
  let open: Part | null = null

  async function move(part: Part, entries: readonly LogEntry[]): Promise<void> {
    open = part
    await appendAll(ingestion, part, entries)
    settle(ingestion, part)
    open = null
  }

  async function run(): Promise<void> {
    try {
      if (open !== null && (await isStored(ingestion, open))) settle(ingestion, open)
      open = null
      do {
        isAskedAgain = false
        for (const [lane, segments] of listSegments(ingestion.journalDir)) {
          await ingestLane(ingestion, lane, segments, move)
        }
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

type Move = (part: Part, entries: readonly LogEntry[]) => Promise<void>

async function ingestLane(ingestion: Ingestion, lane: string, segments: readonly Segment[], move: Move): Promise<void> {
  for (const [at, segment] of segments.entries()) {
    const known = ingestion.positions.get(lane)
    // The last one is still being written; of the others nothing more will come.
    const isLast = at === segments.length - 1
    if (!known || known.segment <= segment.number) {
      const from = known?.segment === segment.number ? known.offset : 0
      const end = await ingestSegment(ingestion, segment, from, move)
      if (!isLast) skipTail(ingestion, segment, end)
    }
    if (!isLast) rmSync(segment.file, { force: true })
  }
}

/** Moves what stands in a segment from an offset on; gives where it ended. */
async function ingestSegment(ingestion: Ingestion, segment: Segment, from: number, move: Move): Promise<number> {
  const begin = { lane: storedLane(ingestion.journalId, segment.lane), segment: segment.number, offset: from }
  while (true) {
    const { frames, nextOffset, state } = ingestion.read(segment, begin.offset)
    if (frames.length > 0) {
      const part = { segment, begin: { ...begin }, end: { ...begin, offset: nextOffset }, entries: frames.length }
      await move(part, toEntries(ingestion, segment, frames))
      begin.offset = nextOffset
    }
    if (state !== 'more') return begin.offset
  }
}

/** An entry that the store refuses for what is in it is told and left out: it must not hold up all others. */
async function appendAll(
  ingestion: Ingestion,
  { segment, begin, end }: Pick<Part, 'segment' | 'begin' | 'end'>,
  entries: readonly LogEntry[],
): Promise<void> {
  try {
    await ingestion.store.logs.append([...entries], end)
  } catch (error) {
    if (!(error instanceof GatewayError && error.code === 'input_invalid' && entries.length > 0)) throw error
    if (entries.length === 1) {
      const what = `the entry ${entries[0]?.summary.id}: ${error.message}`
      ingestion.send({ kind: 'ingest-damaged', file: segment.file, what })
      await appendAll(ingestion, { segment, begin, end }, [])
      return
    }
    const half = Math.ceil(entries.length / 2)
    await appendAll(ingestion, { segment, begin, end: begin }, entries.slice(0, half))
    await appendAll(ingestion, { segment, begin, end }, entries.slice(half))
  }
}

/** Its connection may have been lost between the commit and the answer. Read, and not given again: rows may be removed. */
async function isStored({ store }: Ingestion, { end }: Part): Promise<boolean> {
  const stored = await store.logs.positions()
  return stored.some(
    ({ lane, segment, offset }) => lane === end.lane && segment === end.segment && offset === end.offset,
  )
}

function settle({ positions, send }: Ingestion, { segment, begin, end, entries }: Part): void {
  const { lane, number } = segment
  positions.set(lane, { lane, segment: number, offset: end.offset })
  send({ kind: 'ingest-stored', lane, segment: number, entries, bytes: end.offset - begin.offset })
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
