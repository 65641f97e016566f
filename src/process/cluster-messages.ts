import type { JournalStats } from '../journal/journal.ts'
import type { Line } from '../kernel/line.ts'

/*
 * What the first process of a cluster and its workers say to each other, beside what the storage says on the same line.
 */

export type ToWorker =
  | { kind: 'worker-start'; writer: number; dataDir: string; adminToken: string; encryptionKeys: string }
  | { kind: 'worker-stop' }
  | Stats

export type FromWorker =
  | { kind: 'worker-ready' }
  | { kind: 'worker-listening'; url: string }
  | { kind: 'worker-failed'; reason: string }
  | Stats

/** Asked by either side, answered by the other: of one worker, or of all. */
type Stats = { kind: 'stats-ask'; id: number } | { kind: 'stats-answer'; id: number; stats: JournalStats }

/** For an answer; a side that is too busy is left out. */
const statsMs = 1000

export const noStats: JournalStats = { accepted: 0, dropped: 0, pending: 0, waitingBytes: 0 }

/** Answers the other side's questions for statistics. */
export function answerStats(line: Line, stats: () => JournalStats | Promise<JournalStats>): void {
  line.on('message', (value) => {
    const message = value as Stats // Everything on a line has a kind.
    if (message.kind !== 'stats-ask') return
    const { id } = message
    void Promise.resolve(stats()).then((own) =>
      line.postMessage({ kind: 'stats-answer', id, stats: own } satisfies Stats),
    )
  })
}

/** Asks the other side of a line for statistics; `noStats` where it does not answer in time. */
export function createStatsCaller(line: Line): () => Promise<JournalStats> {
  const open = new Map<number, (stats: JournalStats) => void>()
  let lastId = 0
  line.on('message', (value) => {
    const message = value as Stats // Everything on a line has a kind.
    if (message.kind === 'stats-answer') open.get(message.id)?.(message.stats)
  })
  return () =>
    new Promise((resolve) => {
      const id = ++lastId
      const answer = (stats: JournalStats): void => {
        clearTimeout(timer)
        open.delete(id)
        resolve(stats)
      }
      const timer = setTimeout(() => answer(noStats), statsMs)
      open.set(id, answer)
      line.postMessage({ kind: 'stats-ask', id } satisfies Stats)
    })
}

export function sumOf(all: readonly JournalStats[]): JournalStats {
  const sum = { ...noStats }
  for (const { accepted, dropped, pending, waitingBytes } of all) {
    sum.accepted += accepted
    sum.dropped += dropped
    sum.pending += pending
    sum.waitingBytes += waitingBytes
  }
  return sum
}
