import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { GatewayError } from '../../src/kernel/errors.ts'
import { openSqlStore } from '../../src/store/sql-store.ts'
import { storeConformance } from './conformance.ts'
import { insertGateway, query, sampleAudit } from './samples.ts'
import { createEntries } from './entries.ts'
import { readAllWords } from './read-words.ts'
import { hashWord } from '../../src/store/words-of.ts'
import { newFile, openTestStore, openWithReaders, startStoreThreads } from './open.ts'

storeConformance('SQLite in this thread', () => openTestStore())
const position = { lane: 'main', segment: 1, offset: 1 }

const threads = startStoreThreads()
after(threads.lastly)
storeConformance('SQLite in other threads', threads.open)

describe('store: SQLite files', () => {
  it('what speaks with PostgreSQL is not loaded', async () => {
    await (await openTestStore()).close()
    const loaded = Object.keys(createRequire(import.meta.url).cache)
    assert.deepEqual(
      loaded.filter((file) => /node_modules.pg/.test(file)),
      [],
    )
  })

  it('everything is there after the file is opened again', async () => {
    const { file, remove } = newFile()
    const first = await openSqlStore({ place: { file }, readOnly: false })
    const gateway = await insertGateway(first, 'acme', 'one')
    const entry = createEntries()(gateway.number)
    await first.logs.append([entry], { lane: 'main', segment: 3, offset: 4 })
    await first.close()

    const second = await openSqlStore({ place: { file }, readOnly: false })
    assert.deepEqual(await second.gateways.all(), [gateway])
    assert.equal((await second.logs.get(gateway.number, entry.record.id))?.requestHead, '{"messages":[]}')
    assert.deepEqual(await second.logs.positions(), [{ lane: 'main', segment: 3, offset: 4 }])
    await second.close()
    remove()
  })

  it('rows of before there were counts are counted', async () => {
    const { file, remove } = newFile()
    const first = await openSqlStore({ place: { file }, readOnly: false })
    const { number } = await insertGateway(first, 'acme', 'one')
    const make = createEntries()
    await first.logs.append([make(number), make(number)], position)
    await first.close()
    const database = new DatabaseSync(file)
    database.exec('DROP TABLE log_counts; DROP INDEX logs_gateway_model; DROP TABLE datasets; DROP TABLE evaluations')
    database.exec("DELETE FROM kysely_migration WHERE name >= '0006'")
    database.close()

    const second = await openSqlStore({ place: { file }, readOnly: false })
    await second.logs.append([make(number)], position)
    assert.deepEqual(await second.logs.counts(), [{ gateway: number, rows: 3, refused: 0 }])
    await second.close()
    remove()
  })

  it('removed rows leave no byte of their bodies or metadata in any file', async () => {
    const { file, dir, remove } = newFile()
    const store = await openSqlStore({ place: { file }, readOnly: false })
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    // Random bytes cannot be compressed, so they stand in the file as they are.
    const secrets = Array.from({ length: 120 }, () => randomBytes(600))
    const entries = secrets.map((request, index) =>
      make(number, { request, metadata: { note: `marker-${index}-end` } }),
    )
    await store.logs.append(entries, position)
    // A replay after a crash must not leave copies behind either.
    await store.logs.append(entries, position)
    const present = (marker: Buffer | string): boolean =>
      readdirSync(dir).some((name) => readFileSync(path.join(dir, name)).includes(marker))
    // A few stand across two pages of the file, and are not found whole.
    const found = secrets.map(present)
    assert.ok(found.slice(0, 70).filter(Boolean).length > 40)

    await store.logs.remove({ gateway: number, beforeMs: null, limit: 70 })
    while (present('marker-69-end')) await setTimeout(100)
    secrets.slice(0, 70).forEach((secret, index) => assert.equal(present(secret), false, `body ${index}`))
    assert.equal(present('marker-70-end'), true)
    const kept = await store.logs.bodies(number, entries[70]?.record.id ?? '')
    assert.deepEqual(Buffer.from(kept?.request ?? []), secrets[70])
    await store.close()
    remove()
  })

  it('removed rows and dropped gateways leave no word in any file, and words of bodies are never in clear there', async () => {
    const { file, dir, remove } = newFile()
    const store = await openSqlStore({ place: { file }, readOnly: false })
    const [one, two] = [await insertGateway(store, 'acme', 'one'), await insertGateway(store, 'acme', 'two')]
    await store.words.keep([one.number, two.number])
    const make = createEntries()
    const secrets = Array.from({ length: 60 }, () => randomBytes(16).toString('hex'))
    const entries = Array.from({ length: 60 }, (_, index) =>
      make(index < 50 ? one.number : two.number, {
        request: JSON.stringify([`word${secrets[index]} and others`]),
        metadata: { note: secrets[index] ?? '' },
      }),
    )
    await store.logs.append(entries, position)
    await readAllWords(store, 20)
    const holds = (part: string | Buffer): boolean =>
      readdirSync(dir)
        .filter((name) => name.includes('.words.'))
        .some((name) => readFileSync(path.join(dir, name)).includes(part))
    const present = (index: number): boolean => {
      const hash = Buffer.alloc(6)
      hashWord(`word${secrets[index]}`, (low, high) => hash.writeUInt16LE(high, hash.writeUInt32LE(low, 0)))
      assert.equal(holds(`word${secrets[index]}`), false)
      assert.equal(holds(hash), holds(secrets[index] ?? ''), 'the word and the metadata')
      return holds(hash)
    }
    assert.deepEqual([present(30), present(49), present(55)], [true, true, true])
    await store.logs.removeIds(
      one.number,
      entries.slice(10, 49).map(({ record }) => record.id),
    )
    await readAllWords(store)
    for (let index = 10; index < 49; index++) assert.equal(present(index), false, String(index))
    assert.deepEqual([present(49), present(55)], [true, true])
    assert.equal(await store.words.drop(two.number), 'dropped')
    await store.words.forget(two.number)
    await readAllWords(store)
    assert.deepEqual([present(49), present(55)], [true, false])
    await store.logs.remove({ gateway: one.number, limit: 100 })
    await readAllWords(store)
    assert.equal(present(49), false)
    await store.close()
    remove()
  })

  it('words whose file was lost are read again', async () => {
    const { file, dir, remove } = newFile()
    const first = await openSqlStore({ place: { file }, readOnly: false })
    const { number } = await insertGateway(first, 'acme', 'one')
    await first.words.keep([number])
    await first.logs.append([createEntries()(number, { request: '["heron"]', metadata: { note: 'egret' } })], position)
    await readAllWords(first)
    await first.close()
    for (const name of readdirSync(dir).filter((one) => one.includes('.words.'))) rmSync(path.join(dir, name))
    const second = await openSqlStore({ place: { file }, readOnly: false })
    const found = async (search: string): Promise<number> => (await second.logs.page(query(number, { search }))).total
    // Of metadata nothing is missing meanwhile.
    assert.deepEqual([await found('heron'), await found('egret')], [0, 1])
    await readAllWords(second)
    assert.deepEqual([await found('heron'), await found('egret')], [1, 1])
    await second.close()
    remove()
  })

  it('a removal does not wait for a long query, and its bytes go when that has ended', async () => {
    const { file, dir, remove } = newFile()
    const store = await openSqlStore({ place: { file }, readOnly: false })
    const { number } = await insertGateway(store, 'acme', 'one')
    await store.logs.append([createEntries()(number, { metadata: { note: 'a-marker' } })], position)
    const reader = new DatabaseSync(file, { readOnly: true })
    reader.exec('BEGIN; SELECT * FROM logs')
    const isPresent = (): boolean =>
      readdirSync(dir).some((name) => readFileSync(path.join(dir, name)).includes('a-marker'))

    const startedMs = performance.now()
    assert.equal(await store.logs.remove({ gateway: number, beforeMs: null, limit: 10 }), 1)
    assert.ok(performance.now() - startedMs < 1000)
    assert.equal(isPresent(), true)
    reader.exec('COMMIT')
    reader.close()
    while (isPresent()) await setTimeout(50)
    await store.close()
    remove()
  })

  it('a query past its deadline is stopped and says how to narrow it', async () => {
    const { file, remove } = newFile()
    const store = await openSqlStore({ place: { file }, readOnly: false, deadlineMs: 1 })
    const { number } = await insertGateway(store, 'acme', 'one')
    fillLogs(file, number, 150_000)
    const passed = (error: unknown): boolean =>
      error instanceof GatewayError && error.code === 'unavailable' && error.message.includes('start_date')
    await assert.rejects(store.logs.page(query(number, {}, { provider: 'nowhere' })), passed)
    await assert.rejects(store.logs.page(query(number, { search: 'nothing' })), passed)
    // The handle is not spoilt: a query on a narrow range still answers.
    assert.equal((await store.logs.page(query(number, {}, { untilMs: 5 }))).rows.length, 0)
    await store.close()
    remove()
  })
})

