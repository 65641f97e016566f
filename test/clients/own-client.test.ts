// Tollgate's own client beside the official one: the same methods, and from each the same request.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Own from '@tollgate/client'
import Cloudflare from 'cloudflare'
import { type Recorded, type Recorder, startRecorder } from '../client/recorder.ts'

type Method = (...args: unknown[]) => PromiseLike<unknown>

/** Every method of the official client's resource and of those inside it, by its place: `logs.get`. */
function methodsOf(resource: object, place = ''): Map<string, number> {
  const methods = new Map<string, number>()
  for (let at: object = resource; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (name.startsWith('_') || name === 'constructor') continue
      if (typeof value === 'function') methods.set(place + name, value.length)
      else if (typeof value === 'object' && value !== null) {
        for (const [inner, length] of methodsOf(value as object, `${place}${name}.`)) methods.set(inner, length)
      }
    }
  }
  return methods
}

function methodAt(client: object, place: string): Method {
  const words = place.split('.')
  const owner = words.slice(0, -1).reduce<unknown>((at, word) => (at as Record<string, unknown>)?.[word], client)
  const method = (owner as Record<string, unknown> | undefined)?.[words.at(-1) ?? '']
  assert.equal(typeof method, 'function', `${place} is not in Tollgate's client`)
  return (...args) => (method as Method).apply(owner, args)
}

describe("Tollgate's client beside the official one", () => {
  let recorder: Recorder
  before(async () => {
    recorder = await startRecorder()
  })
  after(() => recorder.close())

  const official = methodsOf(new Cloudflare({ apiToken: 'token' }).aiGateway)

  it('sees the methods of the official one', () => {
    assert.ok(official.size >= 47, `only ${official.size} methods seen`)
    for (const name of ['create', 'logs.delete', 'dynamicRouting.getVersion', 'billing.topup.config.get']) {
      assert.ok(official.has(name), name)
    }
  })

  for (const [name, length] of official) {
    it(`aiGateway.${name} sends the same`, async () => {
      const options = { apiToken: 'token', baseURL: `${recorder.url}/client/v4`, maxRetries: 0 }
      const all = { account_id: 'the-account', gateway_id: 'the-gateway', id: 'the-id', name: 'the name', page: 2 }
      const texts = length === 3 ? ['the text'] : []
      recorder.requests.length = 0
      await methodAt(new Cloudflare(options).aiGateway, name)(...texts, all)
      const theirs = recorder.requests[0] ?? assert.fail('nothing was asked')
      // What the official client has no use for, it drops in silence; ours leaves that to the server.
      const isUsed = (key: string, value: unknown): boolean =>
        theirs.path.split('/').includes(String(value)) || key in { ...theirs.query, ...(theirs.body as object) }
      const used = Object.fromEntries(Object.entries(all).filter(([key, value]) => isUsed(key, value)))
      await methodAt(new Own(options).aiGateway, name)(...texts, used)
      const ours = recorder.requests[1] ?? assert.fail('nothing was asked')
      const shown = ({ method, path, query, body, headers }: Recorded): unknown[] => [
        method,
        path,
        query,
        body,
        headers.authorization,
        body === undefined ? undefined : headers['content-type'],
      ]
      assert.deepEqual(shown(ours), shown(theirs))
    })
  }
})
