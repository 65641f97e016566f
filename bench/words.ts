import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate, setTimeout as delay } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { createWordReading } from '../src/jobs/read-words.ts'
import { systemClock } from '../src/kernel/clock.ts'
import { createIds } from '../src/kernel/ids.ts'
import { createTextLog } from '../src/kernel/text-log.ts'
import { connectStore, serveStore } from '../src/store/remote.ts'
import { openSqlStore } from '../src/store/sql-store.ts'
import { startReader } from '../src/store/start-reader.ts'
import type { Store } from '../src/store/store.ts'
import { entryOf } from './log-rows.ts'

const rowsPerAppend = 500
const account = 'bench'
/** Rows a second that text search must keep up with, and for how many. */
const pacedRate = 4000
const pacedRows = 100_000
const newId = createIds(Date.now)
let serials = 0

type Stores = Record<'writer' | 'store', Store>

type Print = (name: string, times: readonly number[], note: string) => void

/**
 * Text search: whether reading keeps up with 4000 rows of 2 KB a second, what it costs by itself, and what a search takes. The writing
 * end is in this thread, as it is in the ingest worker; words are read and rows looked for in threads of their own.
 */
export async function measureWords(rows: number, print: Print): Promise<void> {
  const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-bench-words-'))
  const place = { file: path.join(dir, 'tollgate.db') }
  const writer = await openSqlStore({ place, readOnly: false })
  const { port1, port2 } = new MessageChannel()
  serveStore(writer, port2)
  const list = startReader({ place })
  const store = connectStore({
    write: port1,
    list,
    scan: () => startReader({ place }),
    words: () => startReader({ place }),
  })
  const paced = Math.min(rows, pacedRows)
  const plain = await createGateway(writer, 'plain', false)
  const rate = await fill(writer, plain, paced, null)
  console.log(`${paced} rows without text search: ${rate.toFixed(0)} rows/s while they are written`)
  const gateway = await createGateway(writer, 'searched', true)
  await measureBeside({ writer, store }, gateway, paced)
  await measureReading({ writer, store }, gateway, rows - paced)
  const size = statSync(path.join(dir, 'tollgate.words.db')).size
  console.log(
    `the index of ${rows} rows has ${(size / 2 ** 20).toFixed(0)} MiB, ${(size / rows).toFixed(0)} bytes a row`,
  )
  for (const [name, search] of [
    ['search: a word of each row', wordOf(1)],
    ['search: a word of one row in 2000', wordOf(vocabulary - 1)],
    ['search: a word of no row', 'nowhere'],
  ] as const) {
    await measureSearch(store, { gateway, search }, name, print)
  }
  await store.close()
  await list.terminate()
  rmSync(dir, { recursive: true, force: true })
}

/** Rows come in at the rate that is aimed at, and are read as the job does it. */
async function measureBeside({ writer, store }: Stores, gateway: number, rows: number): Promise<void> {
  const reading = createWordReading({
    store,
    clock: systemClock,
    log: createTextLog('warn', systemClock, console.error),
  })
  await reading.run()
  reading.start()
  const startedMs = performance.now()
  let most = 0
  await fill(writer, gateway, rows, async (done) => {
    if (done % 20_000 === 0) most = Math.max(most, await pendingOf(store))
    await delay(Math.max((done / pacedRate) * 1000 - (performance.now() - startedMs), 0))
  })
  const rate = (rows / (performance.now() - startedMs)) * 1000
  const behind = await pendingOf(store)
  const endedMs = performance.now()
  while ((await pendingOf(store)) > 0) await delay(50)
  const seconds = ((performance.now() - endedMs) / 1000).toFixed(1)
  await reading.stop()
  console.log(
    `${rows} rows with text search, at ${rate.toFixed(0)} rows/s (${pacedRate} wanted): ${Math.max(most, behind)} rows behind at most, ` +
      `${behind} at the end, read ${seconds} s later`,
  )
}

/** What reading costs, with nothing beside it. */
async function measureReading({ writer, store }: Stores, gateway: number, rows: number): Promise<void> {
  if (rows <= 0) return
  await fill(writer, gateway, rows, null)
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  while (true) {
    const { looked, open } = await store.words.read(2000)
    if (open !== null) await store.words.settle(open)
    if (looked === 0) break
  }
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (performance.now() - startedMs) / 1000
  console.log(
    `${rows} rows read by themselves: ${((user + system) / rows).toFixed(1)} µs of CPU a row, ${(rows / seconds).toFixed(0)} rows/s`,
  )
}

async function pendingOf(store: Store): Promise<number> {
  return (await store.words.lags())[0]?.rows ?? 0
}

async function createGateway(writer: Store, id: string, isSearched: boolean): Promise<number> {
  const times = { cacheEpoch: 0, createdMs: Date.now(), modifiedMs: Date.now() }
  const change = { actor: 'admin', action: 'create', resource: 'gateway', before: null, after: null } as const
  const audit = { ...change, id: newId(), accountId: account, gatewayId: id, resourceId: id, atMs: Date.now() }
  const settings = { log_text_search: isSearched }
  return (await writer.gateways.insert({ accountId: account, id, settings, ...times }, audit))?.record.number ?? 0
}

/** Rows that were written in a second of writing; after each append `between` has its turn. */
async function fill(
  writer: Store,
  gateway: number,
  rows: number,
  between: ((done: number) => Promise<void>) | null,
): Promise<number> {
  let busyMs = 0
  for (let done = 0; done < rows; done += rowsPerAppend) {
    const entries = Array.from({ length: rowsPerAppend }, () => {
      const serial = serials++
      return entryOf(gateway, newId(), Date.now(), serial, [textOf(2 * serial), textOf(2 * serial + 1)])
    })
    const startedMs = performance.now()
    await writer.logs.append(entries, { lane: String(gateway), segment: 1, offset: done + 1 })
    busyMs += performance.now() - startedMs
    // What the job asks of this thread has its turn, as it has in the worker.
    await setImmediate()
    await between?.(done + rowsPerAppend)
  }
  return (rows / busyMs) * 1000
}

async function measureSearch(
  store: Store,
  selection: { gateway: number; search: string },
  name: string,
  print: Print,
): Promise<void> {
  const query = { ...selection, filters: [], ...newest }
  for (const kind of ['cursor', 'page'] as const) {
    const times: number[] = []
    let found = 0
    for (let turn = 0; turn < 25; turn++) {
      const startedMs = performance.now()
      const answered =
        kind === 'cursor'
          ? await store.logs.walk({ ...query, after: null, limit: 20, budgetMs: 80 })
          : await store.logs.page({ ...query, page: 1, perPage: 20, withRanges: false })
      if (turn >= 5) times.push(performance.now() - startedMs)
      found = answered.rows.length
    }
    print(`${name}, by ${kind}`, times, `${found} rows`)
  }
}

const newest = { orderBy: 'created_at', direction: 'desc' } as const

const vocabulary = 20_000

function wordOf(rank: number): string {
  return `w${((rank * 7919) % 999_983).toString(36)}`
}

const vocabularyWords = Array.from({ length: vocabulary }, (_, rank) => wordOf(rank))

/** About 1 KB of words, as unevenly common as those of a language. */
function textOf(serial: number): string {
  let seed = Math.imul(serial + 1, 2_654_435_761)
  const words = [wordOf(1)]
  let length = 0
  while (length < 990) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    const next = vocabularyWords[Math.floor(vocabulary ** (seed / 2 ** 32))] ?? ''
    words.push(next)
    length += next.length + 1
  }
  return words.join(' ')
}
