import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { listSegments } from '../journal/segments.ts'

/**
 * Makes a journal's folder that of one store. Entries name their gateway by its number, which is another gateway in
 * another store: what was written for the store before is set aside, in a folder that is given (else null), and comes back
 * together with that store.
 */
export function bindJournal(dir: string, storeId: string): string | null {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const file = path.join(dir, 'store')
  const before = existsSync(file) ? readFileSync(file, 'utf8').trim() : storeId
  let setAside: string | null = null
  if (before !== storeId) {
    const aside = path.join(dir, `of-${before}`)
    if (moveSegments(dir, aside)) setAside = aside
  }
  const own = path.join(dir, `of-${storeId}`)
  if (existsSync(own)) {
    moveSegments(own, dir)
    rmdirSync(own)
  }
  // Last: a start that is interrupted before does the same again.
  writeFileSync(file, `${storeId}\n`, { mode: 0o600 })
  return setAside
}

/** Whether there was something in them. */
function moveSegments(from: string, to: string): boolean {
  const files = [...listSegments(from).values()].flat().map(({ file }) => file)
  const hasEntries = files.some((file) => statSync(file).size > 0)
  if (files.length > 0) mkdirSync(to, { recursive: true, mode: 0o700 })
  for (const file of files) renameSync(file, path.join(to, path.basename(file)))
  return hasEntries
}
