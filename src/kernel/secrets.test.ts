import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createCredentials, loadAdminToken, makeToken } from './secrets.ts'

test('a token has its prefix, 256 bits and a checksum, and no two are equal', () => {
  const tokens = Array.from({ length: 100 }, makeToken)
  for (const token of tokens) assert.match(token, /^tg_[0-9A-Za-z]{49}$/)
  assert.equal(new Set(tokens).size, 100)
})

test('the admin token is made once, for its owner only, and read again', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-secrets-'))
  try {
    const made = loadAdminToken(dir)
    assert.equal(made.isNew, true)
    assert.equal(statSync(made.file).mode & 0o777, 0o600)
    assert.equal(readFileSync(made.file, 'utf8').trim(), made.token)
    assert.deepEqual(loadAdminToken(dir), { ...made, isNew: false })
    writeFileSync(made.file, '\n')
    assert.throws(() => loadAdminToken(dir), /holds no usable token/)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('only the whole admin token is a credential', () => {
  const token = makeToken()
  const { find, check } = createCredentials(token)
  assert.equal(find(token), token)
  assert.equal(check(token), true)
  for (const text of ['', token.slice(0, -1), `${token}x`, makeToken(), token.toLowerCase()])
    assert.equal(find(text), null)
})

test('the admin token is found in whatever it is wrapped', () => {
  const token = makeToken()
  const { find } = createCredentials(token)
  const wrapped = [`Bearer ${token}`, `Bearer\t${token}`, `"${token}"`, `realtime, openai-insecure-api-key.${token}`]
  for (const text of wrapped) assert.equal(find(text), token, text)
})
