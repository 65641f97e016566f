import assert from 'node:assert/strict'
import { it } from 'node:test'
import { authenticate } from './authenticate.ts'

const admin = { isAdminToken: (text: string) => text === 's3cret', adminEmail: 'Admin@localhost' }
const passes = (headers: Record<string, string>): boolean => {
  try {
    authenticate((name) => headers[name], admin)
    return true
  } catch {
    return false
  }
}

it('the admin token passes as a bearer and beside the admin email', () => {
  assert.ok(passes({ authorization: 'Bearer s3cret' }))
  assert.ok(passes({ authorization: 'bearer  s3cret' }))
  assert.ok(passes({ 'x-auth-email': 'admin@LOCALHOST', 'x-auth-key': 's3cret' }))
})

it('anything else does not pass', () => {
  assert.ok(!passes({}))
  assert.ok(!passes({ authorization: 's3cret' }))
  assert.ok(!passes({ authorization: 'Bearer ' }))
  assert.ok(!passes({ authorization: 'Bearer s3cret x' }))
  assert.ok(!passes({ authorization: 'Bearer wrong' }))
  assert.ok(!passes({ 'x-auth-key': 's3cret' }))
  assert.ok(!passes({ 'x-auth-email': 'other@localhost', 'x-auth-key': 's3cret' }))
  assert.ok(!passes({ 'x-auth-email': 'admin@localhost', 'x-auth-key': 'wrong' }))
})
