import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { loadJournalId, ownPositions } from '../journal/journal-id.ts'
import { createSegmentReader } from '../journal/reader.ts'
import { standBack } from '../kernel/stand-back.ts'
import { serveStore } from '../store/remote.ts'
import { openSqlStore } from '../store/sql-store.ts'
import { bindJournal } from './bind-journal.ts'
import { createCatchUp } from './ingest-journal.ts'
import type { FromIngest, IngestOptions, ToIngest } from './ingest.ts'

/** Entries of one transaction: more would hold up a settings change for longer than it gains. */
const batchBytes = 2 << 20

/** The body of the one thread that writes to the store: it answers store calls and moves the journal into the store. */
if (parentPort === null) throw new Error('ingest-worker.ts runs as a worker thread only')
// `startIngest` is the only one that starts this file.
standBack()
await work(workerData as IngestOptions, parentPort)

async function work({ place, journalDir }: IngestOptions, port: MessagePort): Promise<void> {
  const send = (message: FromIngest): void => port.postMessage(message)
  const store = await openSqlStore({ place, readOnly: false })
  const setAside = bindJournal(journalDir, await store.logs.storeId())
  if (setAside !== null) send({ kind: 'ingest-set-aside', dir: setAside })
  const journalId = loadJournalId(journalDir)
  const known = ownPositions(journalId, await store.logs.positions())
  const positions = new Map(known.map((position) => [position.lane, position]))
  const read = createSegmentReader(batchBytes)
  const catchUp = createCatchUp({ store, journalDir, journalId, read, positions, send })

  serveStore(store, port)
  port.on('message', (message: ToIngest | { kind: string }) => {
    if (message.kind !== 'ingest-catch-up') return
    const { id } = message as ToIngest
    catchUp().then(
      () => send({ kind: 'ingest-caught-up', id, error: null }),
      (error: unknown) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
        send({ kind: 'ingest-caught-up', id, error: text })
      },
    )
  })
  send({ kind: 'ingest-ready' })
}
