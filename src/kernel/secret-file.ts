import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * A secret in a file that only this user can read: what is in it, or what `make` gives where there is no such file yet.
 * Throws where the folder cannot be used.
 */
export function readOrMakeSecret(file: string, make: () => string): { text: string; isNew: boolean } {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const made = make()
  try {
    // On the disk before anything is stored that depends on it.
    writeFileSync(file, `${made}\n`, { mode: 0o600, flag: 'wx', flush: true })
    return { text: made, isNew: true }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return { text: readFileSync(file, 'utf8').trim(), isNew: false }
}
