import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { hashToken, isTokenShaped, loadAdminToken, makeToken } from './secrets.ts'

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

test('a token is told from other texts by its checksum', () => {
  const token = makeToken()
  assert.ok(isTokenShaped(token))
  const typo = token.slice(0, 20) + (token[20] === 'a' ? 'b' : 'a') + token.slice(21)
  for (const text of ['', typo, token.slice(0, -1), `${token}x`, token.toUpperCase()]) assert.ok(!isTokenShaped(text))
  assert.match(hashToken(token), /^[0-9a-f]{64}$/)
})
