import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'

import { createSseScanner } from './sse.ts'

const fixtures = new URL('fixtures/', import.meta.url)
const streams = readdirSync(fixtures).filter((file) => file.endsWith('.sse.txt'))

type ScannedEvent = [name: string | null, data: string]

/** The events of the chunks, and where in the whole stream each began and ended. */
function scan(chunks: readonly Uint8Array[], limitBytes?: number) {
  const events: ScannedEvent[] = []
  const ranges: [start: number, end: number][] = []
  let before = 0
  const scanner = createSseScanner((name, data, start, end) => {
    events.push([name, data])
    ranges.push([before + start, before + end])
  }, limitBytes)
  const borders = chunks.map((chunk) => {
    const border = before + scanner.push(chunk)
    before += chunk.length
    return border
  })
  scanner.end()
  return { events, ranges, borders, hasSkipped: scanner.hasSkipped() }
}

function scanText(text: string, limitBytes?: number) {
  return scan([Buffer.from(text)], limitBytes)
}

const everything = [
  '\u{FEFF}: a comment\n\n',
  'event: ping\ndata: {"type":"ping"}\n\n',
  'data:{"no":"space"}\r\n\r\n',
  'id: 7\rdata: {"text":"Grüße 🌍"}\rretry: 10\r\r',
  'data: {"a":1,\ndata: "b":2}\n\n',
  'data: {"c":3,\r\ndata: "d":4}\r\n\r\n',
  'event: only a name\n\n',
  'data: [DONE]\n\n',
].join('')

const everythingRead: ScannedEvent[] = [
  ['ping', '{"type":"ping"}'],
  [null, '{"no":"space"}'],
  [null, '{"text":"Grüße 🌍"}'],
  [null, '{"a":1,\n"b":2}'],
  [null, '{"c":3,\n"d":4}'],
  [null, '[DONE]'],
]

test('every form of the standard is read', () => {
  assert.deepEqual(scanText(everything).events, everythingRead)
})

test('wherever a stream is cut in two, the events are the same', () => {
  const recorded = streams.map((file) => readFileSync(new URL(file, fixtures)))
  assert.ok(recorded.length >= 5, 'the recorded streams are found')
  for (const bytes of [Buffer.from(everything), ...recorded]) {
    const { events } = scan([bytes])
    assert.ok(events.length > 1)
    for (let cut = 0; cut <= bytes.length; cut++) {
      assert.deepEqual(scan([bytes.subarray(0, cut), bytes.subarray(cut)]).events, events, `cut at ${cut}`)
    }
  }
})

test('a stream that comes byte by byte gives the same events', () => {
  const bytes = Buffer.from(everything)
  assert.deepEqual(scan([...bytes].map((byte) => Uint8Array.of(byte))).events, everythingRead)
})

test('an event’s range covers it from its first line to its blank line', () => {
  const text = 'event: a\ndata: {}\n\n\ndata: [DONE]\n\n'
  const { ranges } = scanText(text)
  assert.deepEqual(
    ranges.map(([start, end]) => text.slice(start, end)),
    ['event: a\ndata: {}\n\n', 'data: [DONE]\n\n'],
  )
})

test('an event that began in an earlier chunk has a negative start', () => {
  const starts: number[] = []
  const scanner = createSseScanner((_name, _data, start) => starts.push(start))
  scanner.push(Buffer.from('event: a\nda'))
  scanner.push(Buffer.from('ta: {}\n\n'))
  assert.deepEqual(starts, [-11])
})

test('a whole data line at the end of a chunk is an event before its blank line comes', () => {
  for (const line of ['data: [DONE]\n', 'data: {"type":"message_stop"}\r\n', 'data: {}\r', 'data: {}\nid: 1']) {
    let count = 0
    const scanner = createSseScanner(() => count++)
    scanner.push(Buffer.from(line))
    assert.equal(count, 1, line)
    scanner.push(Buffer.from('\n\n'))
    scanner.end()
    assert.equal(count, 1, `${line} is given once`)
  }
})

test('a data line that is not whole JSON waits for the lines that follow', () => {
  const chunks = ['data: {"a":{}\n', 'data: }\n', '\n'].map((text) => Buffer.from(text))
  assert.deepEqual(scan(chunks).events, [[null, '{"a":{}\n}']])
})

test('bytes up to the border never end inside an event', () => {
  const text = 'data: {"a":1}\n\ndata: {"b":2}\n\n: comment\n\ndata: {"c":3}\n\n'
  const bytes = Buffer.from(text)
  const wholeLines = [0, 14, 15, 29, 30, 41, 55, 56]
  for (let cut = 0; cut <= bytes.length; cut++) {
    const [border = -1] = scan([bytes.subarray(0, cut), bytes.subarray(cut)]).borders
    assert.ok(wholeLines.includes(border) && border <= cut, `cut at ${cut} gives border ${border}`)
  }
})

test('an event without its blank line is given when the stream ends', () => {
  assert.deepEqual(scanText('data: {"a":1}\n\ndata: half').events, [
    [null, '{"a":1}'],
    [null, 'half'],
  ])
})

test('a line above the limit is left out, said, and not held back', () => {
  const long = `data: ${'x'.repeat(200)}`
  const text = `data: 1\n\n${long}\n\ndata: 2\n\n`
  for (let cut = 0; cut <= text.length; cut++) {
    const scanned = scan([Buffer.from(text.slice(0, cut)), Buffer.from(text.slice(cut))], 100)
    assert.deepEqual(scanned.events, [
      [null, '1'],
      [null, '2'],
    ])
    assert.ok(scanned.hasSkipped)
    const [border = -1] = scanned.borders
    assert.ok(cut - border <= 100, `no more than the limit is held back at ${cut}`)
  }
})

test('an event of many lines above the limit is left out', () => {
  const scanned = scanText(`${'data: x\n'.repeat(50)}\ndata: 2\n\n`, 100)
  assert.deepEqual(scanned.events, [[null, '2']])
  assert.ok(scanned.hasSkipped)
})
