// `npm run bench:evaluations`: how many cases a second an evaluation gets through, with what memory, and what the data plane
// beside it notices; and how long folding the rows of a large store takes.
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { LoadResult } from './load.ts'
import { fillStore } from './log-rows.ts'
import { rssMib, runNode, type Server, startServer } from './processes.ts'
import { median } from './statistics.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    rows: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '200' },
    concurrency: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  },
})
const cases = Number(values.cases)
const adminToken = 'bench-admin-token'
const dataDir = mkdtempSync(path.join(tmpdir(), 'tollgate-bench-evaluations-'))
process.on('exit', () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 }))
process.on('disconnect', () => process.exit(1))
process.on('SIGINT', () => process.exit(130))

interface Shown {
  id: string
  processed: boolean
  status: string
  completed: number
  failed: number
  results: { evaluation_type_id: string; result: string; total_logs: number }[]
}

console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}`)
if ('fold'.includes(values.only))
  await fillStore(path.join(dataDir, 'tollgate.db'), 'bench', 'rows', Number(values.rows))
// A provider that takes a millisecond, and one that takes none for the traffic beside it.
const [upstream, quick] = [
  await startServer(null, ['bench/upstream.ts', '1']),
  await startServer(null, ['bench/upstream.ts']),
]
const server = await startServer(null, ['run.cjs', 'src/main.ts'], {
  TOLLGATE_PORT: '0',
  TOLLGATE_DATA_DIR: dataDir,
  TOLLGATE_ADMIN_TOKEN: adminToken,
  TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${upstream.url}/v1`,
  TOLLGATE_PROVIDER_OPENAI_API_KEY: 'sk-bench',
  TOLLGATE_PROVIDER_GROQ_BASE_URL: `${quick.url}/v1`,
})
if ('cases'.includes(values.only)) await measureCases(server)
if ('fold'.includes(values.only)) await measureFold()
await Promise.all([server.stop(), upstream.stop(), quick.stop()])
process.exit()

async function measureCases({ url, pid }: Server): Promise<void> {
  await manage('POST', '', { id: 'cases' })
  await manage('POST', '', { id: 'beside' })
  const data = Array.from({ length: cases }, (_, at) => ({ input: `case ${at}`, expected_output: 'x' }))
  const { id } = await manage<Shown>('POST', '/cases/datasets', { name: 'd', data })
  const ask = { dataset_id: id, evaluation_type: 'exact_match', model: 'openai/gpt-4o-mini' }
  // Compiled and warm before anything counts.
  await load(url, 5)
  const warmMs = performance.now()
  await untilEnded('cases', await manage<Shown>('POST', '/cases/evaluations', { ...ask, name: 'warm' }))
  // The traffic ends before the evaluation does: all that is counted is beside it.
  const besideSeconds = Math.max(2, Math.floor((performance.now() - warmMs) / 1250))
  for (let round = 1; round <= Number(values.rounds); round++) {
    const alone = await load(url, besideSeconds)
    const before = rssMib(pid).server
    const startedMs = performance.now()
    const concurrency = Number(values.concurrency)
    const made = await manage<Shown>('POST', '/cases/evaluations', { ...ask, name: `round ${round}`, concurrency })
    const beside = load(url, besideSeconds)
    const memory: number[] = []
    const shown = await untilEnded('cases', made, () => memory.push(rssMib(pid).server))
    const seconds = (performance.now() - startedMs) / 1000
    const during = await beside
    const half = Math.floor(memory.length / 2)
    const [early, late] = [median(memory.slice(0, half)), median(memory.slice(half))]
    console.log(
      `${shown.completed} cases (${shown.failed} failed) in ${seconds.toFixed(1)} s: ${(cases / seconds).toFixed(0)} a second; ` +
        `memory ${before.toFixed(0)} MiB before, ${early.toFixed(0)} in the first half, ${late.toFixed(0)} in the second; ` +
        `data plane at ${values.rate}/s p50 ${ms(alone.p50Us)} alone, ${ms(during.p50Us)} beside it; ` +
        `p99 ${ms(alone.p99Us)} alone, ${ms(during.p99Us)} beside it, ms; ${alone.errors + during.errors} errors`,
    )
  }
}

async function measureFold(): Promise<void> {
  const { id } = await manage<Shown>('POST', '/rows/datasets', { name: 'all', filters: [] })
  const filters = [{ key: 'success', operator: 'eq', value: [true] }]
  const good = await manage<Shown>('POST', '/rows/datasets', { name: 'good', filters })
  for (const [name, dataset] of [
    ['all', id],
    ['by a filter', good.id],
  ] as const) {
    for (let round = 1; round <= Number(values.rounds); round++) {
      const startedMs = performance.now()
      const made = await manage<Shown>('POST', '/rows/evaluations', {
        dataset_ids: [dataset],
        evaluation_type_ids: ['cost', 'speed', 'human_feedback'],
      })
      await untilEnded('rows', made)
      const seconds = (performance.now() - startedMs) / 1000
      const { results } = await manage<Shown>('GET', `/rows/evaluations/${made.id}`)
      console.log(`folded ${results[0]?.total_logs} of ${values.rows} rows (${name}) in ${seconds.toFixed(2)} s`)
    }
  }
}

async function untilEnded(gateway: string, made: Shown, onLook: () => void = () => {}): Promise<Shown> {
  for (;;) {
    await delay(100)
    onLook()
    const [shown] = await manage<Shown[]>('GET', `/${gateway}/evaluations?search=${made.id}`)
    if (shown?.processed && shown.status !== 'complete') throw new Error(`bench: ${JSON.stringify(shown)}`)
    if (shown?.processed) return shown
  }
}

/** Traffic on another gateway. */
async function load(url: string, seconds: number): Promise<LoadResult> {
  const target = `${url}/v1/bench/beside/groq/chat/completions`
  const args = [
    'bench/load.ts',
    '--mode',
    'paced',
    '--url',
    target,
    '--rate',
    values.rate,
    '--seconds',
    String(seconds),
  ]
  // What load.ts prints.
  return JSON.parse(await runNode(null, [...args, '--headers', '{"authorization":"Bearer sk-bench"}'])) as LoadResult
}

async function manage<T>(method: string, below: string, body?: unknown): Promise<T> {
  const answered = await fetch(`${server.url}/client/v4/accounts/bench/ai-gateway/gateways${below}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  // An envelope of the management API.
  const { success, result, errors } = (await answered.json()) as { success: boolean; result: T; errors: unknown }
  if (!success) throw new Error(`bench: ${method} ${below}: ${JSON.stringify(errors)}`)
  return result
}

function ms(us: number | null): string {
  return us === null ? '?' : (us / 1000).toFixed(2)
}
