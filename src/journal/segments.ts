import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A journal is a folder of segment files. Entries up to 64 KiB go into the `small` lane, written synchronously in
 * one write per turn of the event loop; bigger ones into the `large` lane, written asynchronously. Two lanes, because
 * in one file a slow big write would leave a hole behind which finished small entries could not be found after a
 * crash.
 */
export const lanes = ['small', 'large'] as const
export type Lane = (typeof lanes)[number]

export interface Segment {
  lane: Lane
  /** Rises within a lane. Made from the time, so that a number is never used twice. */
  number: number
  file: string
}

const filePattern = /^(small|large)-(\d{16})\.journal$/

export function segmentFile(dir: string, lane: Lane, number: number): string {
  return join(dir, `${lane}-${String(number).padStart(16, '0')}.journal`)
}

/** All segments of a folder, oldest first within each lane. */
export function listSegments(dir: string): Segment[] {
  const segments: Segment[] = []
  for (const name of readdirSync(dir)) {
    const match = filePattern.exec(name)
    const lane = lanes.find((known) => known === match?.[1])
    if (match && lane) segments.push({ lane, number: Number(match[2]), file: join(dir, name) })
  }
  return segments.sort((a, b) => lanes.indexOf(a.lane) - lanes.indexOf(b.lane) || a.number - b.number)
}
