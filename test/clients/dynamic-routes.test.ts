import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import OpenAI from 'openai'
import type { RouteElement } from '../../src/contract/route-elements.ts'
import { answer, chunk, head, lastChunk } from '../fault/answers.ts'
import { type FaultRequest, type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { recordedStream } from '../formats/recorded.ts'
import { conditional, end, model, percentage, rate, start } from '../route-elements.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all, jsonAnswer, rowOf } from './journey.ts'

const messages = [{ role: 'user' as const, content: 'Hi' }]

/** An answer of OpenAI's kind, which says which model was asked. */
function sayModel({ body }: FaultRequest): Buffer {
  const { model: asked } = JSON.parse(body.toString()) as { model: string }
  const choices = [{ index: 0, message: { role: 'assistant', content: asked }, finish_reason: 'stop' }]
  const text = JSON.stringify({ id: 'c', object: 'chat.completion', model: asked, choices })
  return answer({ headers: { 'content-type': 'application/json' }, body: text })
}

describe('the openai client asks dynamic routes', () => {
  let fault: FaultServer
  let tollgate: TestTollgate
  let openai: OpenAI
  before(async () => {
    fault = await startFaultServer()
    tollgate = await startForTest({
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: fault.url,
      TOLLGATE_PROVIDER_ANTHROPIC_BASE_URL: fault.url,
      TOLLGATE_PROVIDER_ANTHROPIC_API_KEY: 'sk-of-the-operator',
      TOLLGATE_PROVIDER_OPENAI_API_KEY: 'sk-of-the-operator',
    })
    const baseURL = `${await tollgate.gateway('g')}/compat`
    openai = new OpenAI({ apiKey: tollgate.adminToken, baseURL, maxRetries: 0 })
    fault.plan('default', [sayModel])
  })
  after(async () => {
    await tollgate.close()
    await fault.close()
  })

  async function create(name: string, elements: readonly RouteElement[]): Promise<string> {
    const { status, body } = await tollgate.manage('POST', '/gateways/g/routes', { name, elements })
    assert.equal(status, 200, JSON.stringify(body))
    return (body.result as { id: string }).id
  }
  /** The model that answered. */
  async function ask(route: string, headers: Record<string, string> = {}): Promise<string | null | undefined> {
    const made = await openai.chat.completions.create({ model: `dynamic/${route}`, messages }, { headers })
    return made.choices[0]?.message.content
  }

  it('with conditions over metadata', async () => {
    await create('plans', [
      start('c'),
      conditional('c', { 'metadata.plan': { $in: ['pro', 'team'] } }, 'a', 'b'),
      model('a', 'openai/large'),
      model('b', 'openai/small'),
      end,
    ])
    const asked = ['pro', 'free', 'team'].map((plan) => ask('plans', { 'cf-aig-metadata': JSON.stringify({ plan }) }))
    assert.deepEqual(await Promise.all(asked), ['large', 'small', 'large'])
  })

  it('with percentages that hold over many requests, and for each session and user alone', async () => {
    await create('split', [
      start('p'),
      percentage('p', { '20%': 'a', '80%': 'b' }),
      model('a', 'openai/a'),
      model('b', 'openai/b'),
      end,
    ])
    const answered = await Promise.all(Array.from({ length: 400 }, () => ask('split')))
    const share = answered.filter((name) => name === 'a').length / answered.length
    // Five standard deviations of 400 tries at 20 percent.
    assert.ok(share > 0.1 && share < 0.3, `${share}`)
    for (const headers of [
      { 'cf-aig-session-id': 's1' },
      { 'cf-aig-session-id': 's2' },
      { 'cf-aig-metadata': '{"user_id":"u7"}' },
    ]) {
      const same = await Promise.all(Array.from({ length: 10 }, () => ask('split', headers)))
      assert.equal(new Set(same).size, 1, same.join())
    }
  })

  it('with a limit for each user, that others do not feel', async () => {
    await create('limited', [start('r'), rate('r', 'metadata.user_id', 3, 'a'), model('a', 'openai/a'), end])
    const as = (user: string) => ask('limited', { 'cf-aig-metadata': JSON.stringify({ user_id: user }) })
    const got = await Promise.allSettled(Array.from({ length: 5 }, () => as('u1')))
    const refused = got.filter((one) => one.status === 'rejected').map(({ reason }) => reason as unknown)
    assert.equal(refused.length, 2)
    assert.ok(refused.every((error) => error instanceof OpenAI.RateLimitError && error.code === '2003'))
    assert.equal(await as('u2'), 'a')
  })

  it('that fall back over formats, plain and streamed', async () => {
    await create('formats', [start('a'), model('a', 'openai/a', 'b'), model('b', 'anthropic/claude-sonnet-4-5'), end])
    const failing = [jsonAnswer(503, { error: { message: 'overloaded' } })]
    const content = [{ type: 'text', text: 'From Claude' }]
    fault.plan('plain', failing, [
      jsonAnswer(200, { id: 'm', content, stop_reason: 'end_turn', usage: { input_tokens: 1, output_tokens: 2 } }),
    ])
    assert.equal(await ask('formats', { 'x-fault': 'plain' }), 'From Claude')

    const begins = head(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' })
    fault.plan('streamed', failing, [begins, chunk(recordedStream('anthropic-messages.sse.txt').bytes), lastChunk])
    const { data, response } = await openai.chat.completions
      .create({ model: 'dynamic/formats', messages, stream: true }, { headers: { 'x-fault': 'streamed' } })
      .withResponse()
    const text = (await all(data)).map((piece) => piece.choices[0]?.delta.content ?? '').join('')
    assert.equal(text, "Okay, let's check the weather:")
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.step, row.provider, row.success, row.route?.path.length], [1, 'anthropic', true, 2])
  })

  it('are refused by their names', async () => {
    await assert.rejects(
      ask('nowhere'),
      (error) => error instanceof OpenAI.BadRequestError && error.code === '2008' && error.param === 'model',
    )
  })

  it('while versions are deployed and rolled back, no request fails, and what is deployed answers', async () => {
    const elements = (name: string): RouteElement[] => [start('m'), model('m', `openai/${name}`), end]
    const id = await create('rolled', elements('v0'))
    const routes = `/gateways/g/routes/${id}`
    const { body } = await tollgate.manage('GET', routes)
    const versions = [(body.result as { version: { version_id: string } }).version.version_id]
    for (const name of ['v1', 'v2']) {
      const made = await tollgate.manage('POST', `${routes}/versions`, { elements: elements(name) })
      versions.push((made.body.result as { version_id: string }).version_id)
    }

    let isOver = false
    const seen = new Set<string | null | undefined>()
    const load = Array.from({ length: 8 }, async () => {
      while (!isOver) seen.add(await ask('rolled'))
    })
    for (const at of [1, 2, 1, 0, 2, 0]) {
      const { status } = await tollgate.manage('POST', `${routes}/deployments`, { version_id: versions[at] })
      assert.equal(status, 200)
      assert.equal(await ask('rolled'), `v${at}`)
    }
    isOver = true
    await Promise.all(load)
    assert.deepEqual(seen, new Set(['v0', 'v1', 'v2']))
  })
})
