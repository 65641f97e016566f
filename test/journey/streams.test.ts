import assert from 'node:assert/strict'
import { on } from 'node:events'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { answer, chunk, cutAt, head, lastChunk, stream, streamHead } from '../fault/answers.ts'
import { close, reset, stall, type Step } from '../fault/fault-server.ts'
import { type Journey, openJourney } from './open.ts'
import { bodyOf, connectRaw, logIdOf, type RawClient, requestBytes } from './raw-client.ts'

const path = 'openai/chat/completions'
const asked = '{"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true}}'
const recorded = readFileSync(new URL('../../src/formats/fixtures/openai-chat.sse.txt', import.meta.url), 'utf8')
/** The events of the recorded stream, each with its blank line; the last two are the usage and `[DONE]`. */
const events = recorded.split(/(?<=\n\n)/)
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

/** Sends a request for a stream on a connection of its own, and gives all that came when it is over. */
async function readAll(script: string, body = asked): Promise<{ bytes: Buffer; row: Record<string, unknown> }> {
  const client = await open(script, { body, headers: { connection: 'close' } })
  const bytes = await client.closed
  return { bytes, row: await journey.row(logIdOf(bytes)) }
}

describe('a stream', () => {
  it('is written through event by event, its head before the first of them', async () => {
    const gates = events.map(() => Promise.withResolvers<void>())
    const steps = events.flatMap((event, at): Step[] => [
      { until: gates[at]?.promise ?? Promise.resolve() },
      chunk(event),
    ])
    journey.fault.plan('gated', [streamHead, ...steps, lastChunk])
    const client = await open('gated')
    await client.saw('\r\n\r\n')
    for (const [at, event] of events.entries()) {
      assert.ok(!client.received().includes(event))
      gates[at]?.resolve()
      await client.saw(event)
    }
    client.leave()
    assert.match(client.received().toString(), /^HTTP\/1\.1 200 [^]*content-type: text\/event-stream/)
    const row = await journey.row(logIdOf(client.received()))
    assert.deepEqual([row['success'], row['tokens_in'], row['tokens_out']], [true, 1117, 46])
    assert.match(String(await journey.kept(logIdOf(client.received()), 'response')), /Grüße 🌍!/)
  })

  it('is a success for a client that closes at [DONE] without reading the HTTP end', async () => {
    journey.fault.plan('no-end', [streamHead, chunk(recorded), stall])
    const index = journey.fault.requests.length
    const client = await open('no-end')
    await client.saw(done)
    client.leave()
    assert.equal((await journey.row(logIdOf(client.received())))['success'], true)
    assert.equal(await (await journey.fault.request(index)).ended, 'client-left')
  })

  it('shows its usage event to a client that asked for it, and hides it from one that did not', async () => {
    journey.fault.plan('usage', stream(events))
    const shown = await readAll('usage')
    assert.equal(bodyOf(shown.bytes), recorded)
    for (const body of [
      '{"model":"x","stream":true}',
      '{"model":"x","stream":true,"stream_options":{"include_usage":false}}',
    ]) {
      const hidden = await readAll('usage', body)
      assert.deepEqual(JSON.parse(journey.fault.requests.at(-1)?.body.toString() ?? '').stream_options, {
        include_usage: true,
      })
      assert.equal(bodyOf(hidden.bytes), events.filter((_, at) => at !== events.length - 2).join(''))
      assert.deepEqual([hidden.row['tokens_in'], hidden.row['success']], [1117, true])
    }
  })

  it('that hides its usage loses no byte behind [DONE]', async () => {
    const behind = [': bye', '\n\ndata: {"x":1', '}\n\n']
    journey.fault.plan('behind', stream([`${delta('a')}${done}${behind[0]}`, behind[1] ?? '', behind[2] ?? '']))
    const { bytes } = await readAll('behind', '{"model":"x","stream":true}')
    assert.equal(bodyOf(bytes), `${delta('a')}${done}${behind.join('')}`)
  })

  it('cut at any byte ends for the client, and is a success only if the terminal event got through', async () => {
    const whole = Buffer.concat([streamHead, chunk(delta('Hello')), chunk(events.at(-2) ?? ''), chunk(done), lastChunk])
    for (let count = 0; count <= whole.length; count += 1) {
      journey.fault.plan('cut', cutAt(whole, count, count % 2 === 0 ? close : reset))
      const { bytes, row } = await readAll('cut')
      const sawDone = bytes.includes('data: [DONE]\n')
      assert.equal(row['success'], sawDone, `cut at ${count}: ${bytes.toString()}`)
      assert.equal(row['outcome'], sawDone ? 'complete' : 'upstream_broken', `cut at ${count}`)
      if (count <= streamHead.length - 1) assert.match(bytes.toString(), /^HTTP\/1\.1 502 /, `cut at ${count}`)
    }
  })

  it('that ends in order without its terminal event is no success, and its client is told', async () => {
    journey.fault.plan('half', stream([delta('Hel')]))
    const { bytes, row } = await readAll('half')
    const told = bodyOf(bytes).slice(delta('Hel').length)
    assert.match(
      told,
      /^data: \{"error":\{"message":"The provider ended its answer before it was complete\.".*"code":"2005"\}\}\n\n$/,
    )
    assert.deepEqual([row['success'], row['outcome'], row['status_code']], [false, 'upstream_broken', 200])
    assert.match(String(row['error']), /before it was complete/)
  })

  it('with an error event in the middle is no success, and its row says the error', async () => {
    const error = 'data: {"error":{"message":"The engine is overloaded","type":"server_error"}}\n\n'
    for (const last of [[], [done]]) {
      journey.fault.plan('error-event', stream([delta('Hel'), error, ...last]))
      const { bytes, row } = await readAll('error-event')
      assert.equal(bodyOf(bytes), `${delta('Hel')}${error}${last.join('')}`)
      assert.deepEqual([row['success'], row['error']], [false, 'The engine is overloaded'])
    }
  })

  it('with bytes that are no UTF-8 passes untouched', async () => {
    const bad = Buffer.concat([
      Buffer.from('data: {"choices":[{"delta":{"content":"'),
      Buffer.from([0xc3, 0x28, 0xff]),
      Buffer.from('"}}]}\n\n'),
    ])
    journey.fault.plan('bad-utf8', [streamHead, chunk(bad), chunk(done), lastChunk])
    const { bytes, row } = await readAll('bad-utf8')
    assert.ok(bytes.includes(bad))
    assert.equal(row['success'], true)
  })

  it('with a line of 3 MiB passes untouched, whether it ends or not, and the usage behind it is read', async () => {
    const giant = `data: ${'x'.repeat(3 << 20)}`
    journey.fault.plan('giant', stream([giant, '\n\n', events.at(-2) ?? '', done]))
    const ended = await readAll('giant')
    assert.ok(ended.bytes.includes('x'.repeat(60_000)))
    assert.equal(count(bodyOf(ended.bytes), 'x'), 3 << 20)
    assert.deepEqual(
      [ended.row['success'], ended.row['tokens_in'], ended.row['response_head_complete']],
      [true, 1117, false],
    )
    journey.fault.plan('giant', stream([giant]))
    assert.equal(count(bodyOf((await readAll('giant', '{"stream":true}')).bytes), 'x'), 3 << 20)
  })

  it('whose terminal event is too large to be read is complete at its HTTP end', async () => {
    const completed = JSON.stringify({ type: 'response.completed', response: { output: 'x'.repeat(2 << 20) } })
    journey.fault.plan('large-end', stream([`event: response.completed\ndata: ${completed}\n\n`]))
    const got = await journey.send('openai/responses', { fault: 'large-end', body: '{"model":"gpt-4o","stream":true}' })
    const row = await journey.row(got.logId)
    assert.deepEqual([row['success'], row['outcome'], row['response_head_complete']], [true, 'complete', false])
  })

  it('with more than a row may keep is cut off in the row, but its usage is read, and memory does not grow', async () => {
    const piece = chunk(delta('y'.repeat(60_000)))
    const pieceCount = 3500
    const gate = Promise.withResolvers<void>()
    journey.fault.plan('long', [
      streamHead,
      ...Array.from({ length: pieceCount }, (): Step => piece),
      { until: gate.promise },
      chunk(events.at(-2) ?? ''),
      chunk(done),
      lastChunk,
    ])
    const usedBefore = usedMiB()
    const client = await open('long', { headers: { connection: 'close' } })
    await client.saw('\r\n\r\n')
    const logId = logIdOf(client.received())
    let seen = client.received().length
    client.socket.removeAllListeners('data')
    for await (const [bytes] of on(client.socket, 'data', { close: ['close'] })) {
      seen += (bytes as Buffer).length
      if (seen < pieceCount * piece.length) continue
      const grownMiB = usedMiB() - usedBefore
      gate.resolve()
      // Of 200 MiB; client and provider are in this process too, with what is on its way between them.
      assert.ok(grownMiB < 100, `grew by ${grownMiB} MiB`)
    }
    const row = await journey.row(logId)
    assert.deepEqual([row['success'], row['tokens_in'], row['response_head_complete']], [true, 1117, false])
    const kept = (await journey.kept(logId, 'response'))?.length ?? 0
    assert.ok(kept > 9 << 20 && kept <= 10 << 20, `${kept} bytes are kept`)
  })
})

