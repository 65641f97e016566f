import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { findProgram, userIds } from './debian.ts'
import { freePort, type OwnProcess, startProcess } from './own-process.ts'

/** A real PostgreSQL of this test's own, on a port of its own, that is stopped, held and started again at will. */
export interface TestPostgres {
  /** Of the database `postgres`; its name may be replaced. */
  url: string
  /** Its certificate, where it has one. */
  certFile: string
  /** Makes an empty database and gives its address. */
  createDatabase(): string
  /** As a crash does: at once, connections are reset. What was committed is kept. */
  stop(): Promise<void>
  start(): Promise<void>
  /** It takes connections and answers nothing, as a machine that swaps does. Linux only. */
  freeze(): void
  thaw(): void
  /** What `psql` says to a statement: a line for each row, columns with `|` between them. */
  query(url: string, statement: string): string[]
  close(): Promise<void>
}

/**
 * It refuses to run as root: then it runs as the user that Debian's package makes for it. `tls`: it also takes
 * encrypted connections, with a certificate of its own for `localhost`.
 */
export async function startPostgres({ tls = false } = {}): Promise<TestPostgres> {
  const user = process.getuid?.() === 0 ? userIds('postgres') : null
  // Below /tmp itself: the other user must be able to reach it.
  const dir = mkdtempSync(path.join('/tmp', 'tollgate-postgres-'))
  if (user) chownSync(dir, user.uid, user.gid)
  chmodSync(dir, 0o700)
  const run = (name: 'initdb' | 'psql', args: readonly string[]): string =>
    execFileSync(name === 'initdb' ? (findProgram('initdb') ?? name) : name, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: '/',
      ...user,
    })
  run('initdb', ['-D', dir, '-U', 'tollgate', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'])
  const port = await freePort()
  const settings = ['-c', 'unix_socket_directories=', '-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200']
  const certFile = path.join(dir, 'server.crt')
  if (tls) {
    makeCertificate(path.join(dir, 'server.key'), certFile, user)
    settings.push('-c', 'ssl=on')
  }
  const args = ['-D', dir, '-p', String(port), ...settings]
  const start = (): Promise<OwnProcess> =>
    startProcess(findProgram('postgres') ?? 'postgres', args, () => isReady(port), user)
  let own = await start()
  const urlOf = (database: string): string => `postgres://tollgate@127.0.0.1:${port}/${database}`
  let databases = 0
  let frozen: number[] = []
  // They would not notice that it is gone.
  const killFrozen = (): void => frozen.forEach((pid) => process.kill(pid, 'SIGKILL'))
  return {
    url: urlOf('postgres'),
    certFile,
    createDatabase() {
      const name = `test_${++databases}`
      run('psql', ['--quiet', '-d', urlOf('postgres'), '-c', `create database ${name}`])
      return urlOf(name)
    },
    query: (url, statement) =>
      run('psql', ['-qAt', '-d', url, '-c', statement])
        .split('\n')
        .filter((line) => line !== ''),
    // SIGQUIT: without waiting for anybody, and its children go too, which a SIGKILL would leave behind.
    stop: () => own.stop('SIGQUIT'),
    async start() {
      own = await start()
    },
    freeze() {
      // It before its children, so that it does not make another one meanwhile.
      process.kill(own.pid, 'SIGSTOP')
      frozen = childrenOf(own.pid)
      for (const pid of frozen) process.kill(pid, 'SIGSTOP')
      process.once('exit', killFrozen)
    },
    thaw() {
      for (const pid of [...frozen, own.pid]) process.kill(pid, 'SIGCONT')
      process.off('exit', killFrozen)
    },
    async close() {
      await own.stop('SIGQUIT')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function makeCertificate(key: string, cert: string, user: { uid: number; gid: number } | null): void {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const files = ['-nodes', '-days', '1', '-keyout', key, '-out', cert]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...files, ...subject], { stdio: 'pipe', ...user })
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

/** It takes connections some time before it answers on them. */
function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('pg_isready', ['--quiet', '-h', '127.0.0.1', '-p', String(port)], (error) => resolve(error === null))
  })
}
