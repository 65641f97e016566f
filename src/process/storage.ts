import path from 'node:path'
import { connectIngest, serveIngest } from '../jobs/ingest-line.ts'
import { type Ingest, type MovedPart, startIngest } from '../jobs/ingest.ts'
import { loadJournalId } from '../journal/journal-id.ts'
import type { Config } from '../kernel/config.ts'
import type { Line } from '../kernel/line.ts'
import type { TextLog } from '../kernel/text-log.ts'
import { connectStore, serveStore } from '../store/remote.ts'
import { startReader } from '../store/start-reader.ts'
import type { Store } from '../store/store.ts'

/** The durable side of Tollgate: the store, and the thread that moves the journal into it. One process has it. */
export interface Storage {
  store: Store
  ingest: Ingest
  journalDir: string
  journalId: string
  /** Tells what was moved from the journal from now on, to all who ask. What it gives ends that. */
  onMoved(listener: (part: MovedPart) => void): () => void
  close(): Promise<void>
}

/** For a row or a plain page. A scan may take longer, see `startReader`. */
const quickReadMs = 5000

/** Opens the store, with its threads. Rejects with one line that says what to do where its database cannot be used. */
export async function openStorage(dataDir: string, { databaseUrl }: Config, log: TextLog): Promise<Storage> {
  const place = databaseUrl === null ? { file: path.join(dataDir, 'tollgate.db') } : { url: databaseUrl }
  const journalDir = path.join(dataDir, 'journal')
  const moved = createListeners()
  const ingest = await startIngest({ place, journalDir }, log, moved.tell)
  const list = startReader({ place, deadlineMs: quickReadMs })
  const store = connectStore({
    write: ingest.worker,
    list,
    scan: () => startReader({ place }),
    words: () => startReader({ place }),
  })
  return {
    store,
    ingest,
    journalDir,
    journalId: loadJournalId(journalDir),
    onMoved: moved.add,
    async close() {
      await store.close()
      await Promise.all([ingest.close(), list.terminate()])
    },
  }
}

/** The storage of another process, on a line on which that one does `serveStorage`. It is not closed from here. */
export function connectStorage(dataDir: string, line: Line): Storage {
  const journalDir = path.join(dataDir, 'journal')
  const moved = createListeners()
  return {
    store: connectStore({ write: line, list: line, scan: line, words: line }),
    ingest: connectIngest(line, moved.tell),
    journalDir,
    journalId: loadJournalId(journalDir),
    onMoved: moved.add,
    close: () => Promise.resolve(),
  }
}

/** Lets another process, which writes its own lanes of the journal, use this one's storage. */
export function serveStorage({ store, ingest, onMoved }: Storage, line: Line, writer: number): { end(): void } {
  serveStore({ ...store, close: () => Promise.resolve() }, line)
  const { moved } = serveIngest(ingest, line, writer)
  return { end: onMoved(moved) }
}

function createListeners(): { add: Storage['onMoved']; tell: (part: MovedPart) => void } {
  const listeners = new Set<(part: MovedPart) => void>()
  return {
    add(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell(part) {
      for (const listener of listeners) listener(part)
    },
  }
}
