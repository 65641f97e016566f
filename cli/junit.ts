import type { Evaluation, EvaluationResult } from '@tollgate/client'

const longestName = 120

/** The results as JUnit's XML, as CI systems read it: a case that has not passed is a failure, one without a score an error. */
export function writeJunit({ name, error }: Evaluation, results: readonly EvaluationResult[]): string {
  const cases = results.filter(({ item_id: item }) => item !== undefined)
  const failures = cases.filter(({ passed }) => passed === false).length
  const broken = cases.filter((result) => result.error !== null)
  const errors = broken.length + (error === null ? 0 : 1)
  const seconds = cases.reduce((sum, { duration_ms: ms }) => sum + (ms ?? 0), 0) / 1000
  const counts = `tests="${cases.length + (error === null ? 0 : 1)}" failures="${failures}" errors="${errors}" time="${seconds}"`
  const own =
    error === null ? [] : [`    <testcase classname="evaluation" name="${escape(name)}">${errorOf(error)}</testcase>`]
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${escape(name)}" ${counts}>`,
    ...own,
    ...cases.map(caseOf),
    '  </testsuite>',
    '</testsuites>\n',
  ].join('\n')
}

function caseOf(result: EvaluationResult, at: number): string {
  const { evaluation_type_id: type, model, input, duration_ms: ms } = result
  const asked = typeof input === 'string' ? input : JSON.stringify(input)
  const name = escape(`${at + 1}: ${asked.slice(0, longestName)}`)
  const head = `    <testcase classname="${escape(`${type} ${model ?? 'logs'}`)}" name="${name}" time="${(ms ?? 0) / 1000}"`
  if (result.error !== null) return `${head}>${errorOf(result.error)}</testcase>`
  if (result.passed !== false) return `${head}/>`
  const said = `expected: ${JSON.stringify(result.expected_output) ?? 'nothing'}\nanswer: ${result.output ?? ''}`
  return `${head}><failure message="${escape(result.reason)}">${escape(said)}</failure></testcase>`
}

const errorOf = (message: string): string => `<error message="${escape(message)}"/>`

/** Texts of models hold anything; XML 1.0 has no place for control characters, however they are written. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\x20-\uFFFD\u{10000}-\u{10FFFF}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;')
    .replaceAll('\t', '&#9;')
}
