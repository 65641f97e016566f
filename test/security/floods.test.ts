import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { echo } from '../fault/fault-server.ts'
import { type Journey, openJourney } from '../journey/open.ts'
import { connectRaw, requestBytes } from '../journey/raw-client.ts'

describe('a client never takes the server from the others', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney({ TOLLGATE_MAX_CONNECTIONS: '20', TOLLGATE_MAX_BODY_BYTES: '100000' })
    journey.fault.plan('default', [echo])
  })
  after(() => journey.close())

  it('with more connections than are allowed: the next is closed at once, and room is made as others leave', async () => {
    const { hostname, port } = new URL(journey.tollgate.url)
    const held: Socket[] = []
    const open = () =>
      new Promise<'open' | 'closed'>((resolve) => {
        const socket = connect(Number(port), hostname)
        held.push(socket)
        socket.on('error', () => resolve('closed')).on('close', () => resolve('closed'))
        socket.write(requestBytes(journey.base, 'openai/models', { method: 'GET' }))
        socket.once('data', () => resolve('open'))
      })
    const opened: string[] = []
    for (let count = 0; count < 30; count++) opened.push(await open())
    assert.equal(opened.filter((how) => how === 'closed').length, opened.length - opened.lastIndexOf('open') - 1)
    assert.ok(opened.lastIndexOf('open') >= 15 && opened.at(-1) === 'closed', opened.join(' '))
    for (const socket of held) socket.destroy()
    for (let tries = 0; ; tries++) {
      if ((await open()) === 'open') break
      assert.ok(tries < 200, 'no room was made')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    for (const socket of held) socket.destroy()
  })

  it('with headers without end: 431, and nothing is sent', async () => {
    const before = journey.fault.requests.length
    const client = await connectRaw(journey.base)
    client.write(requestBytes(journey.base, 'openai/models', { method: 'GET', headers: { 'x-a': 'a'.repeat(70_000) } }))
    assert.match((await client.closed).toString(), /^HTTP\/1\.1 431 [^]*\r\n\r\n\{"success":false.*64 KiB.*\}$/)
    assert.equal(journey.fault.requests.length, before)
  })

  it('with what is no HTTP: 400 that says what was met', async () => {
    for (const bytes of ['nonsense\r\n\r\n', 'GET / HTTP/1.1\r\nhost: a\rb\r\n\r\n', 'GET / HTTP/1.1\r\n: a\r\n\r\n']) {
      const client = await connectRaw(journey.base)
      client.write(Buffer.from(bytes))
      assert.match(
        (await client.closed).toString(),
        /^HTTP\/1\.1 400 [^]*"message":"This is no HTTP\/1\.1 request: Parse Error/,
      )
    }
  })

  it('with a path without end: 431', async () => {
    const client = await connectRaw(journey.base)
    client.write(requestBytes(journey.base, `openai/${'a/'.repeat(40_000)}`, { method: 'GET' }))
    assert.match((await client.closed).toString(), /^HTTP\/1\.1 431 /)
  })

  it('with a body beyond the limit, told or not: 413', async () => {
    const body = 'a'.repeat(100_001)
    assert.equal((await journey.send('openai/models', { body })).status, 413)
    const chunks = (async function* () {
      yield Buffer.from(body)
    })()
    assert.equal((await journey.send('openai/models', { body: chunks })).status, 413)
  })

  // Each of these took seconds, or would with a pattern that goes back over what it has seen.
  for (const [what, headers] of [
    ['white space in Connection', { connection: `x${' '.repeat(60_000)}y` }],
    ['commas in Connection', { connection: ` ,`.repeat(15_000) + 'x' }],
    ['white space in Accept-Encoding', { 'accept-encoding': `x${' '.repeat(60_000)}y` }],
    ['beginnings of tokens', { authorization: `Bearer ${'tg_'.repeat(20_000)}` }],
    ['separators around a credential', { 'x-a': ` ,"'.`.repeat(12_000) }],
    [
      'metadata of many entries',
      { 'cf-aig-metadata': `{${Array.from({ length: 5000 }, (_, at) => `"${at}":1`).join()}}` },
    ],
    ['hops', { 'tollgate-hops': `${' '.repeat(50_000)},${' '.repeat(10_000)}x` }],
  ] as const) {
    it(`with ${what}: it is read in no time`, async () => {
      const client = await connectRaw(journey.base)
      const started = process.cpuUsage()
      client.write(requestBytes(journey.base, 'openai/models', { method: 'GET', headers }))
      await client.saw('HTTP/1.1 ')
      const { user } = process.cpuUsage(started)
      client.leave()
      assert.ok(user < 1_000_000, `${user / 1000} ms`)
    })
  }

  for (const [what, path] of [
    ['percent signs', `openai/${'%25'.repeat(20_000)}`],
    ['slashes', `openai/${'/'.repeat(60_000)}`],
    ['what endpoints end in', `custom-x/${'chat/completions/'.repeat(3000)}`],
    ['ampersands', `openai/models?${'&='.repeat(25_000)}`],
    ['a region’s place', `aws-bedrock/${'bedrock-runtime/'.repeat(3500)}`],
  ] as const) {
    it(`with a path of ${what}: it is read in no time`, async () => {
      const client = await connectRaw(journey.base)
      const started = process.cpuUsage()
      client.write(requestBytes(journey.base, path, { method: 'GET' }))
      await client.saw('HTTP/1.1 ')
      const { user } = process.cpuUsage(started)
      client.leave()
      assert.ok(user < 1_000_000, `${user / 1000} ms`)
    })
  }
})
