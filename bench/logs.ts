// `npm run bench:logs`: what it takes to find, count and remove logs in a large SQLite store while requests come in. The
// store is filled through its port; then a server is started on it, 500 requests a second go through its data plane, and
// each call of the management API is made again and again.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { fillStore } from './log-rows.ts'
import type { LoadResult } from './load.ts'
import { runNode, type Server, startServer } from './processes.ts'
import { percentile } from './statistics.ts'
import { measureWords } from './words.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '500' },
    times: { type: 'string', default: '60' },
    /** A part of the names of calls, or `deletion`, or `words`: search over bodies alone, with a store of its own. */
    only: { type: 'string', default: '' },
    /** Keeps the filled store here, and uses it if it is there. */
    dir: { type: 'string', default: '' },
  },
})
const rows = Number(values.rows)
const adminToken = 'bench-admin-token'
/** A gateway of its own: the rows that come in now are all alike, and would be the newest. */
const loadedGateway = 'loaded'
process.on('disconnect', () => process.exit(1))
process.on('SIGINT', () => process.exit(130))

console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}`)
if (values.only === 'words') {
  await measureWords(rows, print)
  process.exit()
}
const dataDir = values.dir === '' ? mkdtempSync(path.join(tmpdir(), 'tollgate-bench-logs-')) : values.dir
const file = path.join(dataDir, 'tollgate.db')
await fill()
/** The time of the newest row. */
const filledMs = statSync(path.join(dataDir, 'filled')).mtimeMs
const upstream = await startServer(null, ['bench/upstream.ts'])
const server = await startServer(null, ['run.cjs', 'src/main.ts'], {
  TOLLGATE_PORT: '0',
  TOLLGATE_DATA_DIR: dataDir,
  TOLLGATE_ADMIN_TOKEN: adminToken,
  TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${upstream.url}/v1`,
})
await manage(server.url, 'POST', '', { id: loadedGateway })
await measureQueries(server)
if ('deletion'.includes(values.only)) await measureDeletion(server)
await server.stop()
await upstream.stop()
if (values.only === '') await measureWords(Math.min(rows, 100_000), print)
if (values.dir === '') rmSync(dataDir, { recursive: true, force: true })
process.exit()

async function fill(): Promise<void> {
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) return
  const cpu = process.cpuUsage()
  await fillStore(file, 'bench', 'bench', rows)
  writeFileSync(path.join(dataDir, 'filled'), '')
  const { user, system } = process.cpuUsage(cpu)
  const megabytes = (statSync(file).size / 2 ** 20).toFixed(0)
  console.log(
    `${rows} rows in ${megabytes} MiB, ${((user + system) / rows).toFixed(1)} µs of CPU for a row, making it included`,
  )
}

function filters(...list: [key: string, operator: string, ...value: (string | number | boolean)[]][]): string {
  const objects = list.map(([key, operator, ...value]) => ({ key, operator, value }))
  return `filters=${encodeURIComponent(JSON.stringify(objects))}`
}

/** Name and query; `slow` ones, which look at every row, are asked less often. */
function queries(): [name: string, query: string, kind?: 'slow'][] {
  const nobody = filters(['metadata.team', 'eq', 'nobody'])
  const agent = filters(['user_agent', 'contains', 'nowhere'])
  const both = filters(['provider', 'eq', 'groq'], ['success', 'eq', false])
  const cost = filters(['cost', 'gt', 0.0009], ['cost', 'lt', 0.00095])
  const duration = filters(['duration', 'gt', 5000])
  return [
    ['first page', ''],
    ['page 1000 by created_at', 'page=1000&per_page=50'],
    ['page 1000 by model', 'page=1000&per_page=50&order_by=model'],
    ['two filters', both],
    ['cost range', cost],
    ['duration range (2 rows in 10 000)', duration],
    ['user agent contains, a quarter', filters(['user_agent', 'contains', 'python'])],
    ['two filters, by cursor', `${both}&cursor=`],
    ['duration range, by cursor', `${duration}&cursor=`],
    ['metadata pair without a match, by cursor', `${nobody}&cursor=`],
    ['user agent without a match, by cursor', `${agent}&cursor=`],
    ['search without a match, by cursor', 'search=nowhere-at-all&cursor='],
    [
      'a day in the middle, by cursor',
      `${filters(['created_at', 'lt', new Date(Date.now() - rows * 500).toISOString()])}&cursor=`,
    ],
    ['first page with meta_info', 'meta_info=true', 'slow'],
    ['by provider', 'order_by=provider', 'slow'],
    ['metadata pair without a match, by page', nobody, 'slow'],
    ['user agent without a match, by page', agent, 'slow'],
  ]
}

