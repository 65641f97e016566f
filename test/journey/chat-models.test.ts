import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { end, model, start } from '../route-elements.ts'
import { type Journey, openJourney } from './open.ts'

describe('the list of models for chats', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney(() => ({
      TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1',
      TOLLGATE_PROVIDER_GROQ_API_KEY: 'gsk-operators-own',
    }))
    const { manage } = journey.tollgate
    const key = { alias: 'one', default_config: true, provider_slug: 'huggingface', secret: 'hf-secret' }
    assert.equal((await manage('POST', '/gateways/g/provider_configs', key)).status, 200)
    for (const [slug, enable] of [
      ['ollama', true],
      ['gone', false],
    ] as const) {
      const provider = { name: slug, slug, base_url: journey.fault.url, enable }
      assert.equal((await manage('POST', '/custom-providers', provider)).status, 200)
    }
    const route = { name: 'support', elements: [start('m'), model('m', 'openai/gpt-4o'), end] }
    assert.equal((await manage('POST', '/gateways/g/routes', route)).status, 200)
  })
  after(() => journey.close())

  /** The owners of the listed models, each once, in their order. */
  async function owners(headers: Record<string, string> = {}): Promise<string[]> {
    const { status, body } = await journey.send('compat/models', { method: 'GET', headers })
    assert.equal(status, 200)
    const { data } = JSON.parse(body.toString()) as { data: { id: string; owned_by: string }[] }
    assert.equal(new Set(data.map(({ id }) => id)).size, data.length)
    return [...new Set(data.map(({ id, owned_by }) => (id.endsWith('/*') ? id : owned_by)))]
  }
  const token = () => ({ 'cf-aig-authorization': `Bearer ${journey.tollgate.adminToken}` })

  // The journey's OpenAI and Anthropic are servers of the operator's own, which may want no key.
  it('has, for a token, the providers with a stored key or one of the operator’s, own providers and routes', async () => {
    assert.deepEqual(await owners(token()), [
      'dynamic',
      'custom-ollama/*',
      'openai',
      'anthropic',
      'groq',
      'huggingface/*',
    ])
  })

  it('has all for those who bring a provider’s key', async () => {
    const known = ['openai', 'anthropic', 'google-ai-studio', 'groq', 'mistral', 'aws-bedrock']
    const all = [await owners(), await owners({ ...token(), authorization: 'Bearer sk-of-the-client' })]
    for (const listed of all) {
      assert.deepEqual(
        known.filter((slug) => !listed.includes(slug)),
        [],
      )
    }
    assert.deepEqual(all[0], all[1])
  })

  it('has not what the gateway keeps back, nor another gateway’s', async () => {
    await journey.tollgate.gateway('other', { byok_only: true })
    const { body } = await journey.send('../other/compat/models', { method: 'GET', headers: token() })
    const { data } = JSON.parse(body.toString()) as { data: { id: string }[] }
    assert.deepEqual(
      data.map(({ id }) => id),
      ['custom-ollama/*'],
    )
  })

  it('has the models of an own provider that its costs name', async () => {
    const { manage } = journey.tollgate
    const { body } = await manage('GET', '/custom-providers')
    const own = (body.result as { id: string; slug: string }[]).find(({ slug }) => slug.endsWith('ollama'))
    const cost = { account_provider_id: own?.id, model: 'qwen3', cost_in: 1, cost_out: 1 }
    const made = await manage('POST', '/custom-providers/costs', cost)
    assert.equal(made.status, 200, JSON.stringify(made.body))
    const got = await journey.send('compat/models', { method: 'GET', headers: token() })
    assert.match(got.body.toString(), /"custom-ollama\/qwen3"/)
  })
})
