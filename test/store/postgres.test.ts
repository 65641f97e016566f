import { after, before, describe } from 'node:test'
import { skipWithout } from '../servers/debian.ts'
import { startPostgres, type TestPostgres } from '../servers/postgres.ts'
import { storeConformance } from './conformance.ts'
import { openTestStore, startStoreThreads, type TestPlace } from './open.ts'

describe('store: PostgreSQL', { skip: skipWithout('postgres', 'initdb') }, () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.close())
  const newDatabase = (): TestPlace => ({ place: { url: postgres.createDatabase() }, remove: () => {} })

  storeConformance('PostgreSQL in this thread', () => openTestStore(newDatabase))

  const threads = startStoreThreads(newDatabase)
  after(threads.lastly)
  storeConformance('PostgreSQL in other threads', threads.open)
})
