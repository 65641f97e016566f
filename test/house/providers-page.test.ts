import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { addressOf, joinPath } from '../../src/providers/address.ts'
import { providers } from '../../src/providers/index.ts'
import type { Provider } from '../../src/providers/provider.ts'

// `docs/providers.md` says what the data files hold, in words for readers: this holds the two against each other.

const root = path.join(import.meta.dirname, '../..')
const page = readFileSync(path.join(root, 'docs/providers.md'), 'utf8')

/** The rows below a heading, as their cells. */
function rowsUnder(heading: string): string[][] {
  const [, section = ''] = page.split(`# ${heading}\n`)
  const lines = section.split('\n#')[0]?.split('\n') ?? []
  const rows = lines
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()))
  assert.ok(rows.length > 1, heading)
  return rows.slice(1)
}
const quoted = (cell: string): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, text = '']) => text)
const namesIn = (cell: string): string[] => cell.split(/[, ]+/).map((name) => name.replaceAll('`', ''))
const slugs = (some: readonly Provider[]): string[] => some.map(({ slug }) => slug).toSorted()

/** Puts something that fits in the place of each placeholder. */
function filled(text: string, { slug }: Provider): string {
  const region = slug === 'google-vertex-ai' ? 'us-central1' : 'us-east-1'
  return text
    .replaceAll('{region}', region)
    .replaceAll('{account}', '{workers_ai_account_id}')
    .replaceAll(/\{(\w+)\}/g, (whole, name: string) => (name === 'workers_ai_account_id' ? whole : `my${name}`))
    .replace('...', 'x')
}

describe('the page of providers', () => {
  it('leads every path where the provider’s file leads it', () => {
    const checked = new Set<string>()
    let slug = ''
    let base = ''
    for (const [first = '', paths = '', ofRow = '', received = ''] of rowsUnder('Providers')) {
      slug = quoted(first)[0] ?? slug
      base = quoted(ofRow)[0] ?? base
      const provider = providers.find((one) => one.slug === slug) ?? assert.fail(slug)
      // Some rows say in words what they are about.
      if (!paths.startsWith('`') || ofRow.startsWith('the header')) continue
      const given = quoted(paths.replaceAll(/\(.*?\)/g, '')).map((text) => filled(text.split('?')[0] ?? '', provider))
      const expected = /^as (?:it|they)/.test(received)
        ? given.map((text) => `/${text}`)
        : quoted(received).map((text) => filled(text, provider))
      const urls = given.map((text) => {
        const address = addressOf(provider, text) ?? assert.fail(`${slug}/${text} has no address`)
        return joinPath(address.base, address.path)
      })
      const whole = filled(base, provider)
      assert.deepEqual(new Set(urls), new Set(expected.map((text) => whole + text)), `${slug}: ${paths}`)
      checked.add(slug)
    }
    assert.deepEqual([...checked].toSorted(), slugs(providers))
  })

  it('names every alias, and every place of a credential', () => {
    for (const { slug, aliases = [] } of providers) {
      for (const alias of aliases) assert.match(page, new RegExp(`\`${alias}\` is\\s+\`${slug}\``))
    }
    const rows = rowsUnder('Credentials')
    const others = rows.find(([who]) => who === 'all others')?.[1] ?? assert.fail()
    for (const { slug, auth } of providers) {
      const cell = rows.find(([who = '']) => quoted(who).includes(slug))?.[1] ?? others
      for (const place of auth) {
        assert.ok(cell.toLowerCase().includes(place.name.toLowerCase()), `${slug}: ${place.name}`)
        if (place.in === 'header' && place.scheme) assert.ok(cell.includes(place.scheme), `${slug}: ${place.scheme}`)
      }
    }
  })

  it('lists each format with the providers that have it', () => {
    const rows = rowsUnder('What is read').map(([names = '', , who = '']) => [quoted(names), who] as const)
    const used = new Set(providers.flatMap(({ endpoints }) => endpoints.map(([, format]) => format)))
    assert.deepEqual(rows.flatMap(([names]) => names).toSorted(), [...used].toSorted())
    for (const [names, who] of rows) {
      const having = providers.filter(({ endpoints }) => endpoints.some(([, format]) => names.includes(format)))
      if (!who.startsWith('all that have them')) assert.deepEqual(namesIn(who).toSorted(), slugs(having), names.join())
    }
  })

  it('says which have no prices', () => {
    const none = rowsUnder('Prices').find(([, what]) => what === 'none')?.[0] ?? ''
    assert.deepEqual(namesIn(none).toSorted(), slugs(providers.filter(({ priceId }) => priceId === null)))
  })

  it('gives the sources of each provider and of its fixture, with their dates', () => {
    const rows = rowsUnder('Sources')
    assert.deepEqual(rows.map(([slug = '']) => quoted(slug).join()).toSorted(), slugs(providers))
    for (const [slug = '', pages = '', checked = '', fixture = ''] of rows) {
      const { sources } = providers.find((one) => slug === `\`${one.slug}\``) ?? assert.fail(slug)
      assert.deepEqual(
        pages.split(', ').map((url) => ({ url, checked })),
        sources,
      )
      const file = path.join(root, 'src/providers/fixtures', `${slug.replaceAll('`', '')}.json`)
      const { kind, date } = JSON.parse(readFileSync(file, 'utf8')) as { kind: string; date: string }
      assert.equal(fixture, `${kind} ${date}`, slug)
    }
  })
})
