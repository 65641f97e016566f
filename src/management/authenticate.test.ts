import assert from 'node:assert/strict'
import { it } from 'node:test'
import { makeToken, hashToken } from '../kernel/secrets.ts'
import { createCredentials } from '../live/credentials.ts'
import { createLive } from '../live/live.ts'
import { authenticate } from './authenticate.ts'

const token = makeToken()
const clock = { now: 1000, nowMs: () => clock.now, tickMs: () => clock.now }
const live = createLive([])
live.apply({
  type: 'documents',
  version: 1,
  removed: [],
  put: [
    {
      kind: 'token',
      id: 't1',
      accountId: 'acme',
      gateway: null,
      parentId: null,
      name: 't1',
      createdMs: 0,
      modifiedMs: 0,
      body: {
        label: 'ci',
        hash: hashToken(token),
        preview: 'tg_',
        permissions: ['AI Gateway Read'],
        gateways: null,
        expiresMs: 2000,
      },
    },
  ],
})
const admin = {
  credentials: createCredentials('s3cret-of-the-admin', live, clock),
  adminEmail: 'Admin@localhost',
  catchUpSettings: null,
}
const passes = async (headers: Record<string, string>): Promise<string | null> => {
  const caller = await authenticate((name) => headers[name], admin).catch(() => null)
  return caller?.kind === 'token' ? caller.id : (caller?.kind ?? null)
}

it('the admin token passes as a bearer and beside the admin email', async () => {
  assert.equal(await passes({ authorization: 'Bearer s3cret-of-the-admin' }), 'admin')
  assert.equal(await passes({ authorization: 'bearer  s3cret-of-the-admin' }), 'admin')
  assert.equal(await passes({ 'x-auth-email': 'admin@LOCALHOST', 'x-auth-key': 's3cret-of-the-admin' }), 'admin')
})

it('a token passes as a bearer until it expires, and is no key of the admin', async () => {
  assert.equal(await passes({ authorization: `Bearer ${token}` }), 't1')
  assert.equal(await passes({ 'x-auth-email': 'admin@localhost', 'x-auth-key': token }), null)
  assert.equal(await passes({ authorization: `Bearer ${makeToken()}` }), null)
  clock.now = 2000
  assert.equal(await passes({ authorization: `Bearer ${token}` }), null)
})

it('anything else does not pass', async () => {
  const refused: Record<string, string>[] = [
    {},
    { authorization: 's3cret-of-the-admin' },
    { authorization: 'Bearer ' },
    { authorization: 'Bearer s3cret-of-the-admin x' },
    { authorization: 'Bearer wrong' },
    { 'x-auth-key': 's3cret-of-the-admin' },
    { 'x-auth-email': 'other@localhost', 'x-auth-key': 's3cret-of-the-admin' },
    { 'x-auth-email': 'admin@localhost', 'x-auth-key': 'wrong' },
  ]
  for (const headers of refused) assert.equal(await passes(headers), null, JSON.stringify(headers))
})
