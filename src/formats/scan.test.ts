import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { scanElements, scanTopLevel } from './scan.ts'

function values(text: string, wanted: string[]) {
  const found = scanTopLevel(Buffer.from(text), wanted)
  return Object.fromEntries(Object.entries(found).map(([name, { value }]) => [name, value]))
}

test('wanted members are read wherever they stand, and only those of the top level', () => {
  const text = ' { "messages" : [{"model":"inner","x":"]}\\"{["}], "model":"gpt" ,"stream" : true, "n": -1.5e3 }'
  assert.deepEqual(values(text, ['model', 'stream', 'n', 'absent']), { model: 'gpt', stream: true, n: -1500 })
})

test('names and strings with escapes are read as JSON reads them', () => {
  const long = `${'y'.repeat(100)}\\\\\\" }`
  assert.deepEqual(values(`{"a":"${long}","mod\\u0065l":"x\\\\"}`, ['model']), { model: 'x\\' })
})

test('the range is that of the value’s bytes', () => {
  const text = '{"ü":"ß", "stream_options" : {"a": 1} }'
  const bytes = Buffer.from(text)
  const { stream_options: member } = scanTopLevel(bytes, ['stream_options'])
  assert.equal(bytes.toString('utf8', member?.start, member?.end), '{"a": 1}')
})

test('a value of 4 KB or more is found but not parsed', () => {
  assert.deepEqual(values(`{"model":"${'x'.repeat(5000)}"}`, ['model']), { model: undefined })
})

test('of a malformed body what stands before the fault is given', () => {
  for (const rest of ['', ',', ',"', ',"b', ',"b"', ',"b":', ',"b":"', ',"b":"\\', ',"b":{"c"', '}}', ',x', ',"b":,']) {
    assert.deepEqual(values(`{"model":"gpt"${rest}`, ['model', 'b']), { model: 'gpt' }, rest)
  }
  for (const text of ['', ' ', '[]', '"x"', '{', '{]', 'null', '{"model"}', '{"model":}']) {
    assert.deepEqual(values(text, ['model']), {}, text)
  }
})

test('any JSON object gives the values that JSON.parse gives', () => {
  // Assigning this one name, as the test does, would make no member.
  const names = fc.string().filter((name) => name !== '__proto__')
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue()), fc.constantFrom(undefined, 1, 4), (object, indent) => {
      const text = JSON.stringify(object, null, indent)
      assert.deepEqual(values(text, Object.keys(object)), JSON.parse(text))
    }),
  )
})

test('any bytes are read without a throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void scanTopLevel(Buffer.from(bytes), ['a'])))
  fc.assert(fc.property(fc.json(), fc.nat(), (json, cut) => void scanTopLevel(Buffer.from(json.slice(0, cut)), ['a'])))
})

test('eight megabytes of the worst string take less than a second', () => {
  const body = Buffer.from(`{"a":"${'\\"'.repeat(4e6)}","model":"gpt"}`)
  const began = performance.now()
  assert.equal(scanTopLevel(body, ['model'])['model']?.value, 'gpt')
  assert.ok(performance.now() - began < 1000)
})

test('the elements of any array are found where they stand', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1), (list, indent) => {
      const bytes = Buffer.from(` ${JSON.stringify(list, null, indent)}`)
      const found = scanElements(bytes)?.map(({ start, end }): unknown =>
        JSON.parse(bytes.toString('utf8', start, end)),
      )
      assert.deepEqual(JSON.stringify(found), JSON.stringify(list))
    }),
  )
  for (const text of ['', '{}', '[', '[1', '[1,', '[1,]', '[,]', '[1 2]', '"x"']) {
    assert.equal(scanElements(Buffer.from(text)), null, text)
  }
})
