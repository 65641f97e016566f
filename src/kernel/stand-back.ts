import { readlinkSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import path from 'node:path'

/** How far behind, as `nice` has it: about a third of the time of a thread that does not stand back. */
const niceness = 5
const mostNice = constants.priority.PRIORITY_LOW

/**
 * Has this thread stand back behind the others of its process, where there are not enough processors for all: a request waits
 * for its answer, and a row can wait. Linux only, where threads have priorities of their own; elsewhere it does nothing.
 */
export function standBack(): void {
  try {
    const thread = Number(path.basename(readlinkSync('/proc/thread-self')))
    setPriority(thread, Math.min(getPriority(thread) + niceness, mostNice))
  } catch {
    // It is no more than a kindness.
  }
}
