import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { StorePlace } from '../../src/store/engine.ts'
import { connectStore } from '../../src/store/remote.ts'
import { openSqlStore } from '../../src/store/sql-store.ts'
import { startReader } from '../../src/store/start-reader.ts'
import type { Store } from '../../src/store/store.ts'
import type { HostRequest } from './host-thread.ts'

/** An empty place for one test's store; `remove` takes it away. */
export interface TestPlace {
  place: StorePlace
  remove: () => void
}

/** A new folder for one test's file. */
export function newFile(): TestPlace & { place: { file: string }; file: string; dir: string } {
  const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-store-'))
  const file = path.join(dir, 'tollgate.db')
  return { dir, file, place: { file }, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** An empty store in this thread; closing it removes its place. */
export async function openTestStore(newPlace: () => TestPlace = newFile): Promise<Store> {
  const { place, remove } = newPlace()
  const store = await openSqlStore({ place, readOnly: false })
  return andThen(store, remove)
}

/** Empty stores whose writing and reading ends live in other threads; `lastly` ends the threads. */
export function startStoreThreads(newPlace: () => TestPlace = newFile): {
  open: () => Promise<Store>
  lastly: () => Promise<void>
} {
  const threads = { write: newHost(), list: newHost(), scan: newHost(), words: newHost() }
  return {
    async open() {
      const { place, remove } = newPlace()
      const write = await openIn(threads.write, place, false)
      const list = await openIn(threads.list, place, true)
      const scan = await openIn(threads.scan, place, true)
      const words = await openIn(threads.words, place, true)
      return andThen(connectStore({ write, list, scan, words }), remove)
    },
    async lastly() {
      await Promise.all(Object.values(threads).map((thread) => thread.terminate()))
    },
  }
}

/** A store's threads, for tests that end or fill them. */
export interface StoreThreads {
  store: Store
  place: StorePlace
  writer: Worker
  list: Worker
  scan: Worker
}

/** An empty store with the readers that the server starts. */
export async function openWithReaders(newPlace: () => TestPlace = newFile): Promise<StoreThreads> {
  const { place, remove } = newPlace()
  const writer = newHost()
  const write = await openIn(writer, place, false)
  const [list, scan] = [startReader({ place }), startReader({ place })]
  const store = andThen(connectStore({ write, list, scan, words: () => startReader({ place }) }), async () => {
    await Promise.all([writer.terminate(), list.terminate(), scan.terminate()])
    remove()
  })
  return { store, place, writer, list, scan }
}

function newHost(): Worker {
  return new Worker(new URL('./host-thread.ts', import.meta.url))
}

async function openIn(thread: Worker, place: StorePlace, readOnly: boolean): Promise<MessagePort> {
  const { port1, port2 } = new MessageChannel()
  const ready = once(thread, 'message')
  thread.postMessage({ place, readOnly, port: port2 } satisfies HostRequest, [port2])
  await ready
  return port1
}

function andThen(store: Store, after: () => void | Promise<void>): Store {
  return {
    ...store,
    async close() {
      try {
        await store.close()
      } finally {
        await after()
      }
    },
  }
}
