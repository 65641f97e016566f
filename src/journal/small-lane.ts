import { headerBytes, writeHeader } from './frame.ts'
import type { JournalEntry, LaneOptions } from './journal.ts'
import { mask } from './mask.ts'
import { createSegmentWriter } from './segment-writer.ts'

/** What may be written synchronously per turn: 4 KB cost 5-27 µs, and more than this would hold up the event loop. */
const batchBytes = 64 * 1024

export interface SmallLane {
  /** Takes an entry that fits into a batch (`fitsBatch`). */
  append(entry: JournalEntry, onWritten: () => void): void
  /** Writes the batch that is waiting now. */
  flush(): void
  sync(): void
  close(): void
}

/** Whether an entry is small. UTF-8 may take three bytes for one of a text's units. */
export function fitsBatch(entry: JournalEntry): boolean {
  return largestFrame(entry) <= batchBytes
}

function largestFrame({ meta, request, response }: JournalEntry): number {
  return headerBytes + meta.length * 3 + (request?.length ?? 0) + (response?.length ?? 0)
}

/**
 * The lane of small entries: all of one turn of the event loop in one synchronous write at its end, at most one batch
 * per turn. No allocation: entries are encoded straight into the batch.
 */
export function createSmallLane(options: LaneOptions): SmallLane {
  const writer = createSegmentWriter(options)
  const batch = Buffer.allocUnsafeSlow(batchBytes)
  let used = 0
  const callbacks: (() => void)[] = []
  const overflow: { entry: JournalEntry; onWritten: () => void }[] = []
  let isScheduled = false

  function append(entry: JournalEntry, onWritten: () => void): void {
    // Order is kept: while entries overflow, later ones queue behind them.
    if (overflow.length > 0 || used + largestFrame(entry) > batchBytes) overflow.push({ entry, onWritten })
    else {
      used = encode(batch, used, entry)
      callbacks.push(onWritten)
    }
    if (isScheduled) return
    isScheduled = true
    setImmediate(flush)
  }

  function flush(): void {
    isScheduled = false
    if (used === 0) return
    const done = callbacks.splice(0)
    try {
      writer.write(batch, used)
      options.onWritten(done.length, used)
    } catch (error) {
      options.onFailed(done.length, error)
    }
    used = 0
    for (const callback of done) callback()
    for (const { entry, onWritten } of overflow.splice(0)) append(entry, onWritten)
  }

  return {
    append,
    flush,
    sync: () => writer.sync(),
    close() {
      while (used > 0) flush()
      writer.close()
    },
  }
}

function encode(batch: Buffer, start: number, entry: JournalEntry): number {
  const payloadStart = start + headerBytes
  const meta = batch.write(entry.meta, payloadStart, 'utf8')
  let end = payloadStart + meta
  if (entry.request) {
    batch.set(entry.request, end)
    end += entry.request.length
  }
  if (entry.response) {
    batch.set(entry.response, end)
    end += entry.response.length
  }
  for (const secret of entry.secrets) mask(batch.subarray(payloadStart + meta, end), secret)
  const lengths = { meta, request: entry.request?.length ?? null, response: entry.response?.length ?? null }
  writeHeader(batch, start, end, lengths)
  return end
}
