import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { RouteElement } from '../../src/contract/route-elements.ts'
import { answer } from '../fault/answers.ts'
import type { Step } from '../fault/fault-server.ts'
import { end, model, start } from '../route-elements.ts'
import { type Got, type Journey, openJourney, type Row } from './open.ts'

const json = { 'content-type': 'application/json' }
const good = answer({
  headers: json,
  body: '{"model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}',
})
const bad = answer({ status: 500, headers: json, body: '{"error":{"message":"overloaded"}}' })

describe('an element with several models', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney((url) => ({
      TOLLGATE_PROVIDER_GROQ_BASE_URL: `${url}/plan/groq`,
      TOLLGATE_PROVIDER_MISTRAL_BASE_URL: `${url}/plan/mistral`,
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${url}/plan/openai`,
    }))
  })
  after(() => journey.close())
  const plan = (openai: readonly Step[], groq: readonly Step[] = [good], mistral: readonly Step[] = [good]): void => {
    journey.fault.plan('openai', openai)
    journey.fault.plan('groq', groq)
    journey.fault.plan('mistral', mistral)
  }

  async function route(
    name: string,
    more: Partial<(RouteElement & { type: 'model' })['properties']>,
    ...behind: RouteElement[]
  ): Promise<void> {
    const elements = [start('m'), model('m', 'openai/a', behind[0]?.id, more), ...behind, end]
    const { status, body } = await journey.tollgate.manage('POST', '/gateways/g/routes', { name, elements })
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(body.messages, [])
  }
  const chat = (name: string, headers: Record<string, string> = {}): Promise<Got> =>
    journey.send('compat/chat/completions', {
      headers: { ...json, ...headers },
      body: JSON.stringify({ model: `dynamic/${name}`, messages: [{ role: 'user', content: 'Hi' }] }),
    })
  const path = (row: Row): unknown => (row['route'] as { path: object[] } | null)?.path
  /** The row of the shadow of an answer, as soon as it is there. */
  async function shadowOf({ logId }: Got): Promise<Row> {
    for (;;) {
      const row = (await journey.tollgate.logs('g')).find((one) => one['shadow_of'] === logId)
      if (row) return await journey.row(String(row['id']))
      await delay(20)
    }
  }

  it('divides requests by weight, and keeps a session where it is', async () => {
    plan([good])
    await route('weighted', { weight: 3, targets: [{ provider: 'groq', model: 'b' }] })
    const sessions = Array.from({ length: 80 }, (_, at) => ({ 'cf-aig-session-id': `s${at}` }))
    const ask = async (): Promise<unknown[]> =>
      await Promise.all(sessions.map(async (headers) => (await chat('weighted', headers)).headers['cf-aig-provider']))
    const first = await ask()
    const share = first.filter((slug) => slug === 'openai').length / first.length
    assert.ok(share > 0.5 && share < 0.95, `${share}`)
    assert.deepEqual(await ask(), first)
  })

  it('lets one stand in for the other, and only then what is behind', async () => {
    plan([bad], [bad], [good])
    await route('stand-in', { targets: [{ provider: 'groq', model: 'b' }] }, model('c', 'mistral/c'))
    const got = await chat('stand-in')
    assert.deepEqual([got.status, got.headers['cf-aig-provider'], got.headers['cf-aig-step']], [200, 'mistral', '2'])
    assert.deepEqual(path(await journey.row(got.logId)), [
      { element_id: 'm', type: 'model', output: 'next' },
      { element_id: 'm', type: 'model', output: 'fallback' },
      { element_id: 'c', type: 'model', output: null },
    ])
  })

  it('asks the one that has less to do', async () => {
    let release = (): void => {}
    const until = new Promise<void>((resolve) => (release = resolve))
    plan([{ until }, good], [{ until }, good])
    await route('least-busy', { balance: 'least-busy', targets: [{ provider: 'groq', model: 'b' }] })
    const before = journey.fault.requests.length
    const both: Promise<Got>[] = []
    for (let at = 0; at < 4; at++) {
      both.push(chat('least-busy'))
      await journey.fault.request(before + at)
    }
    release()
    const slugs = (await Promise.all(both)).map(({ headers }) => String(headers['cf-aig-provider']))
    assert.equal(slugs.filter((slug) => slug === 'groq').length, 2, slugs.join())
  })

  it('with a shadow answers without waiting for it, and its row is marked', async () => {
    let release = (): void => {}
    const until = new Promise<void>((resolve) => (release = resolve))
    plan([good], [{ until }, good])
    await route('shadowed', { shadow: { provider: 'groq', model: 'new' } })
    const got = await chat('shadowed', { 'cf-aig-cache-key': 'shadow' })
    assert.deepEqual([got.status, got.headers['cf-aig-provider']], [200, 'openai'])
    release()
    const row = await shadowOf(got)
    assert.deepEqual([row['provider'], row['model'], row['success'], row['tokens_out']], ['groq', 'new', true, 2])
    assert.equal(row['event_id'], got.headers['cf-aig-event-id'])
    assert.deepEqual(path(row), [{ element_id: 'm', type: 'model', output: null }])
    const own = await journey.row(got.logId)
    assert.deepEqual([own['shadow_of'], own['provider']], [null, 'openai'])
    // A stored answer is no request that a shadow could get a copy of.
    const before = journey.fault.requests.length
    assert.equal((await chat('shadowed', { 'cf-aig-cache-key': 'shadow' })).headers['cf-aig-cache-status'], 'HIT')
    assert.equal(journey.fault.requests.length, before)
  })

  it('with a shadow that fails, or cannot be asked, answers all the same', async () => {
    plan([good], [bad])
    await route('failing-shadow', { shadow: { provider: 'groq', model: 'new' } })
    const got = await chat('failing-shadow')
    assert.equal(got.status, 200)
    assert.deepEqual([(await shadowOf(got))['status_code'], (await shadowOf(got))['success']], [500, false])
    const { status } = await journey.tollgate.manage('POST', '/gateways/g/routes', {
      name: 'no-shadow',
      elements: [start('m'), model('m', 'openai/a', 'end', { shadow: { provider: 'custom-gone', model: 'x' } }), end],
    })
    assert.equal(status, 200)
    const other = await chat('no-shadow')
    assert.equal(other.status, 200)
    assert.match(String((await shadowOf(other))['error']), /no custom provider/)
  })

  it('with more copies under way than may be, leaves the others out', async () => {
    let release = (): void => {}
    const until = new Promise<void>((resolve) => (release = resolve))
    plan([good], [{ until }, good])
    await route('many-shadows', { shadow: { provider: 'groq', model: 'new' } })
    const before = journey.fault.requests.length
    const answered = await Promise.all(Array.from({ length: 40 }, () => chat('many-shadows')))
    assert.ok(answered.every(({ status }) => status === 200))
    // One more request goes through behind them all, so whatever was to be sent for them has been.
    await journey.fault.request(before + 40 + 31)
    const copies = journey.fault.requests.slice(before).filter(({ path: sent }) => sent.includes('groq'))
    assert.equal(copies.length, 32)
    release()
  })
})
