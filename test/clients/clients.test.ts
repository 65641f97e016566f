import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import Cloudflare from 'cloudflare'
import CloudflareFour from 'cloudflare-4'
import OpenAI from 'openai'
import { type Aimock, aimockText, startAimock } from '../aimock.ts'
import { answer } from '../fault/answers.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'

// Without Tollgate in between: when a journey fails, this tells whether the client and the provider agree at all.
describe('the official clients, straight at the test providers', () => {
  let aimock: Aimock
  let fault: FaultServer
  before(async () => {
    aimock = await startAimock()
    fault = await startFaultServer()
  })
  after(async () => {
    await aimock.close()
    await fault.close()
  })

  it('openai reads a chat', async () => {
    const client = new OpenAI({ apiKey: 'k', baseURL: `${aimock.url}/v1` })
    const chat = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hello' }] })
    assert.equal(chat.choices[0]?.message.content, aimockText)
  })

  it('anthropic reads a stream', async () => {
    const client = new Anthropic({ apiKey: 'k', baseURL: aimock.url })
    const stream = client.messages.stream({
      model: 'claude-haiku-4-5',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'Hello' }],
    })
    assert.equal(await stream.finalText(), aimockText)
  })

  it('gemini reads an answer', async () => {
    const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: aimock.url, apiVersion: 'v1beta' } })
    const answered = await client.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Hello' })
    assert.equal(answered.text, aimockText)
  })

  for (const [version, Client] of [
    [7, Cloudflare],
    [4, CloudflareFour],
  ] as const) {
    it(`cloudflare ${version} asks for gateways at the path that the management API has`, async () => {
      fault.plan('default', [answer({ headers: { 'content-type': 'application/json' }, body: '{"result":[]}' })])
      const client = new Client({ apiToken: 't', baseURL: `${fault.url}/client/v4` })
      const page = await client.aiGateway.list({ account_id: 'acc' })
      assert.deepEqual(page.result, [])
      assert.equal(fault.requests.at(-1)?.path, '/client/v4/accounts/acc/ai-gateway/gateways')
    })
  }
})
