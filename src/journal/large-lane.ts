import { type FileHandle, open } from 'node:fs/promises'
import { headerBytes, writeHeader } from './frame.ts'
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

  async function writeOne({ entry, onWritten }: Waiting): Promise<void> {
    try {
      handle ??= await open(options.nextFile(), 'w', 0o600)
      const frame = encode(entry)
      let written = 0
      while (written < frame.length) {
        const result = await handle.write(frame, written, frame.length - written, position + written)
        written += result.bytesWritten
      }
      position += frame.length
      isDirty = true
      options.onWritten(1, frame.length)
    } catch (error) {
      options.onFailed(1, error)
    }
    onWritten()
    if (handle && position >= options.segmentBytes) await rotate(handle)
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
    for (let next = waiting.shift(); next; next = waiting.shift()) await writeOne(next)
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

function encode(entry: JournalEntry): Buffer {
  const meta = Buffer.from(entry.meta)
  const request = masked(entry.request, entry.secrets)
  const response = masked(entry.response, entry.secrets)
  const end = headerBytes + meta.length + (request?.length ?? 0) + (response?.length ?? 0)
  const frame = Buffer.allocUnsafe(end)
  meta.copy(frame, headerBytes)
  request?.copy(frame, headerBytes + meta.length)
  response?.copy(frame, headerBytes + meta.length + (request?.length ?? 0))
  writeHeader(frame, 0, end, {
    meta: meta.length,
    request: request?.length ?? null,
    response: response?.length ?? null,
  })
  return frame
}
