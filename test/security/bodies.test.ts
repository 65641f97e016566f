import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { Readable, type Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib'
import { answer, stream } from '../fault/answers.ts'
import { echo } from '../fault/fault-server.ts'
import { type Journey, openJourney } from '../journey/open.ts'

const json = { 'content-type': 'application/json' }
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)
const mebibyte = 1 << 20
const compressors: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGzip({ level: 1 }),
  br: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  zstd: () => createZstdCompress(),
}
/** A text and then so many MiB of a letter, compressed without having these. */
function bombOf(coding: string, start: string, letter: string, sizeMiB: number): Promise<Buffer> {
  const compressor = compressors[coding]?.() ?? assert.fail(coding)
  const piece = Buffer.alloc(mebibyte, letter)
  return buffer(Readable.from([Buffer.from(start), ...Array<Buffer>(sizeMiB).fill(piece)]).pipe(compressor))
}

describe('nesting never ends the process', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney()
    journey.fault.plan('default', [echo])
  })
  after(() => journey.close())
  const isAlive = async () => assert.equal((await fetch(`${journey.tollgate.url}/healthz`)).status, 200)

  for (const [size, levels] of [
    ['small', 30_000],
    ['large', 500_000],
  ] as const) {
    it(`of a ${size} request, which is passed on as it came`, async () => {
      for (const body of [
        `{"model":"m","stream":false,"messages":${deep(levels)}}`,
        `{"messages":${nested(levels)},"model":"m"}`,
        deep(levels),
        `{"stream":true,"stream_options":${nested(levels)},"model":"m"}`,
        '{"a":'.repeat(levels),
      ]) {
        const got = await journey.send('openai/chat/completions', { headers: json, body })
        assert.equal(got.status, 200)
        const last = journey.fault.requests.at(-1)?.body.toString()
        assert.ok(last === body || last?.includes('include_usage'), body.slice(0, 40))
        assert.equal((await journey.row(got.logId))['status_code'], 200)
      }
    })
  }

  it('of an answer, which comes as it was sent', async () => {
    for (const body of [`{"model":"m","choices":${deep(30_000)}}`, nested(300_000), `{"usage":${nested(20_000)}}`]) {
      journey.fault.plan('deep', [answer({ headers: json, body })])
      const got = await journey.send('openai/chat/completions', { fault: 'deep', body: '{"model":"m"}' })
      assert.ok(got.status === 200 && got.body.equals(Buffer.from(body)))
      assert.equal((await journey.row(got.logId))['status_code'], 200)
    }
  })

  it('of a streamed event, in any format', async () => {
    for (const [path, event] of [
      ['openai/chat/completions', `{"choices":[{"index":0,"delta":${nested(20_000)}}]}`],
      ['openai/chat/completions', `{"choices":${deep(20_000)}}`],
      ['openai/responses', `{"type":"response.completed","response":${nested(20_000)}}`],
      ['anthropic/v1/messages', `{"type":"message_start","message":${nested(20_000)}}`],
    ] as const) {
      journey.fault.plan('deep', stream([`data: ${event}\n\n`, `data: ${event}\n\n`, 'data: [DONE]\n\n']))
      const got = await journey.send(path, { fault: 'deep', body: '{"model":"m","stream":true}' })
      assert.ok(got.body.includes('[DONE]'), path)
      assert.equal((await journey.row(got.logId))['status_code'], 200)
    }
  })

  it('of metadata', async () => {
    const headers = { 'cf-aig-metadata': `{"a":${deep(20_000)}}` }
    assert.equal((await journey.send('openai/models', { method: 'GET', headers })).status, 200)
  })

  it('of what the management API is sent: 400', async () => {
    const { url, adminToken } = journey.tollgate
    for (const body of [
      deep(200_000),
      nested(100_000),
      `{"id":"d","unknown":${nested(100_000)}}`,
      `{"id":${deep(100_000)}}`,
    ]) {
      const response = await fetch(`${url}/client/v4/accounts/test/ai-gateway/gateways`, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminToken}`, ...json },
        body,
      })
      assert.equal(response.status, 400, body.slice(0, 20))
      await response.text()
    }
    await isAlive()
  })
})

describe('a compressed answer of a few bytes never fills the memory', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney()
  })
  after(() => journey.close())
  // What there was before in this process is not counted.
  const grownMiB = (before: number): number => (process.memoryUsage().rss - before) / mebibyte

  for (const coding of Object.keys(compressors)) {
    for (const [how, attempts] of [
      ['it passes as it came', {}],
      ['it passes as it came, also where it is held for another attempt', { 'cf-aig-max-attempts': '2' }],
    ] as const) {
      it(`as JSON in ${coding}: ${how}, and its row tells no body`, async () => {
        const bomb = await bombOf(coding, '{}', ' ', 300)
        journey.fault.plan('bomb', [answer({ headers: { ...json, 'content-encoding': coding }, body: bomb })])
        const before = process.memoryUsage().rss
        const headers = { 'accept-encoding': coding, ...attempts }
        const got = await journey.send('openai/chat/completions', { fault: 'bomb', headers, body: '{"model":"m"}' })
        assert.ok(got.body.equals(bomb))
        assert.equal(await journey.kept(got.logId, 'response'), null)
        assert.ok(grownMiB(before) < 150, `${grownMiB(before)} MiB`)
      })
    }

    it(`as an event stream in ${coding} without a line’s end, for a client that does not read it`, async () => {
      const bomb = await bombOf(coding, 'data: ', 'a', 300)
      const packed = { 'content-type': 'text/event-stream', 'content-encoding': coding }
      journey.fault.plan('bomb', [answer({ headers: packed, body: bomb })])
      const before = process.memoryUsage().rss
      const head = Promise.withResolvers<void>()
      const call = httpRequest(
        `${journey.base}/openai/chat/completions`,
        { method: 'POST', headers: { 'x-fault': 'bomb' } },
        (response) => {
          response.once('readable', () => head.resolve())
          response.on('error', () => {})
        },
      )
      call.on('error', head.reject)
      call.end('{"model":"m","stream":true}')
      await head.promise
      // By then all of it would be here, if nothing waited for the client.
      for (let round = 0; round < 200; round++) {
        await delay(10)
        assert.ok(grownMiB(before) < 75, `${grownMiB(before)} MiB`)
      }
      call.destroy()
    })

    it(`as an event stream in ${coding} that is read to its end`, async () => {
      const bomb = await bombOf(coding, 'data: ', 'a', 200)
      const packed = { 'content-type': 'text/event-stream', 'content-encoding': coding }
      journey.fault.plan('bomb', [answer({ headers: packed, body: bomb })])
      const before = process.memoryUsage().rss
      let received = 0
      const response = await fetch(`${journey.base}/openai/chat/completions`, {
        method: 'POST',
        headers: { 'x-fault': 'bomb' },
        body: '{"model":"m","stream":true}',
      })
      for await (const bytes of response.body ?? []) received += (bytes as Uint8Array).length
      assert.equal(received, 200 * mebibyte + 6)
      assert.ok(grownMiB(before) < 150, `${grownMiB(before)} MiB`)
    })
  }
})
