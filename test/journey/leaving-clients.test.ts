import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import nodePath from 'node:path'
import { after, before, describe, it } from 'node:test'
import { chunk, head, lastChunk, stream, streamHead } from '../fault/answers.ts'
import { stall, type Step } from '../fault/fault-server.ts'
import { type Journey, openJourney } from './open.ts'
import { bodyOf, connectRaw, logIdOf, type RawClient, requestBytes } from './raw-client.ts'

const path = 'openai/chat/completions'
const asked = '{"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true}}'
const done = 'data: [DONE]\n\n'

function delta(content: string): string {
  return `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content } }], usage: null })}\n\n`
}

let journey: Journey
before(async () => {
  journey = await openJourney({}, { answerIdleMs: 300, headersMs: 600 })
})
after(() => journey.close())

/** Sends a request for a stream and leaves reading to the test. */
async function open(script: string, { body = asked, headers = {} } = {}): Promise<RawClient> {
  const client = await connectRaw(journey.base)
  client.write(requestBytes(journey.base, path, { headers: { 'x-fault': script, ...headers }, body }))
  return client
}

describe('a client', () => {
  it('that leaves in the middle of a stream has its row before the provider sees it go', async () => {
    journey.fault.plan('endless', [streamHead, chunk(delta('Hel')), stall])
    const index = journey.fault.requests.length
    const client = await open('endless')
    await client.saw('Hel')
    client.leave()
    assert.equal(await (await journey.fault.request(index)).ended, 'client-left')
    assert.ok(journalHolds(logIdOf(client.received())), 'in the journal at the moment the provider knows')
    const row = await journey.row(logIdOf(client.received()))
    assert.deepEqual([row['outcome'], row['success'], row['status_code']], ['client_left', false, 200])
    assert.match(String(await journey.kept(String(row['id']), 'response')), /Hel/)
  })

  it('that leaves with a row too large for the small lane has it before the provider sees it go, too', async () => {
    const body = JSON.stringify({ model: 'gpt-4o', stream: true, input: 'x'.repeat(7_000_000) })
    const index = journey.fault.requests.length
    const client = await open('endless', { body })
    await client.saw('Hel')
    client.leave()
    assert.equal(await (await journey.fault.request(index)).ended, 'client-left')
    assert.ok(journalHolds(logIdOf(client.received())), 'in the journal at the moment the provider knows')
    assert.equal((await journey.row(logIdOf(client.received())))['outcome'], 'client_left')
  })

  it('that leaves while it waits for the head has its row before the provider sees it go', async () => {
    journey.fault.plan('no-head', [stall])
    const index = journey.fault.requests.length
    const client = await open('no-head', { headers: { 'cf-aig-event-id': 'left-early' } })
    const request = await journey.fault.request(index)
    client.leave()
    assert.equal(await request.ended, 'client-left')
    assert.ok(journalHolds('left-early'))
    const [row] = await journey.tollgate.logs('g')
    assert.deepEqual([row?.['event_id'], row?.['outcome'], row?.['status_code']], ['left-early', 'client_left', 499])
  })

  it('that leaves in the middle of a short answer with a length has its row', async () => {
    const index = journey.fault.requests.length
    journey.fault.plan('short', [head(200, { 'content-length': '100' }), 'half', stall])
    const client = await open('short', { headers: { 'cf-aig-event-id': 'left-short' } })
    const request = await journey.fault.request(index)
    client.leave()
    assert.equal(await request.ended, 'client-left')
    const [row] = await journey.tollgate.logs('g')
    assert.deepEqual([row?.['event_id'], row?.['outcome'], row?.['success']], ['left-short', 'client_left', false])
  })

  it('that leaves in the middle of its own upload has its row, and the provider’s connection is closed', async () => {
    const index = journey.fault.requests.length
    const client = await connectRaw(journey.base)
    const headers = { 'content-length': String(20 << 20), 'cf-aig-event-id': 'left-upload' }
    client.write(requestBytes(journey.base, path, { headers }))
    client.write(Buffer.alloc(9 << 20, ' '))
    const request = await journey.fault.request(index)
    client.leave()
    assert.equal(await request.ended, 'client-left')
    const [row] = await journey.tollgate.logs('g')
    assert.deepEqual([row?.['event_id'], row?.['outcome']], ['left-upload', 'client_left'])
  })

  it('that does not read stops the provider, and is cut after its patience with a row', async () => {
    const slow = await openJourney({}, { drainIdleMs: 500 })
    let sent = 0
    const piece = chunk(delta('z'.repeat(1 << 20)))
    const steps = Array.from({ length: 200 }, (): Step => () => {
      sent++
      return piece
    })
    slow.fault.plan('flood', [streamHead, ...steps, lastChunk])
    const client = await connectRaw(slow.base)
    const rssBefore = process.memoryUsage().rss
    client.socket.pause()
    client.write(requestBytes(slow.base, path, { headers: { 'x-fault': 'flood' }, body: asked }))
    const request = await slow.fault.request(0)
    assert.equal(await request.ended, 'client-left')
    const grownMiB = (process.memoryUsage().rss - rssBefore) / (1 << 20)
    assert.ok(sent < 60, `${sent} MiB were taken from the provider`)
    assert.ok(grownMiB < 100, `grew by ${grownMiB} MiB`)
    const [row] = await slow.tollgate.logs('g')
    assert.equal(row?.['outcome'], 'client_left')
    client.leave()
    await slow.close()
  })

  it('that reads slowly gets everything', async () => {
    const piece = delta('s'.repeat(100_000))
    journey.fault.plan('much', stream([...Array.from({ length: 100 }, () => piece), done]))
    const client = await open('much', { headers: { connection: 'close' } })
    let size = 0
    client.socket.on('data', (bytes: Buffer) => {
      size += bytes.length
      client.socket.pause()
      setImmediate(() => client.socket.resume())
    })
    const bytes = await client.closed
    assert.equal(bodyOf(bytes), piece.repeat(100) + done)
    assert.equal((await journey.row(logIdOf(bytes)))['success'], true)
    assert.equal(size, bytes.length)
  })
})

function journalHolds(text: string): boolean {
  const dir = nodePath.join(journey.tollgate.dataDir, 'journal')
  return readdirSync(dir).some((name) => readFileSync(nodePath.join(dir, name)).includes(text))
}
