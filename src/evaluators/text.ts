import { z } from 'zod'
import { type Judged, type Score, unscored } from './evaluator.ts'

/** How two texts are made alike before they are compared. */
export const foldingShape = {
  ignore_case: z.boolean().default(false).describe('Capital and small letters are the same.'),
  ignore_space: z.boolean().default(false).describe('Runs of white space are one space; at the ends there is none.'),
}

interface Folding {
  ignore_case: boolean
  ignore_space: boolean
}

/** Both texts, folded; or a score of null where the case has no expected text. Texts are compared in Unicode's form C. */
export function foldedTexts(
  { expected, output }: Judged,
  folding: Folding,
): { wanted: string; given: string } | { unscored: Score } {
  if (expected === undefined || expected === null) {
    return { unscored: unscored('the case has no expected_output to compare with') }
  }
  const text = typeof expected === 'string' ? expected : JSON.stringify(expected)
  return { wanted: fold(text, folding), given: fold(output, folding) }
}

function fold(text: string, { ignore_case: ignoresCase, ignore_space: ignoresSpace }: Folding): string {
  const composed = text.normalize('NFC')
  const cased = ignoresCase ? composed.toLowerCase() : composed
  return ignoresSpace ? cased.replaceAll(/\s+/g, ' ').trim() : cased
}
