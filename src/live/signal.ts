import type { LiveChange } from './live.ts'

/**
 * What a process tells the others about a change: which gateway it was, and the version that it made. They read from
 * the store what it is now.
 */
export interface Signal {
  number: number
  accountId: string
  id: string
  version: number | null
}

export function writeSignal(change: LiveChange): string {
  const { number, accountId, id } = change.type === 'gateway' ? change.record : change
  return JSON.stringify({ number, accountId, id, version: change.version } satisfies Signal)
}

/** Null for a text that is no signal: other versions of Tollgate may use the same channel. */
export function readSignal(text: string): Signal | null {
  try {
    const signal: unknown = JSON.parse(text)
    if (typeof signal !== 'object' || signal === null) return null
    const { number, accountId, id, version } = signal as Partial<Record<keyof Signal, unknown>> // Looked at below.
    if (typeof number !== 'number' || typeof accountId !== 'string' || typeof id !== 'string') return null
    return { number, accountId, id, version: typeof version === 'number' ? version : null }
  } catch {
    return null
  }
}
