import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { request } from 'undici'
import { chunk, streamHead } from '../test/fault/answers.ts'
import { type FaultServer, stall, startFaultServer } from '../test/fault/fault-server.ts'
import type { LoadResult } from './load.ts'
import { cpuMs, loadCore, rssMib, runNode, type Server, startServer } from './processes.ts'
import { bodySizesKb, chatBody, eventsPerBurst } from './traffic.ts'

describe('the parts of the bench', () => {
  let upstream: Server
  let proxy: Server
  let fault: FaultServer
  before(async () => {
    fault = await startFaultServer()
    upstream = await startServer(loadCore, ['bench/upstream.ts'])
    proxy = await startServer(loadCore, ['bench/raw-proxy.ts', upstream.url])
  })
  after(async () => {
    await Promise.all([upstream.stop(), proxy.stop(), fault.close()])
  })

  for (const sizeKb of bodySizesKb) {
    it(`a chat of ${sizeKb} KB gets an answer of ${sizeKb} KB through the raw proxy`, async () => {
      const body = chatBody(sizeKb, 'whole')
      assert.equal(body.length, sizeKb * 1024)
      const answered = await request(`${proxy.url}/v1/chat/completions`, { method: 'POST', body })
      const text = await answered.body.text()
      assert.equal(text.length, sizeKb * 1024)
      assert.equal((JSON.parse(text) as { usage: { total_tokens: number } }).usage.total_tokens, 300)
    })
  }

  it('a stream has all its events, and the usage only if asked for', async () => {
    const body = chatBody(1, 'burst')
    const asked = body.replace('"stream":true', '"stream":true,"stream_options":{"include_usage":true}')
    for (const [sent, usages] of [
      [body, 0],
      [asked, 1],
    ] as const) {
      const answered = await request(`${proxy.url}/v1/chat/completions`, { method: 'POST', body: sent })
      const text = await answered.body.text()
      assert.equal(text.split('"content":').length - 1, eventsPerBurst)
      assert.equal(text.split('"usage":').length - 1, usages)
      assert.ok(text.endsWith('data: [DONE]\n\n'))
    }
  })

  it('a mixed load goes through without an error, and its cost is seen', async () => {
    const cpuBefore = cpuMs(proxy.pid)
    const url = `${proxy.url}/v1/chat/completions`
    const printed = await runNode(loadCore, ['bench/load.ts', '--url', url, '--mode', 'mixed', '--requests', '600'])
    const result = JSON.parse(printed) as LoadResult
    assert.deepEqual([result.requests, result.errors], [600, 0])
    assert.ok(cpuMs(proxy.pid) > cpuBefore)
    assert.ok(rssMib(proxy.pid).launcher > 20)
  })

  it('streams are counted event by event, and a late one has its head before its content', async () => {
    const load = async (mode: string, url: string): Promise<LoadResult> => {
      const args = ['--url', `${url}/v1/chat/completions`, '--mode', mode, '--connections', '3', '--seconds', '1']
      return JSON.parse(await runNode(loadCore, ['bench/load.ts', ...args])) as LoadResult
    }
    const paced = await load('streams', proxy.url)
    assert.deepEqual([paced.requests, paced.errors, paced.eventsLost], [3, 0, 0])
    // The raw proxy's head waits for the first of its body.
    const late = await load('late', upstream.url)
    assert.ok(late.requests > 3 && late.errors === 0)
    assert.ok((late.p50Us ?? 0) - (late.headP50Us ?? 0) > 50_000, JSON.stringify(late))
  })

  it('the raw proxy leaves the upstream when its client leaves', async () => {
    fault.plan('default', [streamHead, chunk('data: 1\n\n'), stall])
    const faulty = await startServer(loadCore, ['bench/raw-proxy.ts', fault.url])
    const left = new AbortController()
    const answered = await request(`${faulty.url}/v1/chat`, { method: 'POST', body: '{}', signal: left.signal })
    const reading = answered.body.text()
    left.abort()
    await assert.rejects(reading)
    assert.equal(await fault.requests.at(-1)?.ended, 'client-left')
    await faulty.stop()
  })
})
