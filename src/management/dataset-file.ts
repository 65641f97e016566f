import { type GivenItem, givenItemSchema } from '../contract/datasets.ts'
import { GatewayError } from '../kernel/errors.ts'
import { isDeeperThan } from '../kernel/json-depth.ts'
import { parseInput } from './invalid-input.ts'

/** A longer line is a mistake: no line break was found. */
const maxLineCharacters = 16 << 20
/** What is kept is written again and compared, and each level takes stack. */
const deepestLine = 100

/** The test cases of a file, one by one, with the line that each begins in. Throws `input_invalid` that names the line. */
export async function* readItems(
  file: ReadableStream<Uint8Array> | null,
  format: 'jsonl' | 'csv',
): AsyncGenerator<GivenItem> {
  if (file === null) throw atLine(0, 'the body is empty, expected a file')
  const records = format === 'csv' ? readCsv(file) : readLines(file)
  for await (const { line, value } of records) yield toGiven(line, value)
}

interface Located {
  line: number
  value: unknown
}

async function* readLines(file: ReadableStream<Uint8Array>): AsyncGenerator<Located> {
  let line = 0
  for await (const text of linesOf(file)) {
    line++
    if (text.trim() === '') continue
    if (isDeeperThan(text, deepestLine)) throw atLine(line, `nests deeper than ${deepestLine} levels`)
    try {
      yield { line, value: JSON.parse(text) as unknown }
    } catch (error) {
      if (error instanceof SyntaxError) throw atLine(line, 'is not valid JSON, expected an object like {"input":"..."}')
      throw error
    }
  }
}

/** RFC 4180: the head names the members. A cell of `metadata` or `tags`, and one that is an array, is JSON. */
async function* readCsv(file: ReadableStream<Uint8Array>): AsyncGenerator<Located> {
  let head: string[] | null = null
  let open = ''
  let line = 0
  let begin = 1
  let isQuoted = false
  for await (const text of linesOf(file)) {
    line++
    if (!isQuoted) begin = line
    open = isQuoted ? `${open}\n${text}` : text
    if (countQuotes(text) % 2 === 1) isQuoted = !isQuoted
    if (open.length > maxLineCharacters) throw atLine(begin, 'a quote is not closed')
    // A record goes on in the next line while a quote is open.
    if (isQuoted) continue
    const cells = readCells(open)
    if (cells.length === 1 && cells[0] === '') continue
    if (head === null) {
      head = cells.map((cell) => cell.trim())
      if (!head.includes('input')) throw atLine(line, `the head has no column input, but ${head.join(', ')}`)
    } else if (cells.length === head.length) yield { line: begin, value: toObject(head, cells) }
    else throw atLine(begin, `has ${cells.length} cells, and the head has ${head.length}`)
  }
  if (isQuoted) throw atLine(begin, 'a quote is not closed')
}

function countQuotes(text: string): number {
  return text.split('"').length - 1
}

function readCells(record: string): string[] {
  const cells: string[] = []
  let at = 0
  do {
    if (record[at] === '"') {
      let end = at + 1
      while (end < record.length && (record[end] !== '"' || record[end + 1] === '"')) end += record[end] === '"' ? 2 : 1
      cells.push(record.slice(at + 1, end).replaceAll('""', '"'))
      at = record.indexOf(',', end)
    } else {
      const end = record.indexOf(',', at)
      cells.push(record.slice(at, end === -1 ? undefined : end))
      at = end
    }
    if (at === -1) return cells
    at++
  } while (at <= record.length)
  return cells
}

const jsonMembers: readonly string[] = ['metadata', 'tags']

function toObject(head: readonly string[], cells: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    head.flatMap((name, at) => {
      const cell = cells[at] ?? ''
      // A cell that is too deep stays a text.
      const isJson =
        !isDeeperThan(cell, deepestLine) && (jsonMembers.includes(name) || (name === 'input' && cell.startsWith('[{')))
      return cell === '' && name !== 'input' ? [] : [[name, isJson ? parsedOrText(cell) : cell]]
    }),
  )
}

function parsedOrText(cell: string): unknown {
  try {
    return JSON.parse(cell) as unknown
  } catch {
    // A text then, which its schema refuses or takes.
    return cell
  }
}

function toGiven(line: number, value: unknown): GivenItem {
  try {
    return parseInput(givenItemSchema, value, 'body')
  } catch (error) {
    if (error instanceof GatewayError) throw atLine(line, error.message)
    throw error
  }
}

async function* linesOf(file: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  let line = 1
  for await (const chunk of file) {
    const pieces = (rest + decode(decoder, chunk, line)).split('\n')
    rest = pieces.pop() ?? ''
    for (const piece of pieces) yield piece.endsWith('\r') ? piece.slice(0, -1) : piece
    line += pieces.length
    if (rest.length > maxLineCharacters) throw atLine(line, `is longer than ${maxLineCharacters} characters`)
  }
  if (rest !== '') yield rest.endsWith('\r') ? rest.slice(0, -1) : rest
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array, line: number): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch {
    throw atLine(line, 'or a line soon after it is not UTF-8')
  }
}

function atLine(line: number, what: string): GatewayError {
  const message = line === 0 ? `file: ${what}.` : `line ${line}: ${what}. Nothing was imported.`
  return new GatewayError('input_invalid', message, { path: ['body', line] })
}
