import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { createEntries } from '../store/entries.ts'
import { accountId, type Management, openManagement, token } from './open.ts'

const rowCount = 20_000

describe('management: a large export over HTTP', () => {
  let api: Management
  let server: Server
  let looks = 0
  /** Each look finds little, and takes its time. */
  let isSlow = false
  before(async () => {
    api = await openManagement()
    await api.call('POST', 'gateways', { id: 'my-gateway' })
    const [gateway] = await api.deps.store.gateways.all()
    assert.ok(gateway)
    const make = createEntries()
    const none = { request: null, response: null }
    for (let done = 0; done < rowCount; done += 5000) {
      const entries = Array.from({ length: 5000 }, () => make(gateway.number, none))
      await api.deps.store.logs.append(entries, { lane: 'main', segment: 1, offset: done })
    }
    const { walk } = api.deps.store.logs
    api.deps.store.logs.walk = async (query) => {
      looks++
      if (isSlow) await delay(20)
      return await walk(isSlow ? { ...query, budgetMs: 0 } : query)
    }
    const listener = getRequestListener((request) => api.fetch(request))
    server = createServer((req, res) => void listener(req, res)).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(async () => {
    server.closeAllConnections()
    server.close()
    await api.close()
  })

  const open = async (query = ''): Promise<IncomingMessage> => {
    const { port } = server.address() as AddressInfo // A TCP server that listens has such an address.
    const address = `http://127.0.0.1:${port}/client/v4/accounts/${accountId}/ai-gateway/gateways/my-gateway/logs/export${query}`
    const asked = get(address, { headers: { authorization: `Bearer ${token}` } })
    const [answer] = (await once(asked, 'response')) as [IncomingMessage] // The event's documented argument.
    return answer
  }
  /** How many pages of rows were read, once no more are. */
  const settled = async (): Promise<number> => {
    for (let known = -1; known !== looks; await delay(100)) known = looks
    return looks
  }

  it('reads no further than its client does, and all of it in the end', async () => {
    looks = 0
    const answer = await open('?format=csv')
    answer.pause()
    const waiting = await settled()
    assert.ok(waiting < 30, `${waiting} pages were read for a client that reads nothing`)
    let text = ''
    for await (const piece of answer.setEncoding('utf8')) text += String(piece)
    assert.equal(text.split('\r\n').length, rowCount + 2)
  })

  it('ends when its client has left, also where it has found nothing yet', async () => {
    looks = 0
    isSlow = true
    const answer = await open('?format=csv&filters.key=model&filters.operator=contains&filters.value=nowhere')
    answer.destroy()
    const read = await settled()
    assert.ok(read < rowCount / 500, `${read} looks were taken for a client that has left`)
    isSlow = false
  })

  it('ends when its client has left', async () => {
    looks = 0
    const answer = await open()
    answer.once('data', () => answer.destroy())
    await once(answer, 'close')
    const read = await settled()
    assert.ok(read < 30, `${read} pages were read for a client that has left`)
    const closed = once(server, 'close')
    server.close()
    await closed
    assert.deepEqual(
      api.logLines.filter((line) => line.includes('broke off')),
      [],
    )
  })
})
