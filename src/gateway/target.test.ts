import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readConfig } from '../kernel/config.ts'
import { GatewayError } from '../kernel/errors.ts'
import { makeToken } from '../kernel/secrets.ts'
import { createCredentials } from '../live/credentials.ts'
import { createLive } from '../live/live.ts'
import { chatAddressOf } from '../providers/chat-address.ts'
import { customProvider } from '../providers/custom.ts'
import { providers } from '../providers/index.ts'
import { readOptions } from './request-options.ts'
import { createChooseTarget, type Target } from './target.ts'

const slugs = providers.map(({ slug }) => slug)
const record = { number: 1, accountId: 'a', id: 'g', settings: {}, cacheEpoch: 0, createdMs: 0, modifiedMs: 0 }
const gateway = createLive([record]).gateway('a', 'g') ?? assert.fail()
const credentials = createCredentials(makeToken(), { token: () => undefined }, { nowMs: () => 0, tickMs: () => 0 })

const accountId = '0123456789abcdef0123456789abcdef'
const live = { providerKeys: () => undefined }
const parts = { findCustomProvider: () => null, instance: 'here', live }
const own = createChooseTarget(readConfig(slugs, {}), parts)
const overridden = createChooseTarget(
  readConfig(
    slugs,
    Object.fromEntries(
      slugs.map((slug) => [
        `TOLLGATE_PROVIDER_${slug.toUpperCase().replaceAll('-', '_')}_BASE_URL`,
        'http://127.0.0.1:9000/proxy/here',
      ]),
    ),
  ),
  parts,
)

function choose(chooseTarget: typeof own, slug: string, path: string, headers: string[] = []): Target | null {
  const door = { accountId, gatewayId: 'g', slug, path, query: '' }
  try {
    return chooseTarget(door, readOptions(headers, '', credentials), gateway)
  } catch (error) {
    assert.ok(error instanceof GatewayError && error.code === 'provider_invalid', String(error))
    return null
  }
}

/** The hosts that each provider's data allows. */
function isOwnHost(slug: string, host: string): boolean {
  const found = providers.find((provider) => provider.slug === slug) ?? assert.fail()
  const bases = [...(found.hosts ?? []).map(({ base }) => base), ...(found.baseUrl === null ? [] : [found.baseUrl])]
  return bases.some((base) => {
    const literals = base.replace(/^https:\/\/([^/]+).*$/, '$1').split(/\{\w+\}/)
    return new RegExp(`^${literals.map((text) => RegExp.escape(text)).join('[a-z0-9-]+')}$`).test(host)
  })
}

const beginnings = [
  '',
  'bedrock-runtime/us-east-1/',
  'bedrock-mantle/',
  'resource/deployment/',
  'v1/projects/p/locations/us-central1/',
  'v1/projects/p/locations/',
  'model/abc/',
  'model/',
  'models/',
  '@cf/',
]
const piece = fc.oneof(
  fc.constantFrom(
    '@',
    '/',
    '..',
    '.',
    '\\',
    '%2f',
    '%2F',
    '%5c',
    '%2e',
    '%2E',
    '%252e',
    '%25',
    '%00',
    ':',
    '#',
    ';',
    '//',
  ),
  fc.constantFrom('evil.com', 'us-east-1', 'global', 'x', 'é', '\u2025', '\uff0e', '\uff0f', '~', '-'),
)
const path = fc
  .tuple(fc.constantFrom(...beginnings), fc.array(piece, { maxLength: 8 }))
  .map(([beginning, pieces]) => beginning + pieces.join(''))

/** As often as any server behind might decode it. */
function decodedSegments(text: string): string[] {
  let decoded = text
  for (let round = 0; round < 4; round++) {
    decoded = decoded.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    )
  }
  return decoded.split('/')
}

test('no path leads to a host that is not the provider’s, or out of its base', () => {
  fc.assert(
    fc.property(fc.constantFrom(...slugs), path, (slug, tried) => {
      const target = choose(own, slug, tried)
      if (!target) return
      const url = new URL(target.origin + target.path)
      assert.equal(url.origin, target.origin)
      assert.ok(isOwnHost(slug, url.hostname), url.href)
      assert.ok(target.path.startsWith('/') && !decodedSegments(target.path).includes('..'), target.path)
      assert.ok(!/[\\#]/.test(target.path), target.path)
    }),
    { numRuns: 10_000 },
  )
})

test('no name of a chat’s model leads to a host that is not the provider’s, or out of its base', () => {
  let found = 0
  fc.assert(
    fc.property(fc.constantFrom(...slugs), path, fc.boolean(), (slug, name, isStream) => {
      const address = chatAddressOf(slug, name, isStream)
      const target = address && choose(own, slug, address.path)
      if (!target) return
      found++
      const url = new URL(target.origin + target.path)
      assert.equal(url.origin, target.origin)
      assert.ok(isOwnHost(slug, url.hostname), url.href)
      assert.ok(target.path.startsWith('/') && !decodedSegments(target.path).includes('..'), target.path)
      assert.ok(!/[\\#?]/.test(target.path), target.path)
    }),
    { numRuns: 10_000 },
  )
  assert.ok(found > 1000)
})

test('no path leaves the base of a custom provider, and no slug reaches another one', () => {
  const custom = {
    provider: { ...customProvider, slug: 'custom-x', name: 'x', baseUrl: 'https://llm.example.com/base/v1' },
  }
  const chooseCustom = createChooseTarget(readConfig(slugs, {}), {
    findCustomProvider: ({ slug }) => (slug === 'custom-x' ? { ...custom, id: 'x', headers: [], prices: null } : null),
    instance: 'here',
    live,
  })
  fc.assert(
    fc.property(path, (tried) => {
      const target = choose(chooseCustom, 'custom-x', tried)
      if (!target) return
      const url = new URL(target.origin + target.path)
      assert.deepEqual([url.origin, target.isUserGiven], ['https://llm.example.com', true])
      assert.ok(url.pathname.startsWith('/base/v1/'), url.href)
      assert.ok(!decodedSegments(target.path).includes('..') && !/[\\#]/.test(target.path), target.path)
    }),
    { numRuns: 10_000 },
  )
  assert.equal(choose(chooseCustom, 'custom-y', 'models'), null)
})

test('no path leaves the base that the operator set', () => {
  fc.assert(
    fc.property(fc.constantFrom(...slugs), path, (slug, tried) => {
      const target = choose(overridden, slug, tried)
      if (!target) return
      assert.equal(target.origin, 'http://127.0.0.1:9000')
      assert.ok(target.path.startsWith('/proxy/here/'), target.path)
      assert.ok(!decodedSegments(target.path).includes('..'), target.path)
    }),
    { numRuns: 10_000 },
  )
})

test('an address that the header names is read as at the provider’s base, and elsewhere not read', () => {
  const named = (url: string) => choose(own, 'fal', 'proxy', ['X-Fal-Target-URL', url])
  assert.deepEqual(named('https://fal.run/fal-ai/flux/dev?x=1'), {
    ...choose(own, 'fal', 'fal-ai/flux/dev'),
    query: 'x=1',
  })
  const queued = named('https://queue.fal.run/fal-ai/flux/dev')
  assert.deepEqual(
    [queued?.origin, queued?.path, queued?.format.name],
    ['https://queue.fal.run', '/fal-ai/flux/dev', 'unread'],
  )
  assert.equal(named('https://fal.run.evil.com/x'), null)
})
