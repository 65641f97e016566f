import assert from 'node:assert/strict'
import { systemClock } from '../../src/kernel/clock.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { type EvaluationProvider, startEvaluationProvider } from './evaluation-provider.ts'

// The results of whichever route was called: each test knows their shape.
// oxlint-disable-next-line typescript/no-explicit-any -- see above
export type Result = any

/** A server whose evaluations ask a scripted provider, and a gateway of its own for each test. */
export interface EvaluationJourney {
  provider: EvaluationProvider
  tollgate: TestTollgate
  /** The path of the test's gateway. */
  base: string
  /** By which the server's clock goes ahead. */
  ahead: { ms: number }
  /** Makes another gateway, and has the provider say what it was asked. */
  begin(): Promise<void>
  /** Calls a route below the gateway, which answers with 200; its result. */
  call(method: string, path: string, body?: unknown): Promise<Result>
  /** Makes a dataset; its id. */
  dataset(data: object[], more?: object): Promise<string>
  /** An evaluation when it has ended. */
  ended(id: string): Promise<Result>
  evaluate(body: object): Promise<Result>
  close(): Promise<void>
}

export async function openEvaluations(): Promise<EvaluationJourney> {
  const provider = await startEvaluationProvider()
  const environment = {
    TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${provider.url}/v1`,
    TOLLGATE_PROVIDER_OPENAI_API_KEY: 'sk-test',
    TOLLGATE_PROVIDER_ANTHROPIC_BASE_URL: `${provider.url}/anthropic`,
    TOLLGATE_PROVIDER_ANTHROPIC_API_KEY: 'sk-test',
  }
  const ahead = { ms: 0 }
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + ahead.ms }
  let gateways = 0
  const journey: EvaluationJourney = {
    provider,
    tollgate: await startForTest(environment, {}, clock),
    base: '',
    ahead,
    async begin() {
      provider.asked = []
      provider.mostRunning = 0
      provider.answerTo = () => ({})
      journey.base = `/gateways/e-${gateways++}`
      await journey.tollgate.gateway(journey.base.slice('/gateways/'.length))
    },
    async call(method, path, body) {
      const answer = await journey.tollgate.manage(method, `${journey.base}${path}`, body)
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      return answer.body.result
    },
    async dataset(data, more = {}) {
      return (await journey.call('POST', '/datasets', { name: `set ${Math.random()}`, data, ...more })).id
    },
    async ended(id) {
      for (let tries = 0; tries < 600; tries++) {
        const shown = await journey.call('GET', `/evaluations/${id}`)
        if (shown.processed) return shown
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      return assert.fail('it never ended')
    },
    evaluate: async (body) => await journey.ended((await journey.call('POST', '/evaluations', body)).id),
    async close() {
      await journey.tollgate.close()
      await provider.close()
    },
  }
  return journey
}
