import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { translators } from '../../src/formats/translate/index.ts'
import { Untranslatable } from '../../src/formats/translate/translator.ts'
import { recordedStream } from './recorded.ts'
import { asked, translateEvents, translateStream, translatorOf } from './translated.ts'

/** A stream of each format that is translated. */
const streams: Readonly<Record<string, string>> = {
  'anthropic-messages': 'anthropic-messages.sse.txt',
  gemini: 'gemini.sse.txt',
  'bedrock-converse': 'bedrock-converse.events.txt',
  'cohere-chat': 'cohere-chat-v2.sse.txt',
}

test('every translated format has a stream here', () => {
  assert.deepEqual(Object.keys(streams).toSorted(), Object.keys(translators).toSorted())
})

for (const [format, file] of Object.entries(streams)) {
  test(`a stream in ${format} makes the same chunks however it is cut`, () => {
    const stream = recordedStream(file)
    const { data } = translateStream(format, stream)
    assert.ok(data.length > 3 && data.at(-1) === '[DONE]')
    fc.assert(
      fc.property(fc.array(fc.nat(stream.bytes.length), { maxLength: 20 }), (cuts) => {
        const borders = [0, ...cuts.toSorted((a, b) => a - b), stream.bytes.length]
        const pieces = borders.slice(1).map((end, at) => stream.bytes.subarray(borders[at], end))
        assert.deepEqual(translateStream(format, stream, pieces).data, data)
      }),
      { numRuns: 100 },
    )
  })

  test(`a stream in ${format} that is cut anywhere ends with an error or [DONE]`, () => {
    const { bytes, createScanner } = recordedStream(file)
    for (let end = 0; end < bytes.length; end += 7) {
      const { data } = translateStream(format, { bytes: bytes.subarray(0, end), createScanner })
      assert.match(data.at(-1) ?? '', /^\[DONE\]$|^\{"error"/)
    }
  })

  test(`any JSON at all makes a request in ${format} or a refusal, and any answer a completion`, () => {
    const translator = translatorOf(format)
    const role = fc.constantFrom('system', 'user', 'assistant', 'tool', 'developer')
    const part = fc.record({ type: fc.constantFrom('text', 'image_url', 'file', 'input_audio'), text: fc.jsonValue() })
    const message = fc.record({
      role,
      content: fc.oneof(fc.string(), fc.array(part), fc.jsonValue()),
      tool_calls: fc.jsonValue(),
      tool_call_id: fc.string({ minLength: 1 }),
    })
    const body = fc.record(
      {
        messages: fc.oneof(fc.array(message, { minLength: 1 }), fc.jsonValue()),
        tools: fc.jsonValue(),
        tool_choice: fc.jsonValue(),
        response_format: fc.jsonValue(),
        thinking: fc.jsonValue(),
        temperature: fc.oneof(fc.double(), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(body, fc.jsonValue(), fc.string(), (chat, answer, name) => {
        try {
          JSON.stringify(translator.toProvider(chat, 'claude-gemini-any').body)
        } catch (error) {
          assert.ok(error instanceof Untranslatable, String(error))
        }
        assert.equal(translator.fromProvider(answer, asked).answer['object'], 'chat.completion')
        const { data } = translateEvents(format, [name, answer], [null, answer])
        assert.match(data.at(-1) ?? '', /^\[DONE\]$|^\{"error"/)
      }),
      { numRuns: 300 },
    )
  })
}
