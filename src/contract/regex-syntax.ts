/** The parts of a pattern. */
export type Node =
  | { type: 'one'; test: (character: string) => boolean }
  | { type: 'edge'; kind: '^' | '$' | 'b' | 'B' }
  | { type: 'all'; nodes: Node[] }
  | { type: 'any'; nodes: Node[] }
  | { type: 'repeat'; node: Node; least: number; most: number }

/** A pattern that cannot be used, and why. */
export class PatternFault extends Error {}

const mostDepth = 100

/** How far a pattern was read. */
interface Reading {
  pattern: readonly string[]
  at: number
  ignoresCase: boolean
}

/** Reads JavaScript's syntax. Throws a `PatternFault`. */
export function parsePattern(source: string, ignoresCase: boolean): Node {
  const reading: Reading = { pattern: Array.from(source), at: 0, ignoresCase }
  const node = parseOptions(reading, 0)
  if (reading.at < reading.pattern.length) throw new PatternFault('a group is closed that was not opened')
  return node
}

function parseOptions(reading: Reading, depth: number): Node {
  if (depth > mostDepth) throw new PatternFault('its groups are too deep')
  const options: Node[] = [parseSequence(reading, depth)]
  while (reading.pattern[reading.at] === '|') {
    reading.at++
    options.push(parseSequence(reading, depth))
  }
  return options.length === 1 && options[0] ? options[0] : { type: 'any', nodes: options }
}

function parseSequence(reading: Reading, depth: number): Node {
  const nodes: Node[] = []
  while (
    reading.at < reading.pattern.length &&
    reading.pattern[reading.at] !== '|' &&
    reading.pattern[reading.at] !== ')'
  )
    nodes.push(parseRepeat(reading, parseAtom(reading, depth)))
  return { type: 'all', nodes }
}

function parseRepeat(reading: Reading, node: Node): Node {
  const rest = reading.pattern.slice(reading.at, reading.at + 12).join('')
  const found = /^(?:[*+?]|\{(\d{1,4})(,?)(\d{0,4})\})/.exec(rest)
  if (found === null) return node
  reading.at += found[0].length
  // Lazy or not, whether it matches is the same.
  if (reading.pattern[reading.at] === '?') reading.at++
  if (/^[*+?]/.test(reading.pattern[reading.at] ?? ''))
    throw new PatternFault(`nothing stands before ${reading.pattern[reading.at]}`)
  const [sign, least = '', comma, most = ''] = found
  if (sign === '*') return { type: 'repeat', node, least: 0, most: Infinity }
  if (sign === '+') return { type: 'repeat', node, least: 1, most: Infinity }
  if (sign === '?') return { type: 'repeat', node, least: 0, most: 1 }
  const top = comma === '' ? Number(least) : most === '' ? Infinity : Number(most)
  if (top < Number(least)) throw new PatternFault(`${sign} has its numbers the wrong way round`)
  return { type: 'repeat', node, least: Number(least), most: top }
}

function parseAtom(reading: Reading, depth: number): Node {
  const character = reading.pattern[reading.at++] ?? ''
  if (character === '(') return parseGroup(reading, depth)
  if (character === '^' || character === '$') return { type: 'edge', kind: character }
  if (character === '.') return { type: 'one', test: (given) => given !== '\n' && given !== '\r' }
  if (character === '[') return classOf(reading, readClass(reading))
  if (character === '\\') return parseEscape(reading)
  if ('*+?'.includes(character)) throw new PatternFault(`nothing stands before ${character}`)
  return { type: 'one', test: same(reading, character) }
}

function parseGroup(reading: Reading, depth: number): Node {
  if (reading.pattern[reading.at] === '?') {
    const kind = reading.pattern.slice(reading.at, reading.at + 3).join('')
    if (kind.startsWith('?:')) reading.at += 2
    else if (/^\?<[^=!]/.test(kind)) reading.at = reading.pattern.indexOf('>', reading.at) + 1 || reading.pattern.length
    else throw new PatternFault('it looks ahead or behind, which cannot be done in linear time')
  }
  const node = parseOptions(reading, depth + 1)
  if (reading.pattern[reading.at++] !== ')') throw new PatternFault('a group is not closed')
  return node
}

function parseEscape(reading: Reading): Node {
  const character = reading.pattern[reading.at++]
  if (character === undefined) throw new PatternFault('it ends with a backslash')
  if (character === 'b' || character === 'B') return { type: 'edge', kind: character }
  if (/[1-9k]/.test(character)) throw new PatternFault('it refers back to a group, which cannot be done in linear time')
  const hex = /^(?:x[\da-f]{2}|u[\da-f]{4}|u\{[\da-f]{1,6}\}|[pP]\{[\w=]{1,40}\})/i.exec(
    reading.pattern.slice(reading.at - 1, reading.at + 44).join(''),
  )
  if (hex !== null) reading.at += hex[0].length - 1
  return classOf(reading, `\\${hex?.[0] ?? character}`)
}

/** From behind the bracket to the one that closes it. */
function readClass(reading: Reading): string {
  let text = '['
  while (
    reading.at < reading.pattern.length &&
    (reading.pattern[reading.at] !== ']' || text === '[' || text === '[^')
  ) {
    text +=
      reading.pattern[reading.at] === '\\'
        ? `\\${reading.pattern[++reading.at] ?? ''}`
        : (reading.pattern[reading.at] ?? '')
    reading.at++
  }
  if (reading.pattern[reading.at++] !== ']') throw new PatternFault('a class is not closed')
  return `${text}]`
}

function classOf(reading: Reading, text: string): Node {
  const compiled = toRegExp(text, reading.ignoresCase)
  return { type: 'one', test: (given) => compiled.test(given) }
}

function same({ ignoresCase }: Reading, character: string): (given: string) => boolean {
  const small = character.toLowerCase()
  return ignoresCase ? (given) => given.toLowerCase() === small : (given) => given === character
}

/** What matches one character. Names of Unicode's classes need the flag `u`, which refuses escapes that mean nothing. */
function toRegExp(text: string, ignoresCase: boolean): RegExp {
  try {
    return new RegExp(`^${text}$`, ignoresCase ? 'iu' : 'u')
  } catch {
    try {
      return new RegExp(`^${text}$`, ignoresCase ? 'i' : '')
    } catch {
      throw new PatternFault(`${text} means nothing`)
    }
  }
}
