import { closeSync, openSync, readSync } from 'node:fs'
import { type Frame, readFrame } from './frame.ts'
import type { Segment } from './segments.ts'

/** What one read found behind an offset of a segment. */
export interface SegmentRead {
  /** Views into the reader's buffer: they hold until its next read. */
  frames: Frame[]
  /** Where the next read begins. */
  nextOffset: number
  /**
   * `more`: read on. `end`: nothing whole stands behind `nextOffset` now. `damaged`: what stands there was never
   * written whole; in a segment that is still being written this may only mean that a write is under way.
   */
  state: 'more' | 'end' | 'damaged'
}

/** Reads whole frames from `offset` on, at least one if there is one. Synchronous: for a worker thread. */
export type ReadSegment = (segment: Segment, offset: number) => SegmentRead

/** A reader that takes about `targetBytes` at a time, always into the same buffer: a new one each time would keep the garbage collector busy. */
export function createSegmentReader(targetBytes: number): ReadSegment {
  const usual = Buffer.allocUnsafeSlow(targetBytes)
  return (segment, offset) => {
    const fd = openSync(segment.file, 'r')
    try {
      return readFrames(fd, offset, usual)
    } finally {
      closeSync(fd)
    }
  }
}

function readFrames(fd: number, offset: number, buffer: Buffer): SegmentRead {
  const length = readFully(fd, buffer, offset)
  const bytes = buffer.subarray(0, length)
  const frames: Frame[] = []
  let at = 0
  while (true) {
    const result = readFrame(bytes, at)
    if ('damaged' in result) return { frames, nextOffset: offset + at, state: 'damaged' }
    if ('frame' in result) {
      frames.push(result.frame)
      at = result.frame.end
      continue
    }
    if (length < buffer.length) return { frames, nextOffset: offset + at, state: 'end' }
    if (frames.length > 0) return { frames, nextOffset: offset + at, state: 'more' }
    return readFrames(fd, offset, Buffer.allocUnsafeSlow(result.incomplete))
  }
}

function readFully(fd: number, buffer: Buffer, offset: number): number {
  let total = 0
  while (total < buffer.length) {
    const read = readSync(fd, buffer, total, buffer.length - total, offset + total)
    if (read === 0) break
    total += read
  }
  return total
}
