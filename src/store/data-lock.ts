import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Takes a data folder for this process. Throws one line that names the folder if another holder has it. The lock is
 * SQLite's lock on an otherwise empty file, which the operating system drops with the process, however that ends.
 */
export function lockDataDir(dir: string): { release(): void } {
  try {
    mkdirSync(dir, { recursive: true })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
    throw new Error(`TOLLGATE_DATA_DIR is "${dir}": a folder that can be made and written is needed (${code})`, {
      cause: error,
    })
  }
  const file = path.join(dir, 'lock')
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw new Error(
      `The data folder ${path.resolve(dir)} is in use by another Tollgate. Stop that one, or set TOLLGATE_DATA_DIR.`,
      { cause: error },
    )
  }
  return { release: () => database.close() }
}
