import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'
import { openSqlStore } from '../../src/store/sql-store.ts'
import { skipWithout } from '../servers/debian.ts'
import { startPostgres, type TestPostgres } from '../servers/postgres.ts'
import { insertGateway, query } from './samples.ts'
import { createEntries } from './entries.ts'

const position = { lane: 'main', segment: 1, offset: 1 }

describe('store: PostgreSQL: the tables of a day', { skip: skipWithout('postgres', 'initdb') }, () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.close())

  const tablesIn = (url: string): string[] =>
    postgres.query(url, "select relname from pg_class where relkind = 'r' and relname ~ '_[0-9]{8}$' order by 1")
  const today = new Date().toISOString().slice(0, 10).replaceAll('-', '')

  it('each day has its tables, and an old one goes when its last row has gone', async () => {
    const url = postgres.createDatabase()
    const store = await openSqlStore({ place: { url }, readOnly: false })
    const { number } = await insertGateway(store, 'acme', 'one')
    const old = createEntries(Date.UTC(2026, 2, 1))
    const older = createEntries(Date.UTC(2026, 1, 28))
    const now = createEntries(Date.now())
    await store.logs.append([old(number), older(number), older(number), now(number)], position)
    const days = ['20260228', '20260301', today]
    const tablesOf = (...kept: string[]): string[] =>
      ['body_blocks', 'logs'].flatMap((table) => kept.map((day) => `${table}_${day}`))
    assert.deepEqual(tablesIn(url), tablesOf(...days))

    await store.logs.remove({ gateway: number, beforeMs: Date.UTC(2026, 2, 1), limit: 1 })
    await store.logs.remove({ gateway: number, beforeMs: Date.UTC(2026, 2, 1), limit: 100 })
    while (tablesIn(url).length > 4) await setTimeout(20)
    assert.deepEqual(tablesIn(url), tablesOf('20260301', today))

    await store.logs.remove({ gateway: number, beforeMs: null, limit: 100 })
    while (tablesIn(url).length > 2) await setTimeout(20)
    // Today's stays although it is empty, and a late row makes its day again.
    assert.deepEqual(tablesIn(url), tablesOf(today))
    await store.logs.append([older(number), now(number)], position)
    assert.deepEqual(tablesIn(url), tablesOf('20260228', today))
    await store.close()
  })

  it('an append goes on where another process has dropped the day that it knew', async () => {
    const url = postgres.createDatabase()
    const [one, other] = [
      await openSqlStore({ place: { url }, readOnly: false }),
      await openSqlStore({ place: { url }, readOnly: false }),
    ]
    const { number } = await insertGateway(one, 'acme', 'one')
    const make = createEntries()
    for (let round = 0; round < 3; round++) {
      await one.logs.append([make(number), make(number)], position)
      await other.logs.remove({ gateway: number, beforeMs: null, limit: 100 })
      while (tablesIn(url).length > 0) await setTimeout(20)
    }
    await one.logs.append([make(number)], position)
    assert.equal((await other.logs.page(query(number))).total, 1)
    await one.close()
    await other.close()
  })

  it('a long scan does not keep new days from being made, nor a drop from being tried again', async () => {
    const url = postgres.createDatabase()
    const store = await openSqlStore({ place: { url }, readOnly: false })
    const { number } = await insertGateway(store, 'acme', 'one')
    await store.logs.append([createEntries()(number)], position)
    const scan = new Client({ connectionString: url })
    await scan.connect()
    await scan.query('begin')
    await scan.query('select count(*) from logs')
    await store.logs.remove({ gateway: number, beforeMs: null, limit: 100 })
    await store.logs.append([createEntries(Date.now())(number)], position)
    await setTimeout(500)
    assert.equal(tablesIn(url).length, 4)
    await scan.end()
    await store.logs.remove({ gateway: number, beforeMs: null, limit: 100 })
    while (tablesIn(url).length > 2) await setTimeout(100)
    await store.close()
  })

  it('removals at the same time leave no block behind', async () => {
    const url = postgres.createDatabase()
    const store = await openSqlStore({ place: { url }, readOnly: false })
    const { number } = await insertGateway(store, 'acme', 'one')
    // Of today, so that no emptied table is dropped.
    const make = createEntries(Date.now())
    await store.logs.append(
      Array.from({ length: 300 }, () => make(number)),
      position,
    )
    const remove = (): Promise<number> => store.logs.remove({ gateway: number, beforeMs: null, limit: 10 })
    while ((await Promise.all([remove(), remove(), remove()])).some((count) => count > 0));
    assert.deepEqual(postgres.query(url, 'select count(*) from logs union all select count(*) from body_blocks'), [
      '0',
      '0',
    ])
    await store.close()
  })
})
