import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { test } from 'node:test'
import { type CheckedLookup, createCheckedLookup, type LookUpAll } from './checked-lookup.ts'
import { createUpstreamPolicy } from './public-address.ts'

const policy = createUpstreamPolicy(['10.1.0.0/16', 'llm.internal'])
const names: Readonly<Record<string, string[]>> = {
  'public.example.com': ['93.184.216.34', '2606:2800:220:1::1'],
  'private.example.com': ['192.168.0.7'],
  'mixed.example.com': ['93.184.216.34', '127.0.0.1'],
  'mapped.example.com': ['::ffff:127.0.0.1'],
  'allowed.example.com': ['10.1.2.3'],
  'llm.internal': ['192.168.0.7'],
}
const all: LookUpAll = (host, _options, callback) => {
  const addresses = (names[host] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  if (addresses.length > 0) callback(null, addresses)
  else callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), [])
}

function lookUp({ lookup }: CheckedLookup, host: string, options: object = { all: true }): Promise<string | string[]> {
  return new Promise((resolve, reject) => {
    lookup(host, options, (error, found: string | LookupAddress[]) => {
      if (error) reject(error)
      else resolve(typeof found === 'string' ? found : found.map(({ address }) => address))
    })
  })
}

test('a name gives its addresses only where every one of them may be dialled', async () => {
  const checked = createCheckedLookup(policy, all)
  assert.deepEqual(await lookUp(checked, 'public.example.com'), names['public.example.com'])
  assert.equal(await lookUp(checked, 'public.example.com', {}), '93.184.216.34')
  assert.deepEqual(await lookUp(checked, 'allowed.example.com'), ['10.1.2.3'])
  assert.deepEqual(await lookUp(checked, 'llm.internal'), ['192.168.0.7'])
  for (const host of ['private.example.com', 'mixed.example.com', 'mapped.example.com']) {
    await assert.rejects(lookUp(checked, host), { code: 'upstream_refused', status: 400, number: 2005 })
  }
  await assert.rejects(lookUp(checked, 'none.example.com'), { code: 'ENOTFOUND' })
})

test('a host that is an address is checked without a look-up', () => {
  const { check } = createCheckedLookup(policy, () => assert.fail('nothing is looked up'))
  for (const host of ['8.8.8.8', '10.1.9.9', 'any.example.com']) assert.equal(check(host), null, host)
  for (const host of [
    '127.0.0.1',
    '10.2.0.1',
    '::1',
    '::ffff:10.2.0.1',
    '64:ff9b::7f00:1',
    'fe80::1',
    '169.254.169.254',
  ]) {
    assert.equal(check(host)?.code, 'upstream_refused', host)
  }
})
