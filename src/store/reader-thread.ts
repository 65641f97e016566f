import { parentPort, workerData } from 'node:worker_threads'
import { standBack } from '../kernel/stand-back.ts'
import { serveStore } from './remote.ts'
import { openSqlStore } from './sql-store.ts'
import type { ReaderOptions } from './start-reader.ts'

// The body of a thread that only reads; `startReader` starts it.
if (parentPort === null) throw new Error('reader-thread.ts runs as a worker thread only')
// `startReader` is the only one that starts this file.
standBack()
const { place, deadlineMs } = workerData as Required<ReaderOptions>
serveStore(await openSqlStore({ place, deadlineMs, readOnly: true }), parentPort)
