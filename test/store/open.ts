import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { connectStore } from '../../src/store/remote.ts'
import { openSqlStore } from '../../src/store/sql-store.ts'
import { startReader } from '../../src/store/start-reader.ts'
import type { Store } from '../../src/store/store.ts'
import type { HostRequest } from './host-thread.ts'

/** A new folder for one test's file; `remove` takes it away. */
export function newFile(): { file: string; dir: string; remove: () => void } {
  const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-store-'))
  return { dir, file: path.join(dir, 'tollgate.db'), remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** An empty store in this thread; closing it removes its file. */
export async function openTestStore(): Promise<Store> {
  const { file, remove } = newFile()
  const store = await openSqlStore({ file, readOnly: false })
  return andThen(store, remove)
}

/** An empty store whose writing and reading handles live in other threads; `lastly` ends the threads. */
export function startStoreThreads(): { open: () => Promise<Store>; lastly: () => Promise<void> } {
  const threads = { write: newHost(), list: newHost(), scan: newHost() }
  return {
    async open() {
      const { file, remove } = newFile()
      const write = await openIn(threads.write, file, false)
      const list = await openIn(threads.list, file, true)
      const scan = await openIn(threads.scan, file, true)
      return andThen(connectStore({ write, list, scan }), remove)
    },
    async lastly() {
      await Promise.all(Object.values(threads).map((thread) => thread.terminate()))
    },
  }
}

/** A store's threads, for tests that end or fill them. */
export interface StoreThreads {
  store: Store
  file: string
  writer: Worker
  list: Worker
  scan: Worker
}

/** An empty store with the readers that the server starts. */
export async function openWithReaders(): Promise<StoreThreads> {
  const { file, remove } = newFile()
  const writer = newHost()
  const write = await openIn(writer, file, false)
  const [list, scan] = [startReader({ file }), startReader({ file })]
  const store = andThen(connectStore({ write, list, scan }), async () => {
    await Promise.all([writer.terminate(), list.terminate(), scan.terminate()])
    remove()
  })
  return { store, file, writer, list, scan }
}

function newHost(): Worker {
  return new Worker(new URL('./host-thread.ts', import.meta.url))
}

async function openIn(thread: Worker, file: string, readOnly: boolean): Promise<MessagePort> {
  const { port1, port2 } = new MessageChannel()
  const ready = once(thread, 'message')
  thread.postMessage({ file, readOnly, port: port2 } satisfies HostRequest, [port2])
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
