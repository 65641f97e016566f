import { type FileHandle, open } from 'node:fs/promises'
import { makeHeader } from './frame.ts'
import type { JournalEntry, LaneOptions } from './journal.ts'
import { masked } from './mask.ts'

interface Waiting {
  entry: JournalEntry
  onWritten: () => void
}

export interface LargeLane {
  append(entry: JournalEntry, onWritten: () => void): void
  /** Starts a sync of what was written, if anything was. */
  sync(): void
  close(): Promise<void>
}

/** Entries of one write. */
const mostAtOnce = 64

/**
 * The lane of entries too big for a synchronous write: one after the other, asynchronously, so that only the answer
 * whose entry is big waits for it.
 */
export function createLargeLane(options: LaneOptions): LargeLane {
  const waiting: Waiting[] = []
  let handle: FileHandle | null = null
  let position = 0
  let isDirty = false
  let work: Promise<void> | null = null

  async function writeSome(some: readonly Waiting[]): Promise<void> {
    const parts = some.flatMap(({ entry }) => encode(entry))
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    try {
      handle ??= await open(options.nextFile(), 'w', 0o600)
      await writeWhole(handle, parts, length, position)
      position += length
      isDirty = true
      options.onWritten(some.length, length)
    } catch (error) {
      options.onFailed(some.length, error)
      await abandon()
    }
    for (const { onWritten } of some) onWritten()
    if (handle && position >= options.segmentBytes) await rotate(handle)
  }

  /** What a failed write left behind may have been read already: nothing is ever written in its place. */
  async function abandon(): Promise<void> {
    const broken = handle
    handle = null
    await broken
      ?.truncate(position)
      .then(() => broken.close())
      .catch((error: unknown) => options.onFailed(0, error))
    position = 0
  }

  async function rotate(old: FileHandle): Promise<void> {
    handle = null
    position = 0
    // The entries are written; only their sync may fail.
    await old
      .datasync()
      .then(() => old.close())
      .catch((error: unknown) => options.onFailed(0, error))
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) await writeSome(waiting.splice(0, mostAtOnce))
    work = null
  }

  return {
    append(entry, onWritten) {
      waiting.push({ entry, onWritten })
      work ??= writeAll()
    },
    sync() {
      if (!isDirty || !handle) return
      isDirty = false
      handle.datasync().catch((error: unknown) => options.onFailed(0, error))
    },
    async close() {
      await work
      await handle?.datasync()
      await handle?.close()
    },
  }
}

async function writeWhole(handle: FileHandle, parts: Uint8Array[], length: number, position: number): Promise<void> {
  let left = parts
  for (let written = 0; written < length;) {
    const { bytesWritten } = await handle.writev(left, position + written)
    written += bytesWritten
    if (written < length) left = withoutFirst(left, bytesWritten)
  }
}

function withoutFirst(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  let skipped = 0
  return parts.flatMap((part) => {
    const from = Math.min(part.length, count - skipped)
    skipped += from
    return from === part.length ? [] : [part.subarray(from)]
  })
}

/** A frame in parts, so that the bodies need not be copied. */
function encode(entry: JournalEntry): Uint8Array[] {
  const meta = Buffer.from(entry.meta)
  const request = masked(entry.request, entry.secrets)
  const response = masked(entry.response, entry.secrets)
  const lengths = { meta: meta.length, request: request?.length ?? null, response: response?.length ?? null }
  const payload = [meta, ...(request ? [request] : []), ...(response ? [response] : [])]
  return [makeHeader(payload, lengths), ...payload]
}
