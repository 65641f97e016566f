import { closeSync, fdatasync, fdatasyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import type { LaneOptions } from './journal.ts'

/** Writes to one segment after the other, synchronously. */
export interface SegmentWriter {
  /** Throws where it could not be written whole; then the segment is given up, and the next write begins a new one. */
  write(bytes: Buffer, length: number): void
  /** Starts a sync of what was written, if anything was. */
  sync(): void
  close(): void
}

export function createSegmentWriter(options: LaneOptions): SegmentWriter {
  let fd: number | null = openSync(options.nextFile(), 'w', 0o600)
  let position = 0
  let isDirty = false

  /** What a failed write left behind may have been read already: nothing is ever written in its place. */
  function abandon(broken: number): void {
    fd = null
    try {
      ftruncateSync(broken, position)
      closeSync(broken)
    } catch (error) {
      options.onFailed(0, error)
    }
  }

  function rotate(full: number): void {
    fd = null
    fdatasync(full, (error) => {
      if (error) options.onFailed(0, error)
      closeSync(full)
    })
  }

  return {
    write(bytes, length) {
      if (fd === null) {
        fd = openSync(options.nextFile(), 'w', 0o600)
        position = 0
      }
      try {
        for (let written = 0; written < length;) {
          written += writeSync(fd, bytes, written, length - written, position + written)
        }
      } catch (error) {
        abandon(fd)
        throw error
      }
      position += length
      isDirty = true
      if (position >= options.segmentBytes) rotate(fd)
    },
    sync() {
      if (!isDirty || fd === null) return
      isDirty = false
      // A segment that is rotated away meanwhile is synced there.
      fdatasync(fd, (error) => error && error.code !== 'EBADF' && options.onFailed(0, error))
    },
    close() {
      if (fd === null) return
      fdatasyncSync(fd)
      closeSync(fd)
    },
  }
}
