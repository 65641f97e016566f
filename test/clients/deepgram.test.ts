import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { DeepgramClient } from '@deepgram/sdk'
import { answer } from '../fault/answers.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { readBody } from '../formats/recorded.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { jsonAnswer, onlyRow } from './journey.ts'

/** No text in any encoding. */
const audio = Buffer.from(Array.from({ length: 50_000 }, (_, at) => (at * 7) % 256))

let fault: FaultServer
let tollgate: TestTollgate
before(async () => {
  fault = await startFaultServer()
  tollgate = await startForTest({ TOLLGATE_PROVIDER_DEEPGRAM_BASE_URL: fault.url })
})
after(async () => {
  await tollgate.close()
  await fault.close()
})

describe('the deepgram client through Tollgate', () => {
  const connect = (gateway: string): DeepgramClient =>
    new DeepgramClient({ apiKey: 'dg-of-the-client', baseUrl: `${gateway}/deepgram`, maxRetries: 0 })

  it('speech is heard: the recording arrives whole, and the row has its length', async () => {
    fault.plan('default', [jsonAnswer(200, readBody('deepgram-listen.json'))])
    const deepgram = connect(await tollgate.gateway('heard'))
    const heard = await deepgram.listen.v1.media.transcribeFile(audio, { model: 'nova-3' })
    assert.ok('results' in heard)
    assert.match(heard.results.channels[0]?.alternatives?.[0]?.transcript ?? '', /^Yeah, as much as/)
    const sent = fault.requests.at(-1) ?? assert.fail()
    assert.ok(sent.body.equals(audio))
    assert.deepEqual([sent.path, sent.headers.authorization], ['/v1/listen?model=nova-3', 'Token dg-of-the-client'])
    const row = await onlyRow(tollgate, 'heard')
    assert.deepEqual([row.provider, row.model, row.success], ['deepgram', 'nova-3', true])
    assert.deepEqual([row.usage, row.cost], [{ audioMs: 25933 }, null])
  })

  it('a text is spoken: the audio comes back byte for byte, and the row has its characters', async () => {
    const headers = { 'content-type': 'audio/mpeg', 'dg-char-count': '6', 'dg-model-name': 'aura-2-thalia-en' }
    fault.plan('default', [answer({ headers, body: audio })])
    const deepgram = connect(await tollgate.gateway('spoken'))
    const spoken = await deepgram.speak.v1.audio.generate({ text: 'Hello.', model: 'aura-2-thalia-en' })
    assert.ok(Buffer.from(await spoken.arrayBuffer()).equals(audio))
    const row = await onlyRow(tollgate, 'spoken')
    assert.deepEqual([row.model, row.success, row.usage], ['aura-2-thalia-en', true, { characters: 6 }])
  })
})
