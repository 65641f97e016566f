import type { Store } from '../../src/store/store.ts'

/** Reads the words of all rows that wait for it, as the job does, and lets those of removed rows go. How many were looked at. */
export async function readAllWords(store: Store, limit = 100): Promise<number> {
  let looked = 0
  while (true) {
    const batch = await store.words.read(limit)
    if (batch.open !== null) await store.words.settle(batch.open)
    looked += batch.looked
    if (batch.looked === 0) break
  }
  while (!(await store.words.purge()));
  return looked
}
