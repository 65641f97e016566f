import { type MessagePort, parentPort } from 'node:worker_threads'
import type { StorePlace } from '../../src/store/engine.ts'
import { serveStore } from '../../src/store/remote.ts'
import { openSqlStore } from '../../src/store/sql-store.ts'

/** Asks the thread to open a store and to serve it on a port. */
export interface HostRequest {
  place: StorePlace
  readOnly: boolean
  port: MessagePort
}

// A thread that serves many stores, one after the other: a thread of its own for each test would take most of the time.
parentPort?.on('message', ({ place, readOnly, port }: HostRequest) => {
  // A failure is not caught: it ends the thread, and with it the test.
  void openSqlStore({ place, readOnly }).then((store) => {
    serveStore(store, port)
    parentPort?.postMessage('ready')
  })
})
