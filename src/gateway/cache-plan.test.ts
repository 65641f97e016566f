import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formats } from '../formats/index.ts'
import { createLive } from '../live/live.ts'
import { providers } from '../providers/index.ts'
import { type CacheAsk, planCache } from './cache-plan.ts'
import type { CacheOptions } from './request-options.ts'

/** Every part of a request that may tell two answers apart. */
interface Parts {
  gateway: number
  epoch: number
  provider: string
  origin: string
  path: string
  headers: [string, string][]
  body: string
  isStream: boolean
  hidesUsage: boolean
  ownKey: string | null
  /** A key that Tollgate adds: the id of a stored one, and its secret. */
  added: [id: string | null, secret: string] | null
}

// Few values each, so that two requests are often alike in all parts but one; some look like others put together.
const texts = ['', 'a', 'ab', 'b', '1:a', '2:ab', 'POST', 'POST4:POST']
const credentials = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key', 'Authorization']
const meaningful = ['anthropic-version', 'anthropic-beta', 'openai-organization', 'content-type']
const header = fc.tuple(fc.constantFrom(...credentials, ...meaningful), fc.constantFrom(...texts))
const parts: fc.Arbitrary<Parts> = fc.record({
  gateway: fc.constantFrom(1, 11, 2),
  epoch: fc.constantFrom(0, 1, 10),
  provider: fc.constantFrom('openai', 'groq', 'anthropic'),
  origin: fc.constantFrom('https://a.example', 'https://a.example:8443'),
  path: fc.constantFrom('/v1/chat/completions', '/v1/chat/completions?a=1', '/v1/chat/completions?a=12'),
  headers: fc.array(header, { maxLength: 2 }),
  body: fc.constantFrom(...texts),
  isStream: fc.boolean(),
  hidesUsage: fc.boolean(),
  ownKey: fc.option(fc.constantFrom(...texts.slice(1)), { nil: null }),
  added: fc.option(fc.tuple(fc.constantFrom(null, ...texts), fc.constantFrom(...texts)), { nil: null }),
})

function gatewayOf(number: number, cacheEpoch: number, settings: Record<string, unknown>): CacheAsk['gateway'] {
  const record = { number, accountId: 'a', id: 'g', settings, cacheEpoch, createdMs: 0, modifiedMs: 0 }
  const snapshot = createLive([record]).gateway('a', 'g')
  assert.ok(snapshot)
  return snapshot
}

function ask(
  given: Parts,
  changes: Partial<CacheAsk> = {},
  settings: Record<string, unknown> = { cache_ttl: 60 },
): CacheAsk {
  const provider = providers.find(({ slug }) => slug === given.provider)
  assert.ok(provider)
  return {
    gateway: gatewayOf(given.gateway, given.epoch, settings),
    options: given.ownKey === null ? null : { skip: null, ttlMs: null, key: given.ownKey },
    provider,
    format: formats['openai-chat'],
    method: 'POST',
    request: {
      origin: given.origin,
      path: given.path,
      headers: given.headers.flat(),
      hidesUsage: given.hidesUsage,
    },
    key: given.added && { alias: null, id: given.added[0], secret: given.added[1], limit: null },
    body: { bytes: Buffer.from(given.body), rest: null },
    facts: { model: null, isStream: given.isStream },
    ...changes,
  }
}

function keyOf(given: Parts): string {
  const plan = planCache(ask(given))
  assert.equal(plan?.type, 'cached')
  return plan.type === 'cached' ? plan.key : ''
}

/**
 * What the key must tell apart, written plainly: header names without case, the body only where no key replaces it, and
 * of an added credential its id where it has one.
 */
function essence({ headers, body, ownKey, added, ...rest }: Parts): string {
  const named = headers.map(([name, value]) => [name.toLowerCase(), value])
  const credential = added && (added[0] === null ? [added[1]] : added[0])
  return JSON.stringify([rest, named, ownKey, ownKey === null ? body : null, credential])
}

describe('the key of a cached answer', () => {
  it('is the same for two requests exactly where they agree in every part', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        assert.equal(keyOf(one) === keyOf(other), essence(one) === essence(other))
      }),
      { numRuns: 3000 },
    )
  })

  it('changes with each single part', () => {
    fc.assert(
      fc.property(
        parts,
        parts,
        fc.constantFrom(...(Object.keys(plainParts) as (keyof Parts)[])),
        (one, other, name) => {
          const changed = { ...one, [name]: other[name] }
          assert.equal(keyOf(one) === keyOf(changed), essence(one) === essence(changed))
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('does not depend on headers that change nothing, has no credential in it, and names its gateway', () => {
    const given = { ...plainParts, headers: [['authorization', 'Bearer sk-secret']] as [string, string][] }
    const traced = {
      ...given,
      headers: [...given.headers, ['traceparent', '00-1'], ['user-agent', 'x']] as [string, string][],
    }
    assert.equal(keyOf(given), keyOf(traced))
    assert.match(keyOf(given), /^1:[\w-]{43}$/)
  })
})

const plainParts: Parts = {
  gateway: 1,
  epoch: 0,
  provider: 'openai',
  origin: 'https://a.example',
  path: '/v1/chat/completions',
  headers: [],
  body: '{}',
  isStream: false,
  hidesUsage: false,
  ownKey: null,
  added: null,
}

describe('whether a request is cached', () => {
  const plan = (options: Partial<CacheOptions> | null, settings: Record<string, unknown> = {}): unknown => {
    const full = options && { skip: null, ttlMs: null, key: null, ...options }
    const made = planCache(ask(plainParts, { options: full }, settings))
    if (made === null) return null
    return made.type === 'cached' ? made.ttlMs : made.reason
  }

  it('is for the gateway to say, or for a key; a time to live alone does not opt in', () => {
    assert.equal(plan(null), null)
    assert.equal(plan(null, { cache_ttl: 60 }), 60_000)
    assert.equal(plan({ ttlMs: 90_000 }), 'not-enabled')
    assert.equal(plan({ ttlMs: 90_000 }, { cache_ttl: 60 }), 90_000)
    assert.equal(plan({ key: 'k' }), 300_000)
    assert.equal(plan({ key: 'k' }, { cache_ttl: 60 }), 60_000)
    assert.equal(plan({ key: 'k', ttlMs: 90_000 }), 90_000)
  })

  it('is refused by skip and by a time of zero', () => {
    assert.equal(plan({ skip: true, key: 'k' }, { cache_ttl: 60 }), 'skip-header')
    assert.equal(plan({ ttlMs: 0 }, { cache_ttl: 60 }), 'ttl-zero')
    assert.equal(plan({ skip: false }, { cache_ttl: 60 }), 60_000)
  })

  it('is not for what makes something, is no question, or was not read whole', () => {
    const bypass = (changes: Partial<CacheAsk>): unknown => planCache(ask(plainParts, changes))
    assert.deepEqual(bypass({ method: 'GET' }), { type: 'bypass', reason: 'method' })
    assert.deepEqual(bypass({ format: formats.unread }), { type: 'bypass', reason: 'endpoint' })
    const rest = (async function* () {})()
    assert.deepEqual(bypass({ body: { bytes: Buffer.alloc(0), rest } }), { type: 'bypass', reason: 'body-too-large' })
  })
})
