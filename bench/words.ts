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

type Print = (name: string, times: readonly number[], note: string) => void

/**
 * Text search: how fast rows of 2 KB come in while their words are read, how far that is behind, and what a search takes. The
 * writing end is in this thread, as it is in the ingest worker; words are read and rows looked for in threads of their own.
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
  for (const isOn of [false, true]) await fill({ writer, store }, rows, isOn)
  const size = statSync(path.join(dir, 'tollgate.words.db')).size
  console.log(
    `the index of ${rows} rows has ${(size / 2 ** 20).toFixed(0)} MiB, ${(size / rows).toFixed(0)} bytes a row`,
  )
  const [, gateway = 0] = (await store.gateways.all()).map(({ number }) => number)
  for (const [name, search] of [
    ['search: a word of each row', word(1)],
    ['search: a word of one row in 2000', word(vocabulary - 1)],
    ['search: a word of no row', 'nowhere'],
  ] as const) {
    await measureSearch(store, { gateway, search }, name, print)
  }
  await store.close()
  await list.terminate()
  rmSync(dir, { recursive: true, force: true })
}

async function fill({ writer, store }: Record<'writer' | 'store', Store>, rows: number, isOn: boolean): Promise<void> {
  const newId = createIds(Date.now)
  const times = { cacheEpoch: 0, createdMs: Date.now(), modifiedMs: Date.now() }
  const change = { actor: 'admin', action: 'create', resource: 'gateway', before: null, after: null } as const
  const id = isOn ? 'searched' : 'plain'
  const audit = { ...change, id: newId(), accountId: account, gatewayId: id, resourceId: id, atMs: Date.now() }
  const settings = { log_text_search: isOn }
  const number =
    (await writer.gateways.insert({ accountId: account, id, settings, ...times }, audit))?.record.number ?? 0
  const reading = createWordReading({
    store,
    clock: systemClock,
    log: createTextLog('warn', systemClock, console.error),
  })
  await reading.run()
  reading.start()
  let busyMs = 0
  let mostRows = 0
  for (let done = 0; done < rows; done += rowsPerAppend) {
    const entries = Array.from({ length: rowsPerAppend }, (_, at) =>
      entryOf(number, newId(), Date.now(), done + at, [textOf(2 * (done + at)), textOf(2 * (done + at) + 1)]),
    )
    const startedMs = performance.now()
    await writer.logs.append(entries, { lane: id, segment: 1, offset: done + 1 })
    busyMs += performance.now() - startedMs
    // What the job asks of this thread has its turn, as it has in the worker.
    await setImmediate()
    if (done % 10_000 === 0) mostRows = Math.max(mostRows, (await store.words.lags())[0]?.rows ?? 0)
  }
  const rate = (rows / busyMs) * 1000
  const endedMs = performance.now()
  const [lag] = await store.words.lags()
  while (((await store.words.lags())[0]?.rows ?? 0) > 0) await delay(50)
  const behind = ((performance.now() - endedMs) / 1000).toFixed(1)
  await reading.stop()
  console.log(
    `${rows} rows with text search ${isOn ? 'on' : 'off'}: ${rate.toFixed(0)} rows/s while they are written` +
      (isOn ? `; at the end ${lag?.rows ?? 0} rows behind, read ${behind} s later` : ''),
  )
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

function word(rank: number): string {
  return `w${((rank * 7919) % 999_983).toString(36)}`
}

/** About 1 KB of words, as unevenly common as those of a language. */
function textOf(serial: number): string {
  let seed = Math.imul(serial + 1, 2_654_435_761)
  const words = [word(1)]
  let length = 0
  while (length < 990) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    const next = word(Math.floor(vocabulary ** (seed / 2 ** 32)))
    words.push(next)
    length += next.length + 1
  }
  return words.join(' ')
}
