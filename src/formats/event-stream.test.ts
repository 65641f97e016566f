import assert from 'node:assert/strict'
import { test } from 'node:test'

import { eventFrame, exceptionFrame, frame } from '../../test/formats/event-stream.ts'
import { createEventStreamScanner } from './event-stream.ts'

function scan(pieces: readonly Buffer[], limitBytes?: number) {
  const events: [name: string | null, data: string, start: number, end: number][] = []
  const scanner = createEventStreamScanner((...event) => events.push(event), limitBytes)
  const borders = pieces.map((piece) => scanner.push(piece))
  scanner.end()
  return { events, borders, hasSkipped: scanner.hasSkipped() }
}

test('the frames of these tests are those of Amazon’s own test vectors', () => {
  // https://github.com/smithy-lang/smithy-typescript/tree/main/packages/eventstream-codec, “payload_one_str_header”.
  assert.equal(
    frame({ 'content-type': 'application/json' }, "{'foo':'bar'}").toString('hex'),
    '0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d8d9c08b1',
  )
})

test('events come with their name, a chunk unpacked, and with where they begin and end', () => {
  const [first, second] = [eventFrame('messageStart', '{"role":"assistant"}'), eventFrame('chunk', '{"type":"ping"}')]
  const { events, borders } = scan([Buffer.concat([first, second])])
  assert.deepEqual(events, [
    ['messageStart', '{"role":"assistant"}', 0, first.length],
    ['chunk', '{"type":"ping"}', first.length, first.length + second.length],
  ])
  assert.deepEqual(borders, [first.length + second.length])
})

test('the border is where the unfinished message begins', () => {
  const whole = eventFrame('a', '{}')
  const cut = Buffer.concat([whole, whole])
  const { events, borders } = scan([cut.subarray(0, whole.length + 5), cut.subarray(whole.length + 5)])
  assert.deepEqual(borders, [whole.length, whole.length - 5])
  assert.deepEqual(events[1], ['a', '{}', -5, whole.length - 5])
})

test('an exception is an error, whatever its payload', () => {
  const error = { type: 'throttlingException', message: 'Too many tokens' }
  assert.deepEqual(scan([exceptionFrame('throttlingException', 'Too many tokens')]).events[0]?.slice(0, 2), [
    'throttlingException',
    JSON.stringify({ error }),
  ])
  const headers = { ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'Oh' }
  const told = scan([frame(headers, '')]).events[0]?.[1]
  assert.equal(told, JSON.stringify({ error: { type: 'InternalError', message: 'Oh' } }))
})

test('headers of every type are passed over', () => {
  const message = eventFrame('a', '{}')
  const more = Buffer.from(
    '\x01b\x00\x01c\x01\x01d\x02x\x01e\x03xx\x01f\x04xxxx\x01g\x05xxxxxxxx\x01h\x06\x00\x01x',
    'latin1',
  )
  const late = Buffer.from(`\x01i\x08xxxxxxxx\x01j\x09${'x'.repeat(16)}`, 'latin1')
  const known = message.subarray(12, 12 + message.readUInt32BE(4))
  const headers = Buffer.concat([more, late, known])
  const bytes = reframed(headers, '{}')
  assert.deepEqual(scan([bytes]).events[0]?.slice(0, 2), ['a', '{}'])
})

test('a message above the limit is left out, said, and those behind it are read', () => {
  const [large, small] = [eventFrame('a', `{"x":"${'x'.repeat(500)}"}`), eventFrame('b', '{}')]
  const bytes = Buffer.concat([large, small])
  for (let cut = 0; cut <= bytes.length; cut++) {
    const { events, hasSkipped } = scan([bytes.subarray(0, cut), bytes.subarray(cut)], 300)
    assert.deepEqual(
      events.map(([name]) => name),
      ['b'],
    )
    assert.ok(hasSkipped)
  }
})

test('a wrong length is seen, and nothing is read behind it', () => {
  const messages = [eventFrame('a', '{}'), eventFrame('b', '{}'), eventFrame('c', '{}')]
  const length = messages[1]?.length ?? 0
  for (const wrong of [0, 7, length - 1, length + 1, 0xffffffff]) {
    const bytes = Buffer.concat(messages)
    bytes.writeUInt32BE(wrong, messages[0]?.length)
    const { events, hasSkipped, borders } = scan([bytes])
    assert.deepEqual(
      events.map(([name]) => name),
      ['a'],
    )
    assert.ok(hasSkipped)
    assert.deepEqual(borders, [bytes.length])
  }
})

function reframed(headers: Buffer, payload: string): Buffer {
  // The frame of one header as long as these, with these in its place: only the prelude's checksum is looked at.
  const bytes = frame({ x: 'x'.repeat(headers.length - 5) }, payload)
  headers.copy(bytes, 12)
  return bytes
}
