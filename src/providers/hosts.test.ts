import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { addressOf } from './address.ts'
import { findProvider, providers } from './index.ts'

function provider(slug: string) {
  const found = findProvider(slug)
  assert.ok(found, slug)
  return found
}

/** Pieces of which a path might be made to lead elsewhere. */
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
    '%2e%2e',
    '%40',
    '%00',
    ':',
    '#',
    '?',
    ' ',
    ';',
  ),
  fc.constantFrom('evil.com', 'evil', 'a-b', 'us-east-1', 's3', 'é', '。', '\u2025', '１', '\t', '\n', ''),
)
const nasty = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''))

/** What may stand in place of a placeholder in a host: letters, digits, and hyphens between them. */
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?'

function shapeOf(template: string, value: string): RegExp {
  const literals = template.split(/\{\w+\}/).map((text) => RegExp.escape(text))
  return new RegExp(`^${literals.join(value)}$`)
}

for (const { slug, baseUrl, hosts = [] } of providers) {
  const own = hosts.map(({ base }) => shapeOf(base, label))
  for (const { path } of hosts) {
    test(`${slug}/${path}: no value of a placeholder leads to another host`, () => {
      fc.assert(
        fc.property(fc.array(nasty, { minLength: 4, maxLength: 4 }), nasty, (values, rest) => {
          let at = 0
          const tried = path.replaceAll(/\{\w+\}/g, () => values[at++] ?? '') + rest
          const found = addressOf(provider(slug), tried)
          if (!found || found.base === baseUrl) return
          assert.ok(
            own.some((shape) => shape.test(found.base)),
            `${tried} leads to ${found.base}`,
          )
          assert.equal(new URL(found.base).origin, found.base.toLowerCase())
        }),
        { numRuns: 2000 },
      )
    })
  }
}

test('a placeholder in a host has a pattern of its own, and a host no path', () => {
  for (const { slug, hosts = [] } of providers) {
    for (const { base, path, to, where } of hosts) {
      for (const [, name = ''] of base.matchAll(/\{(\w+)\}/g)) assert.ok(where?.[name], `${slug} ${name}`)
      for (const [, name = ''] of to.matchAll(/\{(\w+)\}/g)) assert.ok(path.includes(`{${name}}`), `${slug} ${name}`)
      assert.match(base, /^https:\/\/[^/]+$/)
    }
  }
})

const refused: [slug: string, path: string][] = [
  ['aws-bedrock', 'model/x/converse'],
  ['aws-bedrock', 'bedrock-runtime/s3/model/x/converse'],
  ['aws-bedrock', 'bedrock-runtime/us-east-1.evil.com/model/x/converse'],
  ['aws-bedrock', 'bedrock-runtime/us-east-1'],
  ['aws-bedrock', 'bedrock/us-east-1/model/x/converse'],
  ['google-vertex-ai', 'v1/projects/p/locations/evil/x'],
  ['google-vertex-ai', 'v1/projects/p/locations/us-central1'],
  ['google-vertex-ai', 'v1/projects/a/b/locations/us-central1/x'],
  ['azure-openai', 'resource.evil.com/deployment/chat/completions'],
  ['azure-openai', '-resource/deployment/chat/completions'],
  ['azure-openai', 'resource/deployment'],
]
for (const [slug, path] of refused) {
  test(`${slug}/${path} has no address`, () => assert.equal(addressOf(provider(slug), path), null))
}
