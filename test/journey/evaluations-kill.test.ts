import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { skipWithout } from '../servers/debian.ts'
import { startPostgres } from '../servers/postgres.ts'
import { startEvaluationProvider } from './evaluation-provider.ts'
import { manage, startServer } from './kill-driver.ts'

/** `TOLLGATE_TEST_CASES=10000` for the whole of it. */
const cases = Number(process.env['TOLLGATE_TEST_CASES'] ?? 2000)
const concurrency = 8
const timeout = 100_000 + cases * 20

interface Shown {
  id: string
  processed: boolean
  status: string
  score: number | null
  completed: number
  failed: number
}

describe('an evaluation whose server is killed half-way', () => {
  it('is finished by the next one: nothing is asked or counted twice', { timeout }, () => killHalfWay({}))

  it('also on PostgreSQL', { timeout, skip: skipWithout('postgres', 'initdb') }, async () => {
    const postgres = await startPostgres()
    try {
      await killHalfWay({ TOLLGATE_DATABASE_URL: postgres.createDatabase() })
    } finally {
      await postgres.close()
    }
  })
})

async function killHalfWay(store: Record<string, string>): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tollgate-evaluation-kill-'))
  const environment = { ...store, TOLLGATE_PROVIDER_OPENAI_API_KEY: 'sk-test' }
  const provider = await startEvaluationProvider()
  const halfWay = Promise.withResolvers<void>()
  // Three of four are right.
  provider.answerTo = (text) => {
    if (provider.asked.length === cases / 2) halfWay.resolve()
    return { text: Number(text) % 4 === 0 ? 'wrong' : text }
  }
  let server = await startServer(dataDir, provider.url, { environment })
  try {
    await manage(server.url, 'POST', '/gateways', { id: 'g' })
    const data = Array.from({ length: cases }, (_, at) => ({ input: `${at}`, expected_output: `${at}` }))
    const set = (await manage(server.url, 'POST', '/gateways/g/datasets', { name: 'd', data })).result as { id: string }
    const body = { dataset_id: set.id, evaluation_type: 'exact_match', model: 'openai/gpt-4o-mini', concurrency }
    const made = (await manage(server.url, 'POST', '/gateways/g/evaluations', body)).result as Shown
    await halfWay.promise
    await server.end('SIGKILL')
    server = await startServer(dataDir, provider.url, { environment })

    let shown = made
    while (!shown.processed) {
      await delay(100)
      const { result } = await manage(server.url, 'GET', '/gateways/g/evaluations')
      shown = (result as Shown[])[0] ?? made
    }
    assert.deepEqual(
      [shown.status, shown.score, shown.completed, shown.failed],
      ['complete', 0.75, cases, 0],
      JSON.stringify(shown),
    )
    assert.ok(provider.asked.length <= cases + concurrency, `${provider.asked.length} calls for ${cases} cases`)
    assert.equal(new Set(provider.asked.map(({ text }) => text)).size, cases)
    const inputs = new Set<string>()
    for (let page = 1; page <= cases / 100; page++) {
      const of = `/gateways/g/evaluations/${made.id}/results?per_page=100&page=${page}`
      const { result, result_info: info } = await manage(server.url, 'GET', of)
      for (const { input } of result as { input: string }[]) inputs.add(input)
      assert.equal(info?.total_count, cases)
    }
    assert.equal(inputs.size, cases)
  } finally {
    server.child.kill('SIGKILL')
    await provider.close()
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
  }
}
