import { z } from 'zod'
import { defineCaseEvaluator, quoted, unscored, yesOrNo } from './evaluator.ts'
import { isObject, parseAnswer } from './json.ts'

/** Deeper values are compared as texts. */
const mostDepth = 50

/** The share of the expected members that are there with their values; what is there beside them does not count. */
export const jsonMatch = defineCaseEvaluator({
  type: 'case',
  settings: z.strictObject({
    tolerance: z.number().min(0).default(0).describe('Numbers that differ by no more are the same.'),
    threshold: z.number().min(0).max(1).default(1).describe('From this score on a case has passed.'),
  }),
  score({ expected, output }, { tolerance, threshold }) {
    const wanted = typeof expected === 'string' ? parseAnswer(expected) : expected
    if (wanted === undefined) return unscored('the case has no JSON as expected_output')
    const given = parseAnswer(output)
    if (given === undefined) return yesOrNo(false, `the answer is not JSON: ${quoted(output)}`)
    const missed: string[] = []
    const score = shareOf(wanted, given, { tolerance, path: '$', missed })
    const reason = missed.length === 0 ? 'all is there' : `not as expected: ${missed.slice(0, 10).join(', ')}`
    return { score, passed: score >= threshold, reason }
  },
})

interface Place {
  tolerance: number
  path: string
  missed: string[]
}

function shareOf(wanted: unknown, given: unknown, place: Place): number {
  const isDeep = place.path.split(/[.[]/).length > mostDepth
  if (!isDeep && (isObject(wanted) || Array.isArray(wanted))) {
    const members = Object.entries(wanted)
    const isSameKind = Array.isArray(wanted) === Array.isArray(given) && typeof given === 'object' && given !== null
    if (isSameKind && members.length > 0) {
      const shares = members.map(([name, value]) => {
        const path = Array.isArray(wanted) ? `${place.path}[${name}]` : `${place.path}.${name}`
        const member: unknown = Object.hasOwn(given, name) ? (given as Record<string, unknown>)[name] : undefined
        return shareOf(value, member, { ...place, path })
      })
      return shares.reduce((sum, share) => sum + share, 0) / members.length
    }
    if (isSameKind) return 1
  } else if (isSame(wanted, given, place.tolerance)) return 1
  place.missed.push(place.path)
  return 0
}

function isSame(a: unknown, b: unknown, tolerance: number): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= tolerance
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))
}
