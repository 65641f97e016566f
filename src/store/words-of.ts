/** Longer ones are cut, here and there alike: keys and hashes. */
const longestWord = 64

/** Scripts that put no spaces between words, and Korean, which hangs endings on them. */
const unspaced =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}\u30fc'
const hasUnspaced = new RegExp(`[${unspaced}]`, 'u')
const runs = new RegExp(`[${unspaced}]+|[^${unspaced}]+`, 'gu')

/** A word that is asked for; `isBeginning`: any word that begins with it. */
export interface WordAsked {
  word: string
  isBeginning: boolean
}

/**
 * The words of texts, each once: letters and digits of all languages, in small letters. Where words are not told apart by spaces,
 * two neighbouring characters are a word, and so is the last one. No word has anything in it but letters, marks and digits.
 */
export function wordsOf(texts: readonly string[]): Set<string> {
  const words = new Set<string>()
  for (const text of texts) {
    for (const run of runsOf(text)) {
      if (hasUnspaced.test(run)) for (const { word } of pairsOf(run)) words.add(word)
      else words.add(run.slice(0, longestWord))
    }
  }
  return words
}

/** The words of a search, each once; all of them are meant. None where it has no letter and no digit. */
export function wordsAsked(search: string): WordAsked[] {
  const asked = runsOf(search).flatMap((run): WordAsked[] => {
    if (!hasUnspaced.test(run)) return [{ word: run.slice(0, longestWord), isBeginning: false }]
    const pairs = pairsOf(run)
    // What follows the last character is not known.
    return pairs.length > 1 ? pairs.slice(0, -1) : pairs.map(({ word }) => ({ word, isBeginning: true }))
  })
  return [...new Map(asked.map((one) => [one.word, one])).values()]
}

/** Pieces in which each character is of a script with spaces, or none is. */
function runsOf(text: string): string[] {
  // Plain text, nearly all of what there is, needs no look at what Unicode says.
  // oxlint-disable-next-line no-control-regex -- all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase().match(/[a-z0-9]+/g) ?? []
  const pieces =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return pieces.flatMap((piece) => (hasUnspaced.test(piece) ? (piece.match(runs) ?? []) : [piece.toWellFormed()]))
}

function pairsOf(run: string): WordAsked[] {
  const characters = Array.from(run)
  return characters.map((character, at) => ({ word: character + (characters[at + 1] ?? ''), isBeginning: false }))
}
