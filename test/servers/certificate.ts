import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Why a test that needs a certificate cannot run; false: it can. */
export function skipWithoutOpenssl(): string | false {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' })
    return false
  } catch {
    return 'openssl not found: it makes the certificate'
  }
}

/** A certificate for these names that nobody trusts yet. */
export function makeCertificate(names: readonly string[]): { key: string; cert: string } {
  const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-certificate-'))
  try {
    const [key, cert] = [path.join(dir, 'key.pem'), path.join(dir, 'cert.pem')]
    const alternatives = names.map((name) => `DNS:${name}`).join(',')
    const subject = ['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${alternatives}`]
    const files = ['-nodes', '-days', '1', '-keyout', key, '-out', cert]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...files, ...subject], { stdio: 'pipe' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** An authority that nobody trusts yet, and a certificate of it for these names. */
export function makeAuthority(names: readonly string[]): { ca: string; key: string; cert: string } {
  const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-authority-'))
  try {
    const at = (file: string): string => path.join(dir, file)
    const run = (...args: readonly string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' })
    const newKey = ['-newkey', 'rsa:2048', '-nodes']
    run('req', '-x509', ...newKey, '-days', '1', '-subj', '/CN=Own CA', '-keyout', at('ca.key'), '-out', at('ca.pem'))
    run('req', ...newKey, '-subj', `/CN=${names[0]}`, '-keyout', at('key.pem'), '-out', at('request.pem'))
    writeFileSync(at('names'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\n`)
    const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '1', '-extfile', at('names')]
    run('x509', '-req', '-in', at('request.pem'), ...by, '-out', at('cert.pem'))
    const read = (file: string): string => readFileSync(at(file), 'utf8')
    return { ca: read('ca.pem'), key: read('key.pem'), cert: read('cert.pem') }
  } finally {
    rmSync(dir, { recursive: true })
  }
}
