import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { it } from 'node:test'
import { openSqlStore } from '../../src/store/sql-store.ts'
import { skipWithout } from '../servers/debian.ts'
import { startPostgres } from '../servers/postgres.ts'

it(
  'sslmode says whether a connection is encrypted and whose certificate is trusted',
  { skip: skipWithout('postgres', 'initdb') || skipWithoutOpenssl() },
  async (t) => {
    const postgres = await startPostgres({ tls: true })
    t.after(() => postgres.close())
    const plain = await startPostgres()
    t.after(() => plain.close())

    /** Whether the connection is encrypted; rejects where there is none. */
    async function isEncrypted(query: string, server = postgres, host = 'localhost'): Promise<boolean> {
      const url = `${server.url.replace('127.0.0.1', host)}${query}`
      const store = await openSqlStore({ place: { url }, readOnly: true })
      try {
        await store.ping()
        const statement =
          "select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'tollgate'"
        return server.query(server.url, statement)[0] === 't'
      } finally {
        await store.close()
      }
    }
    const trusted = `?sslmode=verify-full&sslrootcert=${postgres.certFile}`
    assert.equal(await isEncrypted(''), false)
    assert.equal(await isEncrypted('?sslmode=disable'), false)
    assert.equal(await isEncrypted('?sslmode=require'), true)
    assert.equal(await isEncrypted(trusted), true)
    assert.equal(await isEncrypted(trusted.replace('full', 'ca'), postgres, '127.0.0.1'), true)
    await assert.rejects(isEncrypted(trusted, postgres, '127.0.0.1'), /The database cannot be used now: .*127\.0\.0\.1/)
    await assert.rejects(isEncrypted('?sslmode=verify-full'), /self-signed certificate/)
    await assert.rejects(isEncrypted('?sslmode=require', plain), /does not support SSL/)
    await assert.rejects(isEncrypted('?sslmode=verify-full&sslrootcert=/no/such/file'), /no such file/)
  },
)

function skipWithoutOpenssl(): string | false {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' })
    return false
  } catch {
    return 'openssl not found: it makes the certificate'
  }
}
