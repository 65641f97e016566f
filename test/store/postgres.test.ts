import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openSqlStore } from '../../src/store/sql-store.ts'
import { skipWithout } from '../servers/debian.ts'
import { startPostgres, type TestPostgres } from '../servers/postgres.ts'
import { storeConformance } from './conformance.ts'
import { createEntries } from './entries.ts'
import { openTestStore, startStoreThreads, type TestPlace } from './open.ts'
import { insertGateway, query } from './samples.ts'

describe('store: PostgreSQL', { skip: skipWithout('postgres', 'initdb') }, () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.close())
  const newDatabase = (): TestPlace => ({ place: { url: postgres.createDatabase() }, remove: () => {} })

  storeConformance('PostgreSQL in this thread', () => openTestStore(newDatabase))

  it('the order is that of bytes, whatever the language of the database is', async () => {
    const [name, url] = ['in_english', postgres.url.replace(/[^/]+$/, 'in_english')]
    const language = "template template0 locale_provider icu icu_locale 'en-US'"
    postgres.query(postgres.url, `create database ${name} ${language}`)
    assert.deepEqual(postgres.query(url, "select 'a' < 'B'"), ['t'])
    const store = await openSqlStore({ place: { url }, readOnly: false })
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const providers = ['a', 'B', 'ab', 'a-c', 'Z']
    await store.logs.append(
      providers.map((provider) => make(number, { provider })),
      { lane: 'main', segment: 1, offset: 1 },
    )
    const { rows } = await store.logs.page(query(number, { orderBy: 'provider', direction: 'asc' }))
    assert.deepEqual(
      rows.map((row) => row.provider),
      providers.toSorted(),
    )
    await store.close()
  })

  const threads = startStoreThreads(newDatabase)
  after(threads.lastly)
  storeConformance('PostgreSQL in other threads', threads.open)
})
