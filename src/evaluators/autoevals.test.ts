import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { findEvaluator } from './index.ts'

/** What `autoevals` answered to these cases; the package has an install script, so it is not installed for the test. */
const recordedSchema = z.object({
  source: z.url(),
  version: z.literal('0.3.0'),
  date: z.iso.date(),
  cases: z.array(
    z.object({
      type: z.string(),
      expected: z.unknown().optional(),
      output: z.string(),
      settings: z.record(z.string(), z.unknown()).default({}),
      vectors: z.array(z.array(z.number())).optional(),
      score: z.number(),
    }),
  ),
})
const recorded = recordedSchema.parse(
  JSON.parse(readFileSync(new URL('fixtures/autoevals.json', import.meta.url), 'utf8')),
)

/** Where `autoevals` has a fixed setting. */
const sameSettings: Readonly<Record<string, object>> = { semantic_similarity: { model: 'openai/m', expected_min: 0.7 } }

for (const type of new Set(recorded.cases.map((one) => one.type))) {
  test(`${type} scores as autoevals does`, async () => {
    const evaluator = findEvaluator(type)
    if (evaluator?.type !== 'case') assert.fail(type)
    for (const { expected, output, settings, vectors, score } of recorded.cases.filter((one) => one.type === type)) {
      const ask = {
        chat: () => Promise.reject(new Error('nobody is asked')),
        embed: () => Promise.resolve(vectors ?? []),
      }
      const parsed = evaluator.settings.parse({ ...sameSettings[type], ...settings })
      const got = await evaluator.score({ input: 'q', expected, output }, parsed, ask)
      // Embeddings travel as 32-bit floats.
      const isNear = got.score !== null && Math.abs(got.score - score) < 1e-5
      assert.ok(isNear, `${JSON.stringify(expected)} and ${JSON.stringify(output)}: ${got.score}, autoevals ${score}`)
    }
  })
}
