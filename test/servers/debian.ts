import { execFileSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import path from 'node:path'
import { runChild } from '../child.ts'

/** The real programs that tests start for themselves, and the Debian package that each is in. */
const packageOf = {
  'redis-server': 'redis-server',
  postgres: 'postgresql',
  initdb: 'postgresql',
  chromium: 'chromium',
} as const
export type Program = keyof typeof packageOf

/** Where a program is; null where it is not installed. Debian keeps PostgreSQL's off `PATH`, one folder per version. */
export function findProgram(name: Program): string | null {
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).map((dir) => path.join(dir, name))
  const besides = globSync(`/usr/lib/postgresql/*/bin/${name}`).toSorted((a, b) =>
    b.localeCompare(a, 'en', { numeric: true }),
  )
  return [...besides, ...onPath].find((file) => existsSync(file)) ?? null
}

/**
 * Installs what is missing, where this user may: root on a Debian machine. Elsewhere the tests that need it are
 * skipped and say so; where `CI` is set this throws instead, for there nothing may be skipped.
 */
export async function installServers(): Promise<void> {
  const missing = missingPrograms()
  if (missing.length === 0) return
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) await install(missing)
  const stillMissing = missingPrograms()
  if (stillMissing.length > 0 && process.env['CI']) throw new Error(reason(stillMissing))
}

/** For a test's `skip` option: why it cannot run here, or false. */
export function skipWithout(...names: Program[]): string | false {
  const missing = names.filter((name) => findProgram(name) === null)
  return missing.length > 0 && reason(missing)
}

function missingPrograms(): Program[] {
  return (Object.keys(packageOf) as Program[]).filter((name) => findProgram(name) === null)
}

async function install(missing: readonly Program[]): Promise<void> {
  const packages = [...new Set(missing.map((name) => packageOf[name]))]
  const options = ['-o', 'DPkg::Lock::Timeout=120', '-qq', '--no-install-recommends', '--yes']
  const root = path.join(import.meta.dirname, '..', '..')
  const isListed = await runChild('apt-get', ['install', ...options, ...packages], root)
  if (isListed === 0) return
  // A fresh machine does not know yet which packages there are.
  await runChild('apt-get', ['update', '-qq'], root)
  await runChild('apt-get', ['install', ...options, ...packages], root)
}

function reason(names: readonly Program[]): string {
  const packages = [...new Set(names.map((name) => packageOf[name]))]
  return `${names.join(', ')} not found: install ${packages.join(' and ')}`
}

/** The numbers of a system user; null where it does not exist. PostgreSQL refuses to run as root. */
export function userIds(name: string): { uid: number; gid: number } | null {
  try {
    const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return null
  }
}
