import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { providers } from '../../src/providers/index.ts'
import { features } from './asks.ts'
import { type Conformance, openConformance } from './conformance.ts'
import type { Fixture } from './fixture.ts'
import { pageFile, printPage } from './page.ts'
import { targets } from './targets.ts'

describe('what every provider is asked and every client told', () => {
  let conformance: Conformance
  const passed = new Map<string, Fixture>()
  before(async () => {
    conformance = await openConformance()
  })
  after(() => conformance.close())

  for (const target of targets) {
    for (const feature of features) {
      if (target.lacks?.[feature] !== undefined) continue
      it(`${target.name}: ${feature}`, async () => {
        passed.set(`${target.name} ${feature}`, await conformance.check(target, feature))
      })
    }
  }

  it('is what the page says; else run `npm run conformance`', async () => {
    const page = await printPage(async ({ name }, feature) => {
      const fixture = passed.get(`${name} ${feature}`)
      return fixture ?? assert.fail(`${name}: ${feature} did not pass`)
    })
    assert.equal(readFileSync(path.join(import.meta.dirname, '../..', pageFile), 'utf8'), page)
  })

  it('is asked of every provider that takes chats', () => {
    const chatting = providers.filter(({ chats = [] }) => chats.length > 0).map(({ slug }) => slug)
    assert.deepEqual(new Set(targets.map(({ slug }) => slug)), new Set([...chatting, 'custom-own']))
  })

  it('rests on every fixture there is', () => {
    const files = globSync('*/*.json', { cwd: path.join(import.meta.dirname, 'fixtures') })
    const names = files.map((file) =>
      file
        .split(path.sep)
        .join('/')
        .replace(/\.json$/, ''),
    )
    const used = new Set(Array.from(passed.values(), ({ name }) => name))
    assert.deepEqual(
      names.filter((name) => !used.has(name)),
      [],
    )
  })
})
