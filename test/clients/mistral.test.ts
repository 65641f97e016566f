import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Mistral } from '@mistralai/mistralai'
import { type Aimock, aimockText, startAimock } from '../aimock.ts'
import { stream } from '../fault/answers.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all, onlyRow } from './journey.ts'

const ask = { model: 'mistral-small-latest', messages: [{ role: 'user' as const, content: 'Hello!' }] }

const connect = (gateway: string): Mistral => new Mistral({ apiKey: 'mistral-key', serverURL: `${gateway}/mistral` })

describe('the mistral client through Tollgate', () => {
  let aimock: Aimock
  let fault: FaultServer
  let tollgate: TestTollgate
  before(async () => {
    aimock = await startAimock()
    fault = await startFaultServer()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_MISTRAL_BASE_URL: `${aimock.url}/v1` })
  })
  after(async () => {
    await tollgate.close()
    await fault.close()
    await aimock.close()
  })

  it('a chat comes back whole, and its row has the tokens and the cost', async () => {
    const answered = await connect(await tollgate.gateway('whole')).chat.complete(ask)
    assert.equal(answered.choices?.[0]?.message?.content, aimockText)
    assert.deepEqual([answered.usage.promptTokens, answered.usage.completionTokens], [11, 7])
    const row = await onlyRow(tollgate, 'whole')
    assert.deepEqual([row.provider, row.model, row.path], ['mistral', ask.model, 'v1/chat/completions'])
    assert.deepEqual([row.success, row.tokens_in, row.tokens_out], [true, 11, 7])
    assert.ok(Number(row.cost) > 0)
  })

  it('a stream comes in its pieces with the usage that Mistral tells by itself, and nothing is asked for it', async () => {
    const delta = (content: string, more: object = {}) =>
      `data: ${JSON.stringify({
        id: 'c',
        object: 'chat.completion.chunk',
        created: 1764150000,
        model: ask.model,
        choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }],
        ...more,
      })}\n\n`
    const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 }
    const end = delta('!', { choices: [{ index: 0, delta: { content: '!' }, finish_reason: 'stop' }], usage })
    fault.plan('default', stream([delta('Grüezi'), delta(' mitenand'), end, 'data: [DONE]\n\n']))
    const other = await startForTest({ TOLLGATE_PROVIDER_MISTRAL_BASE_URL: fault.url })
    try {
      const events = await all(await connect(await other.gateway('streamed')).chat.stream(ask))
      const texts = events.map(({ data }) => data.choices[0]?.delta.content)
      assert.deepEqual(texts, ['Grüezi', ' mitenand', '!'])
      assert.equal(events.at(-1)?.data.usage?.totalTokens, 8)
      assert.doesNotMatch(fault.requests.at(-1)?.body.toString() ?? '', /stream_options/)
      assert.equal(fault.requests.at(-1)?.headers.authorization, 'Bearer mistral-key')
      const row = await onlyRow(other, 'streamed')
      assert.deepEqual([row.success, row.outcome, row.model], [true, 'complete', ask.model])
      assert.deepEqual([row.tokens_in, row.tokens_out], [5, 3])
      assert.ok(Number(row.cost) > 0)
    } finally {
      await other.close()
    }
  })
})
