import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createVault, loadVaultKeys, readVaultKeys } from './vault.ts'

const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64')

describe('the vault', () => {
  const vault = createVault(keyOf(1))

  it('gives back what was sealed, each time in another form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (secret, place) => {
        const sealed = vault.seal(secret, place)
        assert.equal(vault.open(sealed, place), secret)
        assert.notEqual(vault.seal(secret, place), sealed)
      }),
    )
  })

  it('shows nothing of the secret but its length', () => {
    const sealed = vault.seal('sk-canary', 'a')
    assert.match(sealed, /^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+$/)
    assert.ok(!Buffer.from(sealed.split('.')[2] ?? '', 'base64url').includes('canary'))
  })

  it('opens nothing for another place, with another key, or after any change', () => {
    const sealed = vault.seal('sk-1', 'a')
    assert.equal(vault.open(sealed, 'b'), null)
    assert.equal(createVault(keyOf(2)).open(sealed, 'a'), null)
    const [, id, bytes = ''] = sealed.split('.')
    const raw = Buffer.from(bytes, 'base64url')
    for (let at = 0; at < raw.length; at++) {
      const changed = Buffer.from(raw)
      changed[at] = (changed[at] ?? 0) ^ 1
      assert.equal(vault.open(`v1.${id}.${changed.toString('base64url')}`, 'a'), null, `byte ${at}`)
    }
    for (const text of [
      '',
      'sk-1',
      `v1.${id}.`,
      `v1.${id}.AAAA`,
      `v2.${id}.${bytes}`,
      `v1.${id}.${bytes.slice(0, 37)}`,
    ]) {
      assert.equal(vault.open(text, 'a'), null, text)
    }
  })

  it('seals with the newest key and opens with the older ones too', () => {
    const old = vault.seal('sk-1', 'a')
    const both = createVault(`${keyOf(2)},${keyOf(1)}`)
    assert.equal(both.open(old, 'a'), 'sk-1')
    const sealed = both.seal('sk-2', 'a')
    assert.equal(vault.open(sealed, 'a'), null)
    assert.equal(createVault(keyOf(2)).open(sealed, 'a'), 'sk-2')
  })

  it('seals anew what is sealed with an older key, and nothing else', () => {
    const old = vault.seal('sk-1', 'a')
    const both = createVault(`${keyOf(2)},${keyOf(1)}`)
    const [newest = '', older = ''] = both.keyIds
    assert.deepEqual([vault.keyIds, old.split('.')[1]], [[older], older])
    const anew = both.reseal(old, 'a') ?? assert.fail()
    assert.equal(anew.split('.')[1], newest)
    assert.equal(createVault(keyOf(2)).open(anew, 'a'), 'sk-1')
    assert.deepEqual([both.reseal(anew, 'a'), both.reseal(old, 'b'), both.reseal('x', 'a')], [null, null, null])
  })

  it('takes keys of 32 bytes in base64 and nothing else', () => {
    assert.equal(readVaultKeys(`${keyOf(1)}\n ${keyOf(2)}`)?.length, 2)
    assert.deepEqual(readVaultKeys(Buffer.alloc(32, 255).toString('base64url')), [Buffer.alloc(32, 255)])
    for (const text of ['', ' ', 'x', keyOf(1).slice(1), `${keyOf(1)}A`, `${keyOf(1)},x`, keyOf(1).replace('A', '!')]) {
      assert.equal(readVaultKeys(text), null, text)
      assert.throws(() => createVault(text), /no key/)
    }
  })

  it('makes its key once, for this user only', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-vault-'))
    try {
      const keys = loadVaultKeys(dir)
      const file = path.join(dir, 'encryption-key')
      assert.equal(readVaultKeys(keys)?.length, 1)
      assert.equal(statSync(file).mode & 0o777, 0o600)
      assert.equal(readFileSync(file, 'utf8').trim(), keys)
      assert.equal(loadVaultKeys(dir), keys)
      writeFileSync(file, 'half a k')
      assert.throws(() => loadVaultKeys(dir), /encryption-key holds no usable key/)
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
