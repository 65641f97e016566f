import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Names a journal among those of other machines that share one store, so that each knows how far it was moved. Made
 * once and kept in the folder: a copy of a data folder must not run beside its original.
 */
export function loadJournalId(dir: string): string {
  const file = join(dir, 'id')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, `${randomUUID()}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(file, 'utf8').trim()
}

/** A lane's name in the store. */
export function storedLane(journalId: string, lane: string): string {
  return `${journalId}/${lane}`
}

/** Of all positions in a store those of one journal, by its own names of the lanes. */
export function ownPositions<Position extends { lane: string }>(
  journalId: string,
  positions: readonly Position[],
): Position[] {
  const prefix = storedLane(journalId, '')
  return positions
    .filter(({ lane }) => lane.startsWith(prefix))
    .map((position) => ({ ...position, lane: position.lane.slice(prefix.length) }))
}
