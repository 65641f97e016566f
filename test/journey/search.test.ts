import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { answer } from '../fault/answers.ts'
import { skipWithout } from '../servers/debian.ts'
import { startPostgres, type TestPostgres } from '../servers/postgres.ts'
import { type Journey, openJourney } from './open.ts'

const chat = 'openai/chat/completions'
const json = { 'content-type': 'application/json' }
const plain = { model: 'gpt-4o-mini', messages: [] as unknown[] }
const good = answer({
  headers: json,
  body: '{"model":"gpt-4o-mini","choices":[{"message":{"content":"the Kingfisher answers"}}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}',
})

function searchJourneys(environment: () => Record<string, string>): void {
  let journey: Journey
  before(async () => {
    journey = await openJourney(environment())
    journey.fault.plan('default', [good])
    const { status, body } = await journey.tollgate.manage('PUT', '/gateways/g', { log_text_search: true })
    assert.deepEqual([status, body.messages], [200, []])
  })
  after(() => journey.close())

  const ask = (content: string) =>
    journey.send(chat, { headers: json, body: JSON.stringify({ ...plain, messages: [{ role: 'user', content }] }) })

  /** The ids that a search finds, once every body is searchable. */
  async function search(text: string, more = '', gateway = 'g'): Promise<string[]> {
    while (true) {
      const path = `/gateways/${gateway}/logs?search=${encodeURIComponent(text)}${more}`
      const { status, body } = await journey.tollgate.manage('GET', path)
      assert.equal(status, 200, JSON.stringify(body))
      if (!body.messages.some(({ message }) => message.includes('not searchable yet'))) {
        return (body.result as { id: string }[]).map(({ id }) => id)
      }
      await delay(50)
    }
  }

  it('a word of a prompt and one of an answer are found, in any language, and taken literally', async () => {
    const { logId } = await ask('Where do "ptarmigans" winter? 冬の東京タワー')
    assert.deepEqual(await search('PTARMIGANS'), [logId])
    assert.deepEqual(await search('東京タワー'), [logId])
    assert.deepEqual(await search('winter ptarmigans'), [logId])
    assert.deepEqual(await search('summer ptarmigans'), [])
    for (const text of ['ptarm*', '"ptarmigans" OR "none"', 'NEAR(ptarmigans where)', '{text} : ptarmigans', "' & |"]) {
      assert.deepEqual(await search(text), [], text)
    }
    assert.deepEqual(await search('"ptarmigans"'), [logId])
    assert.ok((await search('kingfisher')).includes(logId))
    assert.deepEqual(await search('kingfisher', '&provider=anthropic'), [])
    assert.deepEqual(await search('ptarmigans', '&cursor='), [logId])
  })

  it('another gateway does not find it, nor one that does not want it its own', async () => {
    await ask('about a secretary bird')
    const quiet = await journey.tollgate.gateway('quiet', {})
    const body = JSON.stringify({ ...plain, messages: [{ role: 'user', content: 'secretary' }] })
    await fetch(`${quiet}/${chat}`, { method: 'POST', headers: json, body })
    const eager = await journey.tollgate.gateway('eager', { log_text_search: true })
    await fetch(`${eager}/${chat}`, { method: 'POST', headers: json, body: JSON.stringify(plain) })
    assert.equal((await search('secretary')).length, 1)
    assert.deepEqual([await search('secretary', '', 'quiet'), await search('secretary', '', 'eager')], [[], []])
  })

  it('what a search finds is exported and removed, and then it is found no more', async () => {
    const { manage, url, adminToken } = journey.tollgate
    const asked = [await ask('bittern one'), await ask('bittern two'), await ask('heron')]
    const ids = asked.map(({ logId }) => logId)
    assert.deepEqual((await search('bittern')).toSorted(), ids.slice(0, 2).toSorted())
    const exported = await fetch(
      `${url}/client/v4/accounts/test/ai-gateway/gateways/g/logs/export?search=bittern&order_by_direction=asc`,
      { headers: { authorization: `Bearer ${adminToken}` } },
    )
    const lines = (await exported.text()).trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { id: string }).id),
      ids.slice(0, 2),
    )
    assert.equal((await manage('DELETE', '/gateways/g/logs?search=')).status, 400)
    const removed = await manage('DELETE', '/gateways/g/logs?search=bittern')
    assert.deepEqual([removed.body.result, removed.body.messages], [{ deleted: 2 }, []])
    assert.deepEqual([await search('bittern'), await search('heron')], [[], ids.slice(2)])
  })

  it('how far it is behind is on /metrics, and words go when the gateway wants them no longer', async () => {
    await ask('a last flamingo')
    assert.equal((await search('flamingo')).length, 1)
    const metrics = await (await fetch(`${journey.tollgate.url}/metrics`)).text()
    assert.match(metrics, /^tollgate_log_words_pending 0$/m)
    assert.match(metrics, /^tollgate_log_words_lag_seconds 0$/m)
    await journey.tollgate.manage('PUT', '/gateways/g', { log_text_search: false })
    while ((await search('flamingo')).length > 0) await delay(50)
  })
}

describe('search over bodies, in SQLite', () => searchJourneys(() => ({})))

describe('search over bodies, in PostgreSQL', { skip: skipWithout('postgres', 'initdb') }, () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.close())
  searchJourneys(() => ({ TOLLGATE_DATABASE_URL: postgres.createDatabase() }))
})
