import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DocumentRecord } from '../contract/document.ts'
import type { ProviderKey } from '../contract/provider-configs.ts'
import { createVault } from '../kernel/vault.ts'
import { createLiveProviderKeys } from './provider-keys.ts'

const vault = createVault(Buffer.alloc(32, 7).toString('base64'))
const key = (id: string, secret: string | null, more: Partial<ProviderKey> = {}): ProviderKey => ({
  id,
  alias: `alias-${id}`,
  isDefault: false,
  sealed: secret === null ? null : vault.seal(secret, id),
  preview: '',
  secretId: null,
  rateLimit: null,
  rateLimitPeriod: null,
  createdMs: 0,
  modifiedMs: 0,
  ...more,
})
const document = (id: string, keys: ProviderKey[], more: Partial<DocumentRecord> = {}): DocumentRecord => ({
  kind: 'provider_keys',
  id,
  accountId: 'acc',
  gateway: 1,
  parentId: null,
  name: 'openai',
  body: { keys },
  createdMs: 0,
  modifiedMs: 1,
  ...more,
})
const secrets = (keys: readonly { secret: string | null }[] | undefined) => keys?.map(({ secret }) => secret)

test('the default comes first, then the others as they were made; what has no secret is no one’s turn', () => {
  const keys = createLiveProviderKeys(vault)
  const made = [key('d', 'four'), key('b', 'two'), key('c', 'three', { isDefault: true }), key('a', 'one')]
  keys.change([document('x', [...made, key('e', null)])], [])
  assert.deepEqual(secrets(keys.of(1, 'openai')?.inTurn), ['three', 'one', 'two', 'four'])
  assert.deepEqual(secrets(keys.of(1, 'openai')?.all), ['one', 'two', 'three', 'four', null])
  assert.equal(keys.of(2, 'openai'), undefined)
  assert.equal(keys.of(1, 'anthropic'), undefined)
})

test('without a default a request that names no key has none', () => {
  const keys = createLiveProviderKeys(vault)
  keys.change([document('x', [key('a', 'one')])], [])
  assert.deepEqual(keys.of(1, 'openai')?.inTurn, [])
})

test('a secret that is sealed for another key is not opened', () => {
  const keys = createLiveProviderKeys(vault)
  keys.change([document('x', [key('a', null, { sealed: vault.seal('one', 'b') })])], [])
  assert.deepEqual(secrets(keys.of(1, 'openai')?.all), [null])
})

test('a change that comes late does not undo a newer one', () => {
  const keys = createLiveProviderKeys(vault)
  keys.change([document('x', [key('a', 'new')], { modifiedMs: 5 })], [])
  keys.change([document('x', [key('a', 'old')], { modifiedMs: 4 })], [])
  assert.deepEqual(secrets(keys.of(1, 'openai')?.all), ['new'])
})

test('keys go with their document, their custom provider and their gateway', () => {
  const keys = createLiveProviderKeys(vault)
  const put = (): void =>
    keys.change([document('x', [key('a', 'one')]), document('y', [key('b', 'two')], { name: 'p', parentId: 'p' })], [])
  put()
  keys.change([], ['x'])
  assert.deepEqual([keys.of(1, 'openai'), secrets(keys.of(1, 'p')?.all)], [undefined, ['two']])
  keys.change([], ['p'])
  assert.equal(keys.of(1, 'p'), undefined)
  put()
  keys.forget(2)
  assert.deepEqual(secrets(keys.of(1, 'openai')?.all), ['one'])
  keys.forget(1)
  assert.deepEqual([keys.of(1, 'openai'), keys.of(1, 'p')], [undefined, undefined])
})

test('what is read anew replaces all, and what did not change is not opened again', () => {
  let opened = 0
  const counting = { open: (sealed: string, place: string) => (opened++, vault.open(sealed, place)) }
  const keys = createLiveProviderKeys(counting)
  keys.replace([document('x', [key('a', 'one')]), document('y', [key('b', 'two')], { name: 'groq' })])
  keys.replace([document('x', [key('a', 'one')]), document('z', [key('c', 'three')], { name: 'grok' })])
  assert.equal(opened, 3)
  assert.deepEqual(secrets(keys.of(1, 'openai')?.all), ['one'])
  assert.equal(keys.of(1, 'groq'), undefined)
})

test('a limit is whole requests in a window', () => {
  const keys = createLiveProviderKeys(vault)
  const limited = key('a', 'one', { rateLimit: 0.5, rateLimitPeriod: 1.5 })
  keys.change([document('x', [limited, key('b', 'two')])], [])
  assert.deepEqual(
    keys.of(1, 'openai')?.all.map(({ limit }) => limit),
    [{ requests: 1, windowMs: 1500, technique: 'sliding' }, null],
  )
})
