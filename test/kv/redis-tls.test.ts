import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { it } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { systemClock } from '../../src/kernel/clock.ts'
import { createTextLog } from '../../src/kernel/text-log.ts'
import { openRedisKv } from '../../src/kv/redis-kv.ts'
import { findProgram, skipWithout } from '../servers/debian.ts'
import { freePort, startProcess, takesConnections } from '../servers/own-process.ts'
import { answerOf, askFor, find, keep } from './answers.ts'

it(
  'rediss:// is TLS, and a certificate that nobody trusts is told',
  { skip: skipWithout('redis-server') || skipWithoutOpenssl() },
  async (t) => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-redis-tls-'))
    const [key, cert] = [path.join(dir, 'key.pem'), path.join(dir, 'cert.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    const files = ['-nodes', '-days', '1', '-keyout', key, '-out', cert]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...files, ...subject], { stdio: 'pipe' })
    const port = await freePort()
    const tls = ['--tls-port', String(port), '--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert]
    const args = ['--port', '0', '--bind', '127.0.0.1', '--save', '', ...tls, '--tls-auth-clients', 'no', '--dir', dir]
    const redis = await startProcess(findProgram('redis-server') ?? '', args, () => takesConnections(port))
    const trusted = getCACertificates()
    t.after(async () => {
      setDefaultCACertificates(trusted)
      await redis.stop('SIGKILL')
      rmSync(dir, { recursive: true })
    })
    const lines: string[] = []
    const log = createTextLog('debug', systemClock, (line) => lines.push(line))
    const url = `rediss://localhost:${port}/2`

    const distrusting = await openRedisKv({ url, scope: 'test', clock: systemClock, log })
    assert.equal((await distrusting.admit(askFor(1, 'a'))).type, 'away')
    assert.match(lines[0] ?? '', /Redis is away.*self-signed certificate/)
    await distrusting.close()

    setDefaultCACertificates([...trusted, readFileSync(cert, 'utf8')])
    const kv = await openRedisKv({ url, scope: 'test', clock: systemClock, log })
    await keep(kv, askFor(1, 'a'), answerOf('a'))
    assert.ok(await find(kv, askFor(1, 'a')))
    await kv.close()
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
