import assert from 'node:assert/strict'
import { once } from 'node:events'
import { it } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { createLazyCaller } from '../../src/store/remote-caller.ts'
import { openSqlStore } from '../../src/store/sql-store.ts'
import { startReader } from '../../src/store/start-reader.ts'
import { newFile } from './open.ts'

it('a thread is started by the first call, ended when it is idle, and started again where it failed', async () => {
  const { place, remove } = newFile()
  const writer = await openSqlStore({ place, readOnly: false })
  const threads: Worker[] = []
  const open = (): Worker => {
    const thread = startReader({ place })
    threads.push(thread)
    return thread
  }
  const caller = createLazyCaller('scan', open, 50)
  await caller.call('store', 'close', [])
  assert.equal(threads.length, 0)

  assert.deepEqual(await Promise.all([1, 2].map(() => caller.call('logs', 'orphans', []))), [[], []])
  assert.equal(threads.length, 1)
  assert.ok(threads[0])
  await once(threads[0], 'exit')

  assert.deepEqual(await caller.call('logs', 'orphans', []), [])
  assert.equal(threads.length, 2)
  await threads[1]?.terminate()
  assert.deepEqual(await caller.call('logs', 'orphans', []), [])
  assert.equal(threads.length, 3)
  assert.ok(threads[2])
  const ended = once(threads[2], 'exit')
  await caller.call('store', 'close', [])
  await ended
  await writer.close()
  remove()
})
