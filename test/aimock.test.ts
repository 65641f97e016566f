import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { request } from 'undici'
import { type Aimock, aimockText, startAimock } from './aimock.ts'

describe('the provider written by others', () => {
  let aimock: Aimock
  before(async () => {
    aimock = await startAimock()
  })
  after(() => aimock.close())

  async function post(path: string, body: unknown): Promise<{ status: number; text: string }> {
    const answered = await request(aimock.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: answered.statusCode, text: await answered.body.text() }
  }
  const messages = [{ role: 'user', content: 'Hello' }]
  const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }]

  const plain: readonly (readonly [path: string, body: object, usage: string])[] = [
    ['/v1/chat/completions', { model: 'gpt-4o-mini', messages }, '"prompt_tokens":11,"completion_tokens":7'],
    ['/v1/responses', { model: 'gpt-4o-mini', input: 'Hello' }, '"input_tokens":11,"output_tokens":7'],
    ['/v1/messages', { model: 'claude-haiku-4-5', max_tokens: 9, messages }, '"input_tokens":11,"output_tokens":7'],
    ['/v1beta/models/gemini-2.5-flash:generateContent', { contents }, '"promptTokenCount":11,"candidatesTokenCount":7'],
  ]
  for (const [path, body, usage] of plain) {
    it(`answers ${path} with text and usage`, async () => {
      const { status, text } = await post(path, body)
      assert.equal(status, 200)
      assert.ok(text.includes(aimockText) && text.includes(usage), text)
    })
  }

  const streamed: readonly (readonly [path: string, body: object, terminal: string])[] = [
    ['/v1/chat/completions', { model: 'gpt-4o-mini', messages, stream: true }, 'data: [DONE]'],
    ['/v1/responses', { model: 'gpt-4o-mini', input: 'Hello', stream: true }, 'event: response.completed'],
    ['/v1/messages', { model: 'claude-haiku-4-5', max_tokens: 9, messages, stream: true }, 'event: message_stop'],
    ['/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse', { contents }, '"finishReason":"STOP"'],
  ]
  for (const [path, body, terminal] of streamed) {
    it(`streams ${path} up to its terminal event`, async () => {
      const { status, text } = await post(path, body)
      assert.equal(status, 200)
      assert.ok(text.split('\n\n').length > 2 && text.includes(terminal), text)
    })
  }

  it('embeds, calls a tool, refuses, and keeps a journal', async () => {
    const embedded = await post('/v1/embeddings', { model: 'text-embedding-3-small', input: 'Hello' })
    assert.match(embedded.text, /\[0\.25,0\.5,0\.75\]/)
    const called = await post('/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'weather?' }] })
    assert.match(called.text, /get_weather/)
    const refused = await post('/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'refuse' }] })
    assert.equal(refused.status, 400)
    assert.equal(aimock.requests().at(-1)?.path, '/v1/chat/completions')
  })
})
