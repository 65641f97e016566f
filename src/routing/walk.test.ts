import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { conditional, end, model, percentage, rate, start } from '../../test/route-elements.ts'
import type { PassedElement } from '../contract/log-record.ts'
import { elementsSchema, type RouteElement } from '../contract/route-elements.ts'
import { compileRoute } from './compile-route.ts'
import { drawKeyOf } from './draw-key.ts'
import { explain } from './explain.ts'
import type { CompiledRoute, RouteInput } from './routing.ts'
import { mayReachModel, walk } from './walk.ts'

const compile = (elements: RouteElement[]): CompiledRoute =>
  compileRoute({ id: 'r', name: 'n', versionId: 'v', elements: elementsSchema.parse(elements) })
const inputOf = (metadata: Record<string, unknown> = {}, drawKey = 'k'): RouteInput => ({
  metadata,
  body: {},
  header: () => null,
  drawKey,
})
const none = { fullRates: new Set<string>(), failingModels: new Set<string>() }
const ways = (path: readonly PassedElement[]): string =>
  path.map(({ elementId, output }) => `${elementId}:${output}`).join(' ')

const support = compile([
  start('c'),
  conditional('c', { 'metadata.plan': 'paid' }, 'm1', 'r'),
  rate('r', 'metadata.user', 2, 'm1', 'm2'),
  model('m1', 'openai/a', 'm2'),
  model('m2', 'groq/b'),
  end,
])

describe('a walk through a route', () => {
  it('goes where conditions, limits and failures lead', () => {
    const walked = (plan: string, full: string[], failing: string[]): string => {
      const assumed = { fullRates: new Set(full), failingModels: new Set(failing) }
      return ways(explain(support, inputOf({ plan }), assumed).path)
    }
    assert.equal(walked('paid', [], []), 'c:true m1:success')
    assert.equal(walked('free', [], []), 'c:false r:success m1:success')
    assert.equal(walked('free', ['r'], []), 'c:false r:fallback m2:success')
    assert.equal(walked('paid', [], ['m1']), 'c:true m1:fallback m2:success')
    assert.equal(walked('paid', [], ['m1', 'm2']), 'c:true m1:fallback m2:fallback')
  })

  it('counts each key apart, and whoever has none together', () => {
    const counted: string[] = []
    for (const metadata of [{ user: 'a' }, { user: 7 }, { other: 'b' }, { user: { a: 1 } }]) {
      const count = (_: unknown, key: string): number => {
        counted.push(key)
        return 0
      }
      void walk(support.first, inputOf(metadata), count, [])
    }
    assert.deepEqual(counted, ['a', '7', '', ''])
  })

  it('waits for counters that are elsewhere', async () => {
    const path: PassedElement[] = []
    const walked = await walk(support.first, inputOf(), () => Promise.resolve(5), path)
    assert.equal(walked.type === 'model' && walked.node.id, 'm2')
    assert.equal(ways(path), 'c:false r:fallback')
  })

  it('that ends at a limit tells which, and how long it is full', async () => {
    const closed = compile([start('r'), rate('r', 'metadata.user', 1, 'm'), model('m', 'openai/a'), end])
    for (const count of [() => 9, () => Promise.resolve(9)]) {
      const walked = await walk(closed.first, inputOf(), count, [])
      assert.deepEqual(walked.type === 'end' && [walked.full?.rate.id, walked.full?.resetMs], ['r', 9])
    }
  })

  it('knows before whether another model may follow', () => {
    const route = compile([
      start('m'),
      model('m', 'openai/a', 'c'),
      conditional('c', { 'metadata.plan': 'paid' }, 'r', 'end'),
      rate('r', 'metadata.user', 1, 'm2', 'end'),
      model('m2', 'groq/b'),
      end,
    ])
    const { first } = route
    assert.ok(first.type === 'model')
    assert.equal(mayReachModel(first.fallback, inputOf({ plan: 'paid' })), true)
    assert.equal(mayReachModel(first.fallback, inputOf({ plan: 'free' })), false)
  })

  it('is dealt by percentages as they say, always the same for one key', () => {
    const route = compile([
      start('p'),
      percentage('p', { '10%': 'm1', '30%': 'm2', else: 'm3' }),
      ...['m1', 'm2', 'm3'].map((id) => model(id, 'openai/a')),
      end,
    ])
    const counts = new Map<string, number>()
    for (let user = 0; user < 20_000; user++) {
      const asked = explain(route, inputOf({}, `user-${user}`), none).models[0]?.id ?? ''
      counts.set(asked, (counts.get(asked) ?? 0) + 1)
      if (user % 100 === 0)
        assert.equal(explain(route, inputOf({ a: user }, `user-${user}`), none).models[0]?.id, asked)
    }
    // Keys are what they are, so these figures are the same in each run.
    for (const [id, share] of [
      ['m1', 0.1],
      ['m2', 0.3],
      ['m3', 0.6],
    ] as const) {
      const seen = (counts.get(id) ?? 0) / 20_000
      assert.ok(Math.abs(seen - share) < 0.01, `${id}: ${seen}`)
    }
  })

  it('is dealt by one percentage whatever another one gave', () => {
    const halves = (id: string, a: string, b: string): RouteElement => percentage(id, { '50% a': a, '50% b': b })
    const route = compile([
      start('p'),
      halves('p', 'q', 'end'),
      halves('q', 'm1', 'm2'),
      model('m1', 'openai/a'),
      model('m2', 'openai/a'),
      end,
    ])
    const asked = Array.from({ length: 4000 }, (_, user) => explain(route, inputOf({}, `${user}`), none).models[0]?.id)
    const share = asked.filter((id) => id === 'm1').length / asked.filter((id) => id !== undefined).length
    assert.ok(Math.abs(share - 0.5) < 0.05, `${share}`)
  })

  it('goes by the session, then by the user, then by chance', () => {
    assert.deepEqual(drawKeyOf('s', { user_id: 'u' }, 'c'), { by: 'session', key: 's' })
    assert.deepEqual(drawKeyOf(null, { userId: 7 }, 'c'), { by: 'user', key: '7' })
    assert.deepEqual(drawKeyOf(null, { team: 'a' }, 'c'), { by: 'chance', key: 'c' })
    assert.deepEqual(drawKeyOf(null, null, 'c'), { by: 'chance', key: 'c' })
  })
})

