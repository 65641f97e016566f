import type { LiveChange } from './live.ts'

/**
 * What a process tells the others about a change: which gateway it was, or that it was something else (a document), and
 * the version that it made. They read from the store what it is now.
 */
export type Signal =
  | { number: number; accountId: string; id: string; version: number | null }
  | { documents: true; version: number | null }

export function writeSignal(change: LiveChange): string {
  const { version } = change
  if (change.type === 'documents' || change.type === 'all-documents') {
    return JSON.stringify({ documents: true, version } satisfies Signal)
  }
  const { number, accountId, id } = change.type === 'gateway' ? change.record : change
  return JSON.stringify({ number, accountId, id, version } satisfies Signal)
}

/** Null for a text that is no signal: other versions of Tollgate may use the same channel. */
export function readSignal(text: string): Signal | null {
  try {
    const signal: unknown = JSON.parse(text)
    if (typeof signal !== 'object' || signal === null) return null
    // Looked at below.
    const { number, accountId, id, documents, ...rest } = signal as Record<string, unknown>
    const version = typeof rest['version'] === 'number' ? rest['version'] : null
    if (documents === true) return { documents, version }
    if (typeof number !== 'number' || typeof accountId !== 'string' || typeof id !== 'string') return null
    return { number, accountId, id, version }
  } catch {
    return null
  }
}
