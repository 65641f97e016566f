/** Longer ones are cut, here and there alike: keys and hashes. */
const longestWord = 64

/** Scripts that put no spaces between words, and Korean, which hangs endings on them. */
const unspaced =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}\u30fc'
const hasUnspaced = new RegExp(`[${unspaced}]`, 'u')
const runs = new RegExp(`[${unspaced}]+|[^${unspaced}]+`, 'gu')

/** The words of a text: see `hashWords`, which gives the same. Some may come more than once. */
export function wordsOf(text: string): string[] {
  return runsOf(text).flatMap((run) => {
    if (!hasUnspaced.test(run)) return run.slice(0, longestWord)
    const characters = Array.from(run)
    return [...characters, ...pairsOf(characters)]
  })
}

/** The words of a search, each once; all of them are meant. None where it has no letter and no digit. */
export function wordsAsked(search: string): string[] {
  const asked = runsOf(search).flatMap((run) => {
    if (!hasUnspaced.test(run)) return run.slice(0, longestWord)
    const characters = Array.from(run)
    return characters.length === 1 ? characters : pairsOf(characters)
  })
  return [...new Set(asked)]
}

/** Pieces in which each character is of a script with spaces, or none is. */
function runsOf(text: string): string[] {
  const pieces =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return pieces.flatMap((piece) => (hasUnspaced.test(piece) ? (piece.match(runs) ?? []) : [piece]))
}

function pairsOf(characters: readonly string[]): string[] {
  return characters.slice(0, -1).map((character, at) => character + (characters[at + 1] ?? ''))
}

/** Takes the 48 bits that stand for a word: the lower 32, unsigned, and the upper 16. */
export type UseWord = (low: number, high: number) => void

const firstLow = 0x811c9dc5
const firstHigh = 0x2f6b3c1d

/**
 * Gives the hashes of a text's words: runs of letters, marks and digits of all languages, in small letters. Where words are not told
 * apart by spaces, each character is a word, and so are two neighbouring ones. A word that comes again may be given again.
 */
export function hashWords(text: string, use: UseWord): void {
  let low = firstLow
  let high = firstHigh
  let length = 0
  let pieceStart = 0
  for (let at = 0; at <= text.length; at++) {
    // A space behind the end ends the last word.
    const unit = at < text.length ? text.charCodeAt(at) : 0x20
    // `| 0x20` makes a small letter of a capital, and no letter of anything else that is asked for here.
    const small = unit | 0x20
    if ((small >= 0x61 && small <= 0x7a) || (unit >= 0x30 && unit <= 0x39)) {
      if (length++ >= longestWord) continue
      const taken = unit <= 0x39 ? unit : small
      low = Math.imul(low ^ taken, 0x01000193)
      high = Math.imul(high ^ taken, 0x5bd1e995)
      continue
    }
    if (unit >= 0x80 && !isQuotation(unit)) {
      // Unicode's rules reach as far as the next space: what was taken of this piece before is given once more.
      while (at < text.length && !isSpace(text.charCodeAt(at))) at++
      for (const word of wordsOf(text.slice(pieceStart, at))) hashWord(word, use)
      pieceStart = at + 1
    } else {
      if (length > 0) use(mixed(low), mixed(high) & 0xffff)
      if (isSpace(unit)) pieceStart = at + 1
    }
    low = firstLow
    high = firstHigh
    length = 0
  }
}

/** The hash of one word, as it is. */
export function hashWord(word: string, use: UseWord): void {
  let low = firstLow
  let high = firstHigh
  for (let at = 0; at < word.length; at++) {
    const unit = word.charCodeAt(at)
    low = Math.imul(low ^ unit, 0x01000193)
    high = Math.imul(high ^ unit, 0x5bd1e995)
  }
  use(mixed(low), mixed(high) & 0xffff)
}

/** So that each of its bits says something of the last letter, too. */
function mixed(low: number): number {
  const once = Math.imul(low ^ (low >>> 16), 0x85ebca6b)
  return (once ^ (once >>> 13)) >>> 0
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d)
}

/** Dashes, quotation marks and the like: common in plain English, and never a part of a word. */
function isQuotation(unit: number): boolean {
  return (unit >= 0x2010 && unit <= 0x2027 && unit !== 0x2017) || unit === 0xa0 || unit === 0xab || unit === 0xbb
}