/** Graphs that may be stored: each element leads to later ones only, and all are on a way from the start. */
const graphs = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc.tuple(...Array.from({ length: count }, (_, at) => elementAt(at, count))).map((elements): RouteElement[] => {
    // The first way out of each leads to the next one, so that none is left out.
    return [start('e0'), ...elements, end]
  }),
)

function elementAt(at: number, count: number): fc.Arbitrary<RouteElement> {
  const id = `e${at}`
  const next = at + 1 < count ? `e${at + 1}` : 'end'
  const other = fc.integer({ min: at + 1, max: count }).map((to) => (to < count ? `e${to}` : 'end'))
  const plan = fc.constantFrom('a', 'b')
  return fc.oneof(
    fc.tuple(plan, other).map(([value, to]) => conditional(id, { 'metadata.plan': value }, next, to)),
    other.map((to) => percentage(id, { '30%': next, else: to })),
    fc.option(other, { nil: undefined }).map((to) => rate(id, 'metadata.user', 1, next, to)),
    other.map(
      (to) =>
        ({
          ...model(id, 'openai/a', to),
          outputs: { success: { elementId: next }, fallback: { elementId: to } },
        }) as RouteElement,
    ),
  )
}

it('every route that may be stored ends for every request, and never passes an element twice', () => {
  fc.assert(
    fc.property(
      graphs,
      fc.dictionary(fc.constantFrom('plan', 'user'), fc.string()),
      fc.string(),
      fc.nat(),
      (elements, metadata, drawKey, seed) => {
        const route = compile(elements)
        const some = (salt: number): Set<string> =>
          new Set(elements.filter((_, at) => ((seed >> (at % 16)) + salt) % 2 === 0).map(({ id }) => id))
        const { path, models } = explain(route, inputOf(metadata, drawKey), {
          fullRates: some(0),
          failingModels: some(1),
        })
        assert.equal(new Set(path.map(({ elementId }) => elementId)).size, path.length)
        assert.equal(mayReachModel(route.first, inputOf(metadata, drawKey)) || models.length === 0, true)
      },
    ),
  )
})
