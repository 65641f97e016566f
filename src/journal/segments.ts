import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A journal is a folder of segment files in lanes. Entries up to 64 KiB go into a `small` lane, written synchronously in
 * one write per turn of the event loop; bigger ones into a `large` lane, written asynchronously. Two lanes, because
 * in one file a slow big write would leave a hole behind which finished small entries could not be found after a
 * crash. Every process that writes into the folder has its own pair.
 */
export type LaneKind = 'small' | 'large'

export interface Segment {
  /** See `laneName`. */
  lane: string
  /** Rises within a lane. Made from the time, so that a number is never used twice. */
  number: number
  file: string
}

/** `small`, or `small.2` for the writer 2; the writer 0 is the only one where there is one process. */
export function laneName(kind: LaneKind, writer: number): string {
  return writer === 0 ? kind : `${kind}.${writer}`
}

const filePattern = /^((?:small|large)(?:\.[1-9]\d*)?)-(\d{16})\.journal$/

export function segmentFile(dir: string, lane: string, number: number): string {
  return join(dir, `${lane}-${String(number).padStart(16, '0')}.journal`)
}

/** All segments of a folder by lane, the small lanes first; within a lane the oldest first. */
export function listSegments(dir: string): Map<string, Segment[]> {
  const lanes = new Map<string, Segment[]>()
  for (const name of readdirSync(dir).toSorted()) {
    const [, lane, number] = filePattern.exec(name) ?? []
    if (lane === undefined) continue
    const segments = lanes.get(lane) ?? []
    lanes.set(lane, segments)
    segments.push({ lane, number: Number(number), file: join(dir, name) })
  }
  return new Map([...lanes].toSorted(([one], [other]) => (one < other ? 1 : -1)))
}
