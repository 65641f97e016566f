import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { startCuttingProxy } from '../../test/servers/cutting-proxy.ts'
import { skipWithout } from '../../test/servers/debian.ts'
import { startPostgres } from '../../test/servers/postgres.ts'
import { createEntries } from '../../test/store/entries.ts'
import { insertGateway, query } from '../../test/store/samples.ts'
import type { LogRecord } from '../contract/log-record.ts'
import { writeLogText } from '../contract/log-text.ts'
import { createJournal, type Journal } from '../journal/journal.ts'
import { systemClock } from '../kernel/clock.ts'
import { createTextLog } from '../kernel/text-log.ts'
import type { StorePlace } from '../store/engine.ts'
import { openSqlStore } from '../store/sql-store.ts'
import { type IngestThread, type MovedPart, startIngest } from './ingest.ts'

const dirs: string[] = []
after(() => dirs.forEach((dir) => rmSync(dir, { recursive: true, force: true })))

function newDir(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-ingest-'))
  dirs.push(dir)
  return dir
}

/** A journal and the thread that moves it into a store. */
interface Moving {
  journal: Journal
  ingest: IngestThread
  moved: MovedPart[]
  logLines: string[]
  append(record: LogRecord): Promise<void>
  close(): Promise<void>
}

async function startMoving(place: StorePlace, journalDir: string): Promise<Moving> {
  const moved: MovedPart[] = []
  const logLines: string[] = []
  const log = createTextLog('info', systemClock, (line) => void logLines.push(line))
  const ingest = await startIngest({ place, journalDir }, log, (part) => {
    moved.push(part)
    journal.release(part)
  })
  const journal = createJournal({
    dir: journalDir,
    writer: 0,
    clock: systemClock,
    log,
    maxBytes: 0,
    positions: [],
    onAppended: () => {},
  })
  return {
    journal,
    ingest,
    moved,
    logLines,
    append: (record) =>
      new Promise((resolve) => {
        journal.append({ meta: writeLogText(record), request: null, response: null, secrets: [] }, resolve)
      }),
    async close() {
      await journal.close()
      await ingest.close()
    },
  }
}

describe('jobs: the journal is moved to the store', () => {
  it('without the entries that the store refuses, which hold up no other', async () => {
    const dir = newDir()
    const place = { file: path.join(dir, 'tollgate.db') }
    const moving = await startMoving(place, path.join(dir, 'journal'))
    const store = await openSqlStore({ place, readOnly: false })
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const refused: string[] = []
    for (let index = 0; index < 100; index++) {
      const { record } = make(number)
      if ([0, 41, 42, 99].includes(index)) {
        // Such as no version ever wrote.
        Object.assign(record, { status: null })
        refused.push(record.id)
      }
      await moving.append(record)
    }
    await moving.ingest.caughtUp()
    assert.equal((await store.logs.page(query(number))).total, 96)
    for (const id of refused) {
      assert.equal(moving.logLines.filter((line) => line.includes(id)).length, 1, id)
      assert.equal(await store.logs.get(number, id), null)
    }
    assert.deepEqual([moving.journal.stats().pending, moving.journal.stats().waitingBytes], [0, 0])
    await moving.close()
    await store.close()
  })

  it('that it was written for: in another one the same numbers are other gateways', async () => {
    const dir = newDir()
    const journalDir = path.join(dir, 'journal')
    const places = ['one.db', 'two.db'].map((name) => ({ file: path.join(dir, name) }))
    const [one = assert.fail(), two = assert.fail()] = places
    const stores = await Promise.all(places.map((place) => openSqlStore({ place, readOnly: false })))
    const [first = assert.fail(), second = assert.fail()] = stores
    const { number } = await insertGateway(first, 'acme', 'one')
    assert.equal((await insertGateway(second, 'other', 'secret')).number, number)
    const { record } = createEntries()(number)

    const before = await startMoving(one, journalDir)
    await before.append(record)
    await before.close()
    const between = await startMoving(two, journalDir)
    await between.ingest.caughtUp()
    assert.equal((await second.logs.page(query(number))).total, 0)
    assert.ok(between.logLines.some((line) => line.includes('set aside')))
    await between.close()
    const again = await startMoving(one, journalDir)
    await again.ingest.caughtUp()
    assert.ok(await first.logs.get(number, record.id))
    assert.deepEqual(again.logLines, [])
    assert.equal(readdirSync(journalDir).filter((name) => name.startsWith('of-')).length, 1)
    await again.close()
    for (const store of stores) await store.close()
  })

  it(
    'once, and so counted, where the answer to a commit was lost',
    { skip: skipWithout('postgres', 'initdb') },
    async () => {
      const postgres = await startPostgres()
      const url = postgres.createDatabase()
      const proxy = await startCuttingProxy(Number(new URL(url).port))
      const store = await openSqlStore({ place: { url }, readOnly: false })
      const { number } = await insertGateway(store, 'acme', 'one')
      const make = createEntries()
      const moving = await startMoving(
        { url: url.replace(/:\d+\//, `:${proxy.port}/`) },
        path.join(newDir(), 'journal'),
      )
      await moving.append(make(number).record)
      await moving.ingest.caughtUp()

      const lost = [make(number).record, make(number).record]
      await Promise.all(lost.map(moving.append))
      proxy.cutAfter('commit')
      await assert.rejects(moving.ingest.caughtUp())
      assert.deepEqual([proxy.cuts(), moving.journal.stats().pending], [1, 2])
      // Had it been given to the store again, it would be there again.
      assert.equal(await store.logs.remove({ gateway: number, beforeMs: null, limit: 2 }), 2)
      await moving.append(make(number).record)
      await moving.ingest.caughtUp()
      assert.equal((await store.logs.page(query(number))).total, 2)
      assert.deepEqual(
        moving.moved.map(({ entries }) => entries),
        [1, 2, 1],
      )
      const { accepted, dropped, pending, waitingBytes } = moving.journal.stats()
      assert.deepEqual(
        { accepted, dropped, pending, waitingBytes },
        { accepted: 4, dropped: 0, pending: 0, waitingBytes: 0 },
      )
      await moving.close()
      await store.close()
      await proxy.close()
      await postgres.close()
    },
  )
})
