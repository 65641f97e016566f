import { mkdirSync, statSync } from 'node:fs'
import type { Clock } from '../kernel/clock.ts'
import type { TextLog } from '../kernel/text-log.ts'
import { createLargeLane } from './large-lane.ts'
import { laneName, listSegments, segmentFile } from './segments.ts'
import { createSmallLane, fitsBatch } from './small-lane.ts'

/**
 * The append-only, crash-safe record of finished requests on local disk. An answer's last byte is sent only after
 * its entry is in the journal, so that a process which dies loses no finished request; power loss costs at most the
 * fsync interval. The journal does not know what an entry means: it is a text and two bodies. Another thread reads
 * it (`reader.ts`) and moves it to the store.
 */
export interface Journal {
  /**
   * Takes an entry; `onWritten` is called when the operating system has it: for a small entry at the end of this turn
   * of the event loop, together with all others of the turn. Also called, after the entry was counted as dropped,
   * when it could not be written: the traffic goes on.
   */
  append(entry: JournalEntry, onWritten: () => void): void
  /** Writes what is waiting in the small lane now, up to one batch. */
  flush(): void
  /** Told what was moved to the store (or found torn and skipped), so that what still waits is known. */
  release(moved: { lane: string; segment: number; entries: number; bytes: number }): void
  stats(): JournalStats
  /** Writes and syncs everything that was appended. */
  close(): Promise<void>
}

export interface JournalEntry {
  meta: string
  request: Uint8Array | null
  response: Uint8Array | null
  /** Texts that are overwritten with `*` wherever they stand in the bodies; `meta` is the caller's own business. */
  secrets: readonly string[]
}

/** Entries since this process started: `accepted` = stored + `pending` + `dropped`. */
export interface JournalStats {
  accepted: number
  dropped: number
  pending: number
  /** Bytes that are not in the store yet, also those that an earlier process left. */
  waitingBytes: number
}

export interface JournalOptions {
  dir: string
  /** Which of the processes that write into the folder this one is; 0 where there is only one. */
  writer: number
  clock: Clock
  log: TextLog
  /** Bytes that may wait for the store before entries are dropped; 0 is no limit. */
  maxBytes: number
  /** Up to where the store has what earlier processes wrote; new segments get higher numbers. */
  positions: readonly { lane: string; segment: number; offset: number }[]
  fsyncIntervalMs?: number
  segmentBytes?: number
  /** Called after each write. */
  onAppended: () => void
}

/** What a lane is told by the journal. */
export interface LaneOptions {
  /** The path of a new segment. */
  nextFile: () => string
  segmentBytes: number
  onWritten: (entries: number, bytes: number) => void
  /** Without entries: something failed by which none was lost. */
  onFailed: (entries: number, error: unknown) => void
}

export function createJournal(options: JournalOptions): Journal {
  const { dir, log, maxBytes, fsyncIntervalMs = 1000, segmentBytes = 64 << 20 } = options
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  let waitingBytes = leftBytes(options)
  let accepted = 0
  let dropped = 0
  let stored = 0
  const firstNumbers = new Map<string, number>()
  const nextNumber = createSegmentNumbers(options, firstNumbers)

  const laneOptions = (lane: string): LaneOptions => ({
    nextFile: () => segmentFile(dir, lane, nextNumber(lane)),
    segmentBytes,
    onWritten(entries, bytes) {
      accepted += entries
      waitingBytes += bytes
      options.onAppended()
    },
    onFailed(entries, error) {
      accepted += entries
      dropped += entries
      log.error(entries > 0 ? 'journal entries were dropped' : 'the journal had trouble', error, { entries, dropped })
    },
  })
  const small = createSmallLane(laneOptions(laneName('small', options.writer)))
  const large = createLargeLane(laneOptions(laneName('large', options.writer)))
  const fsyncTimer = setInterval(() => {
    small.sync()
    large.sync()
  }, fsyncIntervalMs).unref()

  return {
    append(entry, onWritten) {
      if (maxBytes > 0 && waitingBytes > maxBytes) {
        accepted++
        dropped++
        if (dropped % 1000 === 1)
          log.warn('the journal is full, entries are dropped', { waitingBytes, maxBytes, dropped })
        onWritten()
      } else if (fitsBatch(entry)) small.append(entry, onWritten)
      else large.append(entry, onWritten)
    },
    flush: () => small.flush(),
    release({ lane, segment, entries, bytes }) {
      waitingBytes -= bytes
      if (segment >= (firstNumbers.get(lane) ?? Infinity)) stored += entries
    },
    stats: () => ({ accepted, dropped, pending: accepted - dropped - stored, waitingBytes }),
    async close() {
      clearInterval(fsyncTimer)
      small.close()
      await large.close()
    },
  }
}

/**
 * Segment numbers: the time, or one more than the last where the clock did not move on or went back. A number that
 * came again would be taken for a segment that was already moved to the store. Notes each lane's first in `first`.
 */
function createSegmentNumbers(options: JournalOptions, first: Map<string, number>): (lane: string) => number {
  const last = new Map<string, number>()
  const use = (lane: string, number: number): void => void last.set(lane, Math.max(last.get(lane) ?? 0, number))
  for (const [lane, segments] of listSegments(options.dir)) for (const { number } of segments) use(lane, number)
  for (const { lane, segment } of options.positions) use(lane, segment)
  return (lane) => {
    const number = Math.max(options.clock.nowMs(), (last.get(lane) ?? 0) + 1)
    use(lane, number)
    if (!first.has(lane)) first.set(lane, number)
    return number
  }
}

/** Bytes that earlier processes wrote into this writer's lanes and that are not in the store yet. */
function leftBytes({ dir, writer, positions }: JournalOptions): number {
  const lanes = listSegments(dir)
  let bytes = 0
  for (const lane of [laneName('small', writer), laneName('large', writer)]) {
    const position = positions.find((known) => known.lane === lane)
    for (const { number, file } of lanes.get(lane) ?? []) {
      if (position && position.segment > number) continue
      bytes += statSync(file).size - (position?.segment === number ? position.offset : 0)
    }
  }
  return bytes
}