describe('a provider', () => {
  it('that stalls in the middle of a stream is given up, and the client is told', async () => {
    journey.fault.plan('stall', [streamHead, chunk(delta('Hel')), stall])
    const { bytes, row } = await readAll('stall')
    assert.match(bodyOf(bytes), /Hel.*\n\ndata: \{"error":\{"message":"No answer from the provider.*\}\}\n\n$/)
    assert.ok(bytes.toString().endsWith('\r\n0\r\n\r\n'))
    assert.deepEqual([row['outcome'], row['success'], row['status_code']], ['upstream_timeout', false, 200])
  })

  it('that stalls before its head gets 504/2005 told of it', async () => {
    journey.fault.plan('no-head', [stall])
    const { bytes, row } = await readAll('no-head')
    assert.match(bytes.toString(), /^HTTP\/1\.1 504 [^]*"internalCode":2005/)
    assert.deepEqual([row['outcome'], row['status_code']], ['upstream_timeout', 504])
  })

  it('that resets in the middle of an event has the client told, behind what it cannot take back', async () => {
    journey.fault.plan('reset', [streamHead, chunk(`${delta('Hel')}data: {"id":"c`), { pauseMs: 20 }, reset])
    const { bytes, row } = await readAll('reset')
    assert.match(bodyOf(bytes), /Hel.*\n\ndata: \{"id":"c\n\ndata: \{"error":\{.*\}\}\n\n$/)
    assert.deepEqual([row['outcome'], row['success']], ['upstream_broken', false])
  })

  it('whose stream has no such event has the client cut', async () => {
    journey.fault.plan('voice', [streamHead, chunk('data: {"x":1}\n\n'), { pauseMs: 20 }, reset])
    const client = await connectRaw(journey.base)
    const headers = { 'x-fault': 'voice', connection: 'close' }
    client.write(requestBytes(journey.base, 'openai/audio/transcriptions', { headers, body: '{"stream":true}' }))
    assert.ok(!(await client.closed).includes('\r\n0\r\n'))
  })

  const brokenAnswers: Record<string, readonly Step[]> = {
    'closes without a byte': [close],
    'resets without a byte': [reset],
    'sends garbage': ['\x00not http at all\r\n\r\n', close],
    'sends half a head': ['HTTP/1.1 200 OK\r\ncontent-ty', close],
    'has a status below 100': ['HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n'],
    'switches protocols unasked': ['HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', stall],
    'has a head above every limit': [head(200, { 'x-big': 'y'.repeat(200_000) }), stall],
    'breaks off a short answer': [answer({ headers: { 'content-length': '99' }, body: 'short' }), close],
    'breaks off a chunked answer that it sends at once': [
      head(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }),
      stall,
    ],
  }
  for (const [name, steps] of Object.entries(brokenAnswers)) {
    it(`that ${name} gets a 502 or 504 with 2005 told of it, and never a hang`, async () => {
      journey.fault.plan('broken', steps)
      const { bytes, row } = await readAll('broken')
      const isCut = name.includes('chunked')
      if (!isCut) assert.match(bytes.toString(), /^HTTP\/1\.1 50[24] [^]*"internalCode":2005/)
      assert.equal(row['success'], false)
      assert.match(String(row['outcome']), /^upstream_(broken|timeout)$/)
    })
  }

  it('that cannot be reached gets 502/2005 told of it', async () => {
    const nowhere = await openJourney({ TOLLGATE_PROVIDER_OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })
    const got = await nowhere.send(path, { body: '{}' })
    assert.equal(got.status, 502)
    assert.equal(JSON.parse(got.body.toString()).internalCode, 2005)
    assert.equal((await nowhere.row(got.logId))['outcome'], 'upstream_broken')
    await nowhere.close()
  })

  for (const value of ['\x7f', 'a\x01b', '\xff\xfe']) {
    it(`whose header holds ${JSON.stringify(value)} has an answer that reaches the client, or 502, and one row`, async () => {
      const bytes = `HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-odd: ${value}\r\n\r\nok`
      journey.fault.plan('odd', [Buffer.from(bytes, 'latin1'), close])
      const got = await readAll('odd')
      const status = /^HTTP\/1\.1 (200|502) /.exec(got.bytes.toString('latin1'))?.[1]
      assert.equal(String(got.row['status_code']), status, got.bytes.toString())
    })
  }
})

/** Memory that is in use, without garbage. */
function usedMiB(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / (1 << 20)
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1
}
