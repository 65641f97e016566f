import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createBinding } from '@tollgate/client'
import { generateText, streamText } from 'ai'
import { AiGatewayDoesNotExist, AiGatewayUnauthorizedError, createAiGateway } from 'ai-gateway-provider'
import { createOpenAI as createKeylessOpenAI } from 'ai-gateway-provider/providers/openai'
import { type Aimock, aimockText, startAimock } from '../aimock.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { jsonAnswer, onlyRow } from './journey.ts'

const prompt = 'Hello!'
const maxRetries = 0

let aimock: Aimock
let tollgate: TestTollgate
before(async () => {
  aimock = await startAimock()
  tollgate = await startForTest({
    TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${aimock.url}/v1`,
    TOLLGATE_PROVIDER_ANTHROPIC_BASE_URL: aimock.url,
  })
})
after(async () => {
  await tollgate.close()
  await aimock.close()
})

describe('the AI SDK through Tollgate', () => {
  const openai = (gateway: string) => createOpenAI({ apiKey: 'sk', baseURL: `${gateway}/openai` })
  /** This one’s base ends in the version. */
  const anthropic = (gateway: string) => createAnthropic({ apiKey: 'sk-ant', baseURL: `${gateway}/anthropic/v1` })
  const models = {
    'openai-responses': (gateway: string) => openai(gateway).responses('gpt-4o-mini'),
    'openai-chat': (gateway: string) => openai(gateway).chat('gpt-4o-mini'),
    'anthropic-messages': (gateway: string) => anthropic(gateway)('claude-haiku-4-5'),
  }

  for (const [format, modelAt] of Object.entries(models)) {
    const [provider] = format.split('-')
    // 11 and 7 tokens, at 0.15 and 0.60 USD a million, or at 1 and 5.
    const expected = [provider, true, 11, 7, provider === 'openai' ? 0.00000585 : 0.000046]

    it(`a text in ${format} comes back whole and streamed, with its usage, and so it is in the rows`, async () => {
      const whole = await generateText({
        model: modelAt(await tollgate.gateway(`whole-${format}`)),
        prompt,
        maxRetries,
      })
      assert.equal(whole.text, aimockText)
      assert.deepEqual([whole.usage.inputTokens, whole.usage.outputTokens], [11, 7])

      const streamed = streamText({ model: modelAt(await tollgate.gateway(`streamed-${format}`)), prompt, maxRetries })
      assert.equal(await streamed.text, aimockText)
      const usage = await streamed.usage
      assert.deepEqual([usage.inputTokens, usage.outputTokens], [11, 7])
      assert.equal(await streamed.finishReason, 'stop')

      for (const way of ['whole', 'streamed']) {
        const row = await onlyRow(tollgate, `${way}-${format}`)
        const found = [row.provider, row.success, row.tokens_in, row.tokens_out, row.cost]
        assert.deepEqual(found, expected, way)
        assert.equal(row.outcome, 'complete')
      }
    })
  }
})

describe('the AI SDK with ai-gateway-provider', () => {
  let fault: FaultServer
  let gatewayBefore: TestTollgate
  before(async () => {
    fault = await startFaultServer()
    gatewayBefore = await startForTest({
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${fault.url}/v1`,
      TOLLGATE_PROVIDER_ANTHROPIC_BASE_URL: aimock.url,
    })
  })
  after(async () => {
    await gatewayBefore.close()
    await fault.close()
  })

  beforeEach(() => fault.plan('default', [jsonAnswer(500, { error: { message: 'I am down.' } })]))

  /** The provider changes the models that it is given: each call has new ones. */
  const models = () => [
    createOpenAI({ apiKey: 'sk' }).chat('gpt-4o-mini'),
    createAnthropic({ apiKey: 'sk-ant' })('claude-haiku-4-5'),
  ]
  const options = { metadata: { team: 'red' }, skipCache: true }
  const bound = (id: string) => {
    const { url: baseURL, adminToken: token } = gatewayBefore
    return createAiGateway({ binding: createBinding({ baseURL, token, account_id: 'test' }).gateway(id), options })
  }

  /** The first step failed, the second answered. */
  async function assertFellBack(gateway: string): Promise<void> {
    const rows = await gatewayBefore.logs(gateway)
    assert.deepEqual(
      rows.map((row) => [row['step'], row['provider'], row['model'], row['success'], row['metadata']]).toReversed(),
      [
        [0, 'openai', 'gpt-4o-mini', false, options.metadata],
        [1, 'anthropic', 'claude-haiku-4-5', true, options.metadata],
      ],
    )
    const [last, first] = rows
    assert.deepEqual([last?.['tokens_in'], last?.['tokens_out'], last?.['cost']], [11, 7, 0.000046])
    assert.equal(first?.['event_id'], last?.['event_id'])
  }

  it('falls back through a binding, with a whole text', async () => {
    await gatewayBefore.gateway('bound', { authentication: true })
    const whole = await generateText({ model: bound('bound')(models()), prompt, maxRetries })
    assert.equal(whole.text, aimockText)
    assert.deepEqual([whole.usage.inputTokens, whole.usage.outputTokens], [11, 7])
    await assertFellBack('bound')
  })

  it('falls back through a binding, with a streamed text', async () => {
    await gatewayBefore.gateway('bound-stream')
    const streamed = streamText({ model: bound('bound-stream')(models()), prompt, maxRetries })
    assert.equal(await streamed.text, aimockText)
    assert.equal((await streamed.usage).outputTokens, 7)
    await assertFellBack('bound-stream')
  })

  it('uses the stored key where it has none of its own', async () => {
    await gatewayBefore.gateway('keyless', { authentication: true })
    const config = { alias: 'a', default_config: true, provider_slug: 'openai', secret: 'sk-stored-here' }
    assert.equal((await gatewayBefore.manage('POST', '/gateways/keyless/provider_configs', config)).status, 200)
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }]
    fault.plan('default', [jsonAnswer(200, { id: 'c', created: 1764150000, model: 'gpt-4o-mini', choices })])
    const model = bound('keyless')(createKeylessOpenAI().chat('gpt-4o-mini'))
    assert.equal((await generateText({ model, prompt, maxRetries })).text, 'Hi.')
    assert.equal(fault.requests.at(-1)?.headers.authorization, 'Bearer sk-stored-here')
    assert.equal((await onlyRow(gatewayBefore, 'keyless')).success, true)
  })

  it('says that there is no such gateway, and that its token is none', async () => {
    const nowhere = generateText({ model: bound('none')(models()), prompt, maxRetries })
    await assert.rejects(nowhere, AiGatewayDoesNotExist)
    await gatewayBefore.gateway('closed', { authentication: true })
    const binding = createBinding({ baseURL: gatewayBefore.url, token: 'tg_of_nobody', account_id: 'test' })
    const model = createAiGateway({ binding: binding.gateway('closed') })(models())
    await assert.rejects(generateText({ model, prompt, maxRetries }), AiGatewayUnauthorizedError)
  })

  it('works with its apiKey too, where Cloudflare’s address, which is built in, leads here', async (t) => {
    await gatewayBefore.gateway('keyed', { authentication: true })
    const { fetch } = globalThis
    t.mock.method(globalThis, 'fetch', (url: string, init: RequestInit) =>
      fetch(url.replace('https://gateway.ai.cloudflare.com', gatewayBefore.url), init),
    )
    const gateway = createAiGateway({ accountId: 'test', gateway: 'keyed', apiKey: gatewayBefore.adminToken, options })
    const streamed = streamText({ model: gateway(models()), prompt, maxRetries })
    assert.equal(await streamed.text, aimockText)
    await assertFellBack('keyed')
  })
})
