import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runChild } from './child.ts'

const folder = path.join(import.meta.dirname, 'clients')

/**
 * Installs the official client libraries of `test/clients` if its lock file changed since the last time. They are a
 * package of their own because they weigh 390 MB and no user of Tollgate needs them.
 */
export async function installClients(): Promise<void> {
  const lockHash = createHash('sha256')
    .update(readFileSync(path.join(folder, 'package-lock.json')))
    .digest('hex')
  // Inside node_modules, because `npm ci` begins by removing that: an interrupted install leaves no marker.
  const marker = path.join(folder, 'node_modules', '.installed-lock')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lockHash) return
  const code = await runChild('npm', ['ci', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'], folder)
  if (code !== 0) throw new Error(`npm ci in ${folder} ended with ${code}; the tests need the client libraries there.`)
  writeFileSync(marker, lockHash)
}
