import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { GatewayError } from '../../src/kernel/errors.ts'
import { openSqlStore } from '../../src/store/sql-store.ts'
import type { Store } from '../../src/store/store.ts'
import { startCuttingProxy } from '../servers/cutting-proxy.ts'
import { skipWithout } from '../servers/debian.ts'
import { startPostgres, type TestPostgres } from '../servers/postgres.ts'
import { insertGateway, query, sampleAudit } from './samples.ts'
import { createEntries, type TestEntry } from './entries.ts'

const position = { lane: 'main', segment: 1, offset: 1 }
/** In the address as any password may be; the server of the test takes it without asking. */
const password = 'p%40ss-word'

describe('store: PostgreSQL away', { skip: skipWithout('postgres', 'initdb') }, () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.close())
  const newUrl = (): string => postgres.createDatabase().replace('tollgate@', `tollgate:${password}@`)

  it('several starts at once on an empty database make its tables once', async () => {
    const url = newUrl()
    const stores = await Promise.all(Array.from({ length: 4 }, () => openSqlStore({ place: { url }, readOnly: false })))
    await insertGateway(stores[0] ?? assert.fail(), 'acme', 'one')
    for (const store of stores) {
      assert.equal((await store.gateways.all()).length, 1)
      await store.close()
    }
    const doubled = 'select count(*) - count(distinct name) from kysely_migration having count(*) > 0'
    assert.deepEqual(postgres.query(url, doubled), ['0'])
  })

  it('a query past its deadline is stopped and says how to narrow it', async () => {
    const url = newUrl()
    const writer = await openSqlStore({ place: { url }, readOnly: false })
    const { number } = await insertGateway(writer, 'acme', 'one')
    await writer.logs.append([createEntries(Date.UTC(2026, 2, 1))(number)], position)
    // Ids of that day; many rows at once, since through the port it would take seconds.
    postgres.query(
      url,
      `insert into logs (gateway, id, provider, status, success, cached, duration_ms, detail)
      select ${number}, '019ca8c0-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), 'openai', 200, 1, 0, 5, '{}'
      from generate_series(1, 300000) n`,
    )
    const reader = await openSqlStore({ place: { url }, readOnly: true, deadlineMs: 10 })
    const passed = (error: unknown): boolean =>
      error instanceof GatewayError && error.code === 'unavailable' && error.message.includes('start_date')
    await assert.rejects(reader.logs.page(query(number, {}, { provider: 'nowhere' })), passed)
    await assert.rejects(reader.logs.page(query(number, { search: 'nowhere' })), passed)
    assert.equal((await reader.logs.page(query(number, {}, { untilMs: 5 }))).rows.length, 0)
    await reader.close()
    await writer.close()
  })

  /** Each kind of call once; how each ended. */
  const callAll = (store: Store, entry: TestEntry): Promise<PromiseSettledResult<unknown>[]> => {
    const { gateway: number, id } = entry.record
    return Promise.allSettled([
      store.ping(),
      store.gateways.all(),
      store.gateways.remove(number + 1, sampleAudit()),
      store.logs.positions(),
      store.logs.page(query(number, { orderBy: 'model' })),
      store.logs.get(number, id),
      store.logs.append([entry], position),
      store.logs.remove({ gateway: number + 1, beforeMs: null, limit: 1 }),
      store.logs.orphans(),
    ])
  }
  const assertAway = (results: PromiseSettledResult<unknown>[]): void => {
    for (const [index, result] of results.entries()) {
      const reason = result.status === 'rejected' ? (result.reason as unknown) : null
      assert.ok(reason instanceof GatewayError, `call ${index}: ${String(reason)}`)
      assert.equal(reason.code, 'unavailable')
      assert.doesNotMatch(`${reason.message} ${reason.stack}`, /ss-word/)
      assert.match(reason.message, /^The database (cannot be used now: |did not answer )/)
    }
  }

  it('a server that has stopped fails every call at once, and all is well when it is back', async () => {
    const store = await openSqlStore({ place: { url: newUrl() }, readOnly: false })
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    await store.logs.append([make(number)], position)
    for (let round = 0; round < 2; round++) {
      await postgres.stop()
      const startedMs = performance.now()
      assertAway(await callAll(store, make(number)))
      assertAway(await callAll(store, make(number)))
      assert.ok(performance.now() - startedMs < 2000)
      await postgres.start()
      await store.ping()
      assert.deepEqual(
        (await callAll(store, make(number))).filter(({ status }) => status === 'rejected'),
        [],
      )
    }
    assert.equal((await store.logs.page(query(number))).total, 3)
    await store.close()
  })

  it('a server that takes connections and answers nothing fails every call soon, also in a transaction', async () => {
    const store = await openSqlStore({ place: { url: newUrl() }, readOnly: false, deadlineMs: 2500 })
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    // Several connections are open when it happens.
    await callAll(store, make(number))
    postgres.freeze()
    const frozenMs = performance.now()
    assertAway(await callAll(store, make(number)))
    const firstMs = performance.now()
    assertAway(await callAll(store, make(number)))
    assert.ok(firstMs - frozenMs < 6500 && performance.now() - firstMs < 6500)
    postgres.thaw()
    await store.ping()
    assert.deepEqual(
      (await callAll(store, make(number))).filter(({ status }) => status === 'rejected'),
      [],
    )
    postgres.freeze()
    const open = assert.rejects(store.gateways.all(), { code: 'unavailable' })
    await setTimeout(100)
    const closingMs = performance.now()
    await store.close()
    await open
    assert.ok(performance.now() - closingMs < 3000)
    postgres.thaw()
  })

  it('an append whose commit was not answered is stored once when it comes again', async () => {
    const url = newUrl()
    const direct = await openSqlStore({ place: { url }, readOnly: false })
    const proxy = await startCuttingProxy(Number(new URL(url).port))
    const cut = await openSqlStore({ place: { url: url.replace(/:\d+\//, `:${proxy.port}/`) }, readOnly: false })
    const { number } = await insertGateway(direct, 'acme', 'one')
    const make = createEntries()
    // Makes the tables of the day, whose commit is another one.
    await cut.logs.append([make(number)], position)
    const entries = [make(number), make(number)]
    const next = { ...position, offset: 2 }
    proxy.cutAfter('commit')
    await assert.rejects(cut.logs.append(entries, next), { code: 'unavailable' })
    assert.equal(proxy.cuts(), 1)
    assert.deepEqual(await direct.logs.positions(), [next])
    await cut.logs.append(entries, next)
    assert.equal((await direct.logs.page(query(number))).total, 3)
    assert.deepEqual(postgres.query(url, 'select sum(live) from body_blocks'), ['3'])
    for (const store of [direct, cut]) await store.close()
    await proxy.close()
  })

  it('a large body has the time that a slow network needs', async () => {
    const url = newUrl()
    const proxy = await startCuttingProxy(Number(new URL(url).port))
    const place = { url: url.replace(/:\d+\//, `:${proxy.port}/`) }
    const store = await openSqlStore({ place, readOnly: false, deadlineMs: 500 })
    const { number } = await insertGateway(store, 'acme', 'one')
    proxy.pace(2000)
    const entry = createEntries()(number, { request: randomBytes(6_000_000) })
    await store.logs.append([entry], position)
    assert.equal((await store.logs.bodies(number, entry.record.id))?.request?.byteLength, 6_000_000)
    await store.close()
    await proxy.close()
  })

  it('a start waits for a server that comes a little later', async () => {
    const url = newUrl()
    // Else its start would begin with what all tests before have written.
    postgres.query(url, 'checkpoint')
    await postgres.stop()
    const opening = openSqlStore({ place: { url }, readOnly: false })
    await setTimeout(1500)
    await postgres.start()
    await (await opening).close()
  })

  it('a start without a server ends with one line that names the variable and not the password', async () => {
    const url = newUrl()
    await postgres.stop()
    const startedMs = performance.now()
    await assert.rejects(openSqlStore({ place: { url }, readOnly: false }), (error: Error) => {
      assert.match(
        error.message,
        /^TOLLGATE_DATABASE_URL is "postgres:\/\/tollgate:\*\*\*@127[^\n]*ECONNREFUSED[^\n]*$/,
      )
      assert.doesNotMatch(error.message, /ss-word/)
      return !('code' in error)
    })
    assert.ok(performance.now() - startedMs < 13_000)
    await postgres.start()
    const missing = url.replace(/[^/]+$/, 'no-such-database')
    await assert.rejects(
      openSqlStore({ place: { url: missing }, readOnly: false }),
      /"no-such-database" does not exist/,
    )
  })
})