describe('store: threads', () => {
  it('calls on a thread that has ended reject at once, those on the others still answer', async () => {
    const { store, list, scan, writer } = await openWithReaders()
    const { number } = await insertGateway(store, 'acme', 'one')
    const open = store.logs.page(query(number))
    const ended = { name: 'GatewayError', code: 'unavailable' }
    const rejected = assert.rejects(open, ended)
    await list.terminate()
    await rejected
    await assert.rejects(store.logs.page(query(number)), ended)
    await assert.rejects(store.ping(), ended)
    assert.deepEqual(await store.logs.orphans(), [])
    await scan.terminate()
    await assert.rejects(store.logs.orphans(), ended)
    assert.equal(await store.gateways.remove(number, sampleAudit()), 2)
    await writer.terminate()
    await assert.rejects(store.gateways.remove(number, sampleAudit()), ended)
    await assert.rejects(store.close(), ended)
  })

  it('a store whose scanning thread has ended is not ready', async () => {
    const { store, scan } = await openWithReaders()
    await store.ping()
    await scan.terminate()
    await assert.rejects(store.ping(), { name: 'GatewayError', code: 'unavailable' })
    await assert.rejects(store.close())
  })

  it('scans that take long hold up neither a row, a plain page nor a ping', async () => {
    const { file, place, remove } = newFile()
    const { store } = await openWithReaders(() => ({ place, remove }))
    const { number } = await insertGateway(store, 'acme', 'one')
    const entry = createEntries()(number)
    await store.logs.append([entry], position)
    fillLogs(file, number, 150_000)
    const order: string[] = []
    const scans = Array.from({ length: 5 }, () => store.logs.page(query(number, {}, { provider: 'nowhere' })))
    const all = Promise.all(scans).then(() => order.push('scans'))
    assert.ok(await store.logs.get(number, entry.record.id))
    assert.equal((await store.logs.page(query(number))).rows.length, 50)
    await store.ping()
    order.push('quick reads')
    await all
    assert.deepEqual(order, ['quick reads', 'scans'])
    await store.close()
  })

  it('a row is seen by the reader as soon as its write has answered', async () => {
    const { store } = await openWithReaders()
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    for (let round = 1; round <= 50; round++) {
      const entry = make(number)
      await store.logs.append([entry], { lane: 'main', segment: 1, offset: round })
      assert.ok(await store.logs.get(number, entry.record.id))
    }
    await store.close()
  })

  it('an error of the engine crosses with its message', async () => {
    const { store } = await openWithReaders()
    const { number } = await insertGateway(store, 'acme', 'one')
    const entry = createEntries()(number)
    Object.assign(entry.summary, { status: null })
    await assert.rejects(store.logs.append([entry], position), /logs\.status/)
    await store.close()
  })
})

/** Many rows at once, by a handle of its own: through the port it would take seconds. */
function fillLogs(file: string, gateway: number, count: number): void {
  const database = new DatabaseSync(file)
  database.exec(`
    INSERT INTO logs (gateway, id, provider, status, success, cached, duration_ms, detail)
    WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${count})
    SELECT ${gateway}, printf('01956f3e-0000-7000-8000-%012x', n), 'openai', 200, 1, 0, 5, '{}' FROM counted`)
  database.close()
}
