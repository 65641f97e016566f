import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ask, Score } from './evaluator.ts'
import { findEvaluator } from './index.ts'

const noAsk: Ask = {
  chat: () => Promise.reject(new Error('nobody is asked')),
  embed: () => Promise.reject(new Error('nobody is asked')),
}

async function judge(
  name: string,
  expected: unknown,
  output: string,
  settings: object = {},
  ask = noAsk,
): Promise<Score> {
  const evaluator = findEvaluator(name)
  if (evaluator?.type !== 'case') assert.fail(name)
  return await evaluator.score({ input: 'q', expected, output }, evaluator.settings.parse(settings), ask)
}
const scores = async (
  name: string,
  rows: [expected: unknown, output: string, score: number | null, settings?: object][],
) => {
  for (const [expected, output, score, settings] of rows) {
    const got = await judge(name, expected, output, settings)
    assert.equal(got.score === null ? null : Number(got.score.toFixed(6)), score, `${name}: ${output}: ${got.reason}`)
    assert.ok(got.reason !== '')
  }
}

test('texts are compared as they are, or folded where that is asked for', async () => {
  const fold = { ignore_case: true, ignore_space: true }
  await scores('exact_match', [
    ['Paris', 'Paris', 1],
    ['Paris', 'paris', 0],
    ['Paris', ' paris\n', 1, fold],
    ['é', 'e\u0301', 1],
    [{ a: 1 }, '{"a":1}', 1],
    [undefined, 'Paris', null],
  ])
  await scores('contains', [
    ['Paris', 'It is Paris.', 1],
    ['Rome', 'It is Paris.', 0],
  ])
  await scores('starts_with', [
    ['It', 'It is Paris.', 1],
    ['Paris', 'It is Paris.', 0],
  ])
})

test('nearness is that of autoevals', async () => {
  await scores('levenshtein', [
    ['kitten', 'sitting', Number((1 - 3 / 7).toFixed(6))],
    ['', '', 1],
    ['abc', '', 0],
  ])
  await scores('numeric_diff', [
    ['10', 'It is 8.', Number((1 - 2 / 18).toFixed(6))],
    [0, '0', 1],
    [1234.5, 'about 1,234.5 km', 1],
    [5, '6', 1, { tolerance: 1 }],
    [5, 'five', 0],
    ['five', '5', null],
  ])
})

test('JSON is valid or not, and matches by the share of what was expected', async () => {
  await scores('json_validity', [
    [undefined, '{"a":1}', 1],
    [undefined, '```json\n{"a":1}\n```', 1],
    [undefined, 'a: 1', 0],
    [undefined, '{"a":1}', 0, { required: ['b'] }],
    [undefined, '{"a":1}', 1, { schema: { type: 'object', properties: { a: { type: 'integer' } } } }],
    [undefined, '{"a":"1"}', 0, { schema: { type: 'object', properties: { a: { type: 'integer' } } } }],
    [undefined, '['.repeat(500) + ']'.repeat(500), 0, { schema: {} }],
  ])
  await scores('json_match', [
    [{ a: 1, b: { c: [1, 2] } }, '{"b":{"c":[1,2]},"a":1,"more":true}', 1],
    ['{"a":1,"b":2}', '{"a":1,"b":3}', 0.5],
    [{ a: [1, 2, 3, 4] }, '{"a":[1,2]}', 0.5],
    [{ a: 1 }, '[1]', 0],
    [{ a: 1 }, 'no', 0],
    ['no', '{}', null],
  ])
})

test('a pattern matches as in JavaScript, in linear time', async () => {
  const rows: [string, string][] = [
    ['^a+b?$', 'aaab'],
    ['^a+b?$', 'aabb'],
    ['(cat|dog)s?', 'two dogs'],
    ['^(?:x|yz){2,3}$', 'xyzx'],
    ['^(?:x|yz){2,3}$', 'x'],
    ['\\d{3}-\\d{4}', 'call 555-1234'],
    ['[^a-z]', 'abc'],
    ['[\\]\\d]', ']'],
    ['\\bword\\b', 'a word.'],
    ['\\bword\\b', 'swords'],
    ['a.c', 'a\nc'],
    ['', 'x'],
    ['^$', ''],
    ['(a*)*b', 'aaac'],
    ['é|ü', 'über'],
    ['\\u0041\\x42', 'AB'],
    ['(?<y>\\d+)', 'in 1999'],
    ['a{2}', 'a'],
    ['x*y|z', 'wz'],
    ['a|', 'b'],
    ['\\.$', 'end.'],
  ]
  for (const [pattern, text] of rows) {
    if (pattern === '') continue
    assert.equal(
      (await judge('regex', pattern, text)).score,
      new RegExp(pattern).test(text) ? 1 : 0,
      `${pattern} on ${text}`,
    )
  }
  await scores('regex', [
    [undefined, 'ABC', 1, { pattern: 'b', ignore_case: true }],
    ['(a)\\1', 'aa', null],
    ['(?=a)', 'a', null],
    ['(a', 'a', null],
    ['(?:a{999}){999}', 'a', null],
    ['(((){999}){999}){999}', 'a', null],
    ['a**', 'a', null],
  ])
  const startedAt = performance.now()
  assert.equal((await judge('regex', '^(a+)+$', `${'a'.repeat(50_000)}b`)).score, 0)
  assert.ok(performance.now() - startedAt < 5000, 'a pattern that goes back takes for ever here')
})

test('what cannot be judged has no score, and never a made up one', async () => {
  const says = (text: string): Ask => ({ ...noAsk, chat: () => Promise.resolve(text) })
  const model = 'openai/judge'
  const good = await judge('llm_judge', 'a', 'b', { model }, says('Sure: {"reason":"right","score":8} ok'))
  assert.deepEqual(good, { score: 0.8, passed: true, reason: 'right' })
  for (const nonsense of ['', 'ten', '{"score":11}', '{"score":"8"}', '[8]']) {
    const got = await judge('llm_judge', 'a', 'b', { model }, says(nonsense))
    assert.deepEqual([got.score, got.passed], [null, null], nonsense)
  }
  const embeds = (...vectors: number[][]): Ask => ({ ...noAsk, embed: () => Promise.resolve(vectors) })
  assert.equal((await judge('semantic_similarity', 'a', 'b', { model }, embeds([1, 0], [0.6, 0.8]))).score, 0.6)
  assert.equal((await judge('semantic_similarity', 'a', 'b', { model }, embeds([1], [1, 0]))).score, null)
  assert.equal(findEvaluator('llm_judge')?.settings.safeParse({}).success, false)
})

test('rows are folded to a plain decimal', () => {
  const sums = { rows: 4, priced: 3, costNanoUsd: 10, durationMs: 10, rated: 3, liked: 2 }
  const fold = (name: string, more: object = {}) => {
    const evaluator = findEvaluator(name)
    return evaluator?.type === 'log' ? evaluator.fold({ ...sums, ...more }) : assert.fail(name)
  }
  assert.deepEqual([fold('cost').result, fold('speed').result], ['0.000000003333', '2.5'])
  assert.deepEqual([fold('human_feedback').result, fold('human_feedback').score], ['66.667', 2 / 3])
  assert.deepEqual([fold('human_feedback', { rated: 0 }).result, fold('cost', { priced: 0 }).result], ['', ''])
})
