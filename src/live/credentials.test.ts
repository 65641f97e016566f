import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashToken, makeToken } from '../kernel/secrets.ts'
import { createCredentials } from './credentials.ts'

const admin = makeToken()
const token = makeToken()
const grant = { id: 't1', accountId: 'acme', gateways: null, permissions: ['AI Gateway Run' as const] }
const clock = { nowMs: () => 1000, tickMs: () => 1000 }
let expiresMs: number | null = null
const live = { token: (hash: string) => (hash === hashToken(token) ? { grant, expiresMs } : undefined) }
const { find, holderOf, isAdminToken } = createCredentials(admin, live, clock)

test('only the whole admin token is the admin', () => {
  assert.deepEqual(find(admin), { text: admin, caller: { kind: 'admin' } })
  assert.equal(isAdminToken(admin), true)
  assert.equal(find(''), null)
  for (const text of [admin.slice(0, -1), `${admin}x`, admin.toLowerCase()])
    assert.equal(find(text)?.caller, null, text)
})

test('a credential is found in whatever it is wrapped', () => {
  for (const own of [admin, token]) {
    const wrapped = [`Bearer ${own}`, `Bearer\t${own}`, `"${own}"`, `realtime, openai-insecure-api-key.${own}`]
    for (const text of wrapped) assert.equal(find(text)?.text, own, text)
    for (const text of wrapped) assert.notEqual(find(text)?.caller, null, text)
  }
})

test('a token that nobody holds is found without a caller', () => {
  const stranger = makeToken()
  assert.deepEqual(find(`Bearer ${stranger}`), { text: stranger, caller: null })
  assert.equal(holderOf(stranger), null)
})

test('a token with a typo or without its end is found, so that it goes nowhere; what only looks a little like one is not', () => {
  const typo = token.slice(0, -1) + (token.endsWith('a') ? 'b' : 'a')
  for (const text of [typo, token.slice(0, -3), `${token}x`])
    assert.deepEqual(find(`Bearer ${text}`), { text, caller: null })
  for (const text of ['tg_short', `sk-${typo}`, `eyJhbGciOi_${typo}`]) assert.equal(find(`Bearer ${text}`), null, text)
  assert.equal(find(`eyJhbGciOi_${token}`)?.text, token)
})

test('a token is good until it expires', () => {
  assert.deepEqual(holderOf(token), { kind: 'token', ...grant })
  expiresMs = 1001
  assert.notEqual(holderOf(token), null)
  expiresMs = 1000
  assert.equal(holderOf(token), null)
})

test('an admin token of any form is one', () => {
  const other = createCredentials('correct horse', { token: () => undefined }, clock)
  assert.deepEqual(other.find('Bearer correct horse'), { text: 'correct horse', caller: { kind: 'admin' } })
  assert.equal(other.find('correct horses'), null)
})