async function measureQueries({ url }: Server): Promise<void> {
  const chosen = queries().filter(([name]) => name.includes(values.only))
  if (chosen.length === 0) return
  const running = load(url, 100_000)
  // The server's threads are started and compiled while nobody counts.
  for (let turn = 0; turn < 200; turn++)
    await manage(url, 'GET', `/bench/logs?${turn % 2 === 0 ? '' : 'order_by=model'}`)
  for (const [name, query, kind] of chosen) {
    const times: number[] = []
    let note = ''
    if (kind !== 'slow') for (let turn = 0; turn < 10; turn++) await manage(url, 'GET', `/bench/logs?${query}`)
    for (let turn = 0; turn < (kind === 'slow' ? 5 : Number(values.times)); turn++) {
      const startedMs = performance.now()
      const answered = await manage(url, 'GET', `/bench/logs?${query}`)
      times.push(performance.now() - startedMs)
      note = noteOf(answered)
    }
    print(name, times, note)
  }
  running.stop()
}

/** Three rounds, since one is too few on a shared machine. */
async function measureDeletion({ url }: Server): Promise<void> {
  const seconds = 10
  for (let round = 1; round <= 3; round++) {
    const alone = await load(url, seconds).result
    const beside = load(url, seconds).result
    const startedMs = performance.now()
    let removed = 0
    while (removed < 100_000) {
      const { body } = await manage(url, 'DELETE', '/bench/logs')
      const count = (body as { result?: { deleted: number } }).result?.deleted ?? 0 // An envelope of the management API.
      if (count === 0) break
      removed += count
    }
    const tookSeconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    const during = await beside
    console.log(
      `deletion of ${removed} rows in ${tookSeconds} s; data plane p50 ${ms(alone.p50Us)} alone, ${ms(during.p50Us)} beside it; ` +
        `p99 ${ms(alone.p99Us)} alone, ${ms(during.p99Us)} beside it, ms; ${alone.errors + during.errors} errors`,
    )
  }
}

function load(url: string, seconds: number): { result: Promise<LoadResult>; stop(): void } {
  const stopping = new AbortController()
  const args = ['bench/load.ts', '--mode', 'paced', '--url', `${url}/v1/bench/${loadedGateway}/openai/chat/completions`]
  const options = [
    '--rate',
    values.rate,
    '--seconds',
    String(seconds),
    '--headers',
    '{"authorization":"Bearer sk-bench"}',
  ]
  const result = runNode(null, [...args, ...options], stopping.signal).then((text) => JSON.parse(text) as LoadResult) // What load.ts prints.
  result.catch(() => {})
  return { result, stop: () => stopping.abort() }
}

async function manage(
  url: string,
  method: string,
  below: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const answered = await fetch(`${url}/client/v4/accounts/bench/ai-gateway/gateways${below}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: answered.status, body: await answered.json() }
}

interface Info {
  count?: number
  total_count?: number
  total_count_exact?: boolean
  complete?: boolean
  searched_until?: string | null
}

/** What an answer held, and how far it looked: of the store's rows each is a second older than the one before. */
function noteOf({ status, body }: { status: number; body: unknown }): string {
  const { result_info: info = {} } = body as { result_info?: Info } // An envelope of the management API.
  if (status !== 200) return `HTTP ${status}`
  if (info.complete === undefined)
    return `${info.count} rows of ${info.total_count}${info.total_count_exact ? '' : ' or more'}`
  const looked = info.searched_until ? Math.round((filledMs - Date.parse(info.searched_until)) / 1000) : rows
  return `${info.count} rows, looked at ${looked}${info.complete ? ', complete' : ''}`
}

function print(name: string, times: readonly number[], note: string): void {
  const figures = [0.5, 0.95, 1].map((share) => percentile(times, share).toFixed(1).padStart(8)).join('')
  console.log(`${name.padEnd(44)}${figures} ms   ${note}`)
}

function ms(us: number | null): string {
  return us === null ? '?' : (us / 1000).toFixed(2)
}
