import assert from 'node:assert/strict'
import type { Admission, Kv, Lease, RateLimit, StoredAnswer, Verdict } from '../../src/kv/kv.ts'

/** An answer with a value in every field; `changes` replaces some. */
export function answerOf(body: string | Buffer, changes: Partial<StoredAnswer> = {}): StoredAnswer {
  return {
    storedMs: 1_700_000_000_123,
    status: 200,
    headers: ['content-type', 'application/json', 'x-umlaut', 'ü'],
    body: Buffer.from(body),
    logBody: null,
    isLogTruncated: false,
    model: 'gpt-4o-mini',
    tokensIn: 7,
    tokensOut: 5,
    costNanoUsd: 4050,
    ...changes,
  }
}

/** A key as the request path makes it, which has the gateway's number in front. */
export function askFor(gateway: number, text: string, changes: Partial<Admission> = {}): Admission {
  return { gateway, cache: { key: `${gateway}:${text}`, joins: true }, limit: null, ...changes }
}

/** A request that is counted and not cached. */
export function countedBy(gateway: number, limit: RateLimit): Admission {
  return { gateway, cache: null, limit }
}

/** Asks, and gives the lease; fails where there is none. */
export async function lead(kv: Kv, ask: Admission): Promise<Lease> {
  const verdict = await kv.admit(ask)
  assert.equal(verdict.type, 'pass')
  assert.ok(verdict.type === 'pass' && verdict.lease, 'a lease')
  return verdict.lease
}

/** Puts an answer into the cache as a request does. */
export async function keep(kv: Kv, ask: Admission, answer: StoredAnswer, ttlMs = 60_000): Promise<void> {
  await kv.settle(await lead(kv, ask), { answer, ttlMs })
}

/** What the cache has; null for nothing. Takes no lease and counts nothing. */
export async function find(kv: Kv, { gateway, cache }: Admission): Promise<StoredAnswer | null> {
  const verdict = await kv.admit({ gateway, cache: cache && { ...cache, joins: false }, limit: null })
  return verdict.type === 'hit' ? verdict.answer : null
}

/** Sends requests all at once and gives what became of them. */
export async function admitAtOnce(kv: Kv, count: number, ask: Admission): Promise<Verdict[]> {
  return await Promise.all(Array.from({ length: count }, async () => await kv.admit(ask)))
}

/** How many of them passed. */
export function passed(verdicts: readonly Verdict[]): number {
  return verdicts.filter(({ type }) => type === 'pass').length
}
