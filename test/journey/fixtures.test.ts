import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { z } from 'zod'
import { providers } from '../../src/providers/index.ts'
import { answer } from '../fault/answers.ts'
import { type Journey, openJourney } from './open.ts'

const folder = path.join(import.meta.dirname, '../../src/providers/fixtures')

/** What `README.md` beside the fixtures says of them. */
const fixtureSchema = z.strictObject({
  kind: z.enum(['recorded', 'simulated']),
  source: z.url({ protocol: /^https$/ }),
  date: z.iso.date(),
  request: z.strictObject({ path: z.string().min(1), body: z.record(z.string(), z.unknown()) }),
  answer: z.strictObject({
    status: z.int().min(200).max(299),
    headers: z.record(z.string(), z.string()),
    body: z.record(z.string(), z.unknown()).optional(),
    bodyBase64: z.base64().optional(),
  }),
  row: z.strictObject({
    model: z.string(),
    cost: z.union([z.number(), z.null(), z.array(z.number())]),
    tokens_in: z.int().positive().optional(),
    tokens_out: z.int().positive().optional(),
    usage: z.record(z.string(), z.int()).nullable().optional(),
  }),
})

function readFixture(slug: string): z.infer<typeof fixtureSchema> {
  return fixtureSchema.parse(JSON.parse(readFileSync(path.join(folder, `${slug}.json`), 'utf8')))
}

describe('the answer of a provider', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney((faultUrl) =>
      Object.fromEntries(
        providers.map(({ slug }) => [
          `TOLLGATE_PROVIDER_${slug.toUpperCase().replaceAll('-', '_')}_BASE_URL`,
          faultUrl,
        ]),
      ),
    )
  })
  after(() => journey.close())

  for (const { slug, name } of providers) {
    it(`${name} is in a fixture with its source and date, passes untouched, and is read into its row`, async () => {
      const fixture = readFixture(slug)
      assert.ok(Date.parse(fixture.date) <= Date.now(), fixture.date)
      const { status, headers, body, bodyBase64 } = fixture.answer
      const bytes = bodyBase64 === undefined ? Buffer.from(JSON.stringify(body)) : Buffer.from(bodyBase64, 'base64')
      journey.fault.plan(slug, [answer({ status, headers, body: bytes })])
      const got = await journey.send(`${slug}/${fixture.request.path}`, {
        fault: slug,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fixture.request.body),
      })
      assert.deepEqual([got.status, got.headers['content-type']], [status, headers['content-type']])
      assert.ok(got.body.equals(bytes))
      const row = await journey.row(got.logId)
      const { cost, ...told } = fixture.row
      assert.partialDeepStrictEqual(row, { provider: slug, status_code: status, success: true, ...told })
      const costs: unknown[] = Array.isArray(cost) ? cost : [cost]
      assert.ok(costs.includes(row['cost']), `${String(row['cost'])} is none of ${costs.join(' ')}`)
      assert.ok(String(row['request_head']).length > 2)
    })
  }

  it('has a file only where there is a provider', () => {
    const files = globSync('*.json', { cwd: folder }).map((file) => path.basename(file, '.json'))
    assert.deepEqual(files.toSorted(), providers.map(({ slug }) => slug).toSorted())
  })
})
