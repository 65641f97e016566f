import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inputOf, outputOf } from './conversation.ts'

test('a prompt is read in every shape, a single question as its text', () => {
  const system = { role: 'system', content: 'Be short.' }
  const user = { role: 'user', content: 'Hi' }
  assert.equal(inputOf({ messages: [user] }), 'Hi')
  assert.equal(inputOf({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] }), 'Hi')
  assert.deepEqual(inputOf({ messages: [system, user] }), [system, user])
  assert.deepEqual(inputOf({ system: 'Be short.', messages: [user] }), [system, user])
  assert.equal(inputOf({ input: 'Hi' }), 'Hi')
  assert.deepEqual(inputOf({ instructions: 'Be short.', input: [user] }), [system, user])
  const contents = [{ parts: [{ text: 'Hi' }] }]
  assert.equal(inputOf({ contents }), 'Hi')
  assert.deepEqual(inputOf({ contents, systemInstruction: { parts: [{ text: 'Be short.' }] } }), [system, user])
  assert.equal(inputOf({ prompt: 'Hi' }), 'Hi')
  for (const nothing of [null, 'Hi', [], {}, { messages: [] }, { messages: ['Hi'] }])
    assert.equal(inputOf(nothing), null)
})

test('the text of an answer is read in every shape, and where there is none, none is made up', () => {
  assert.equal(outputOf({ choices: [{ message: { content: 'Yes' } }] }), 'Yes')
  assert.equal(outputOf({ choices: [{ text: 'Yes' }] }), 'Yes')
  assert.equal(
    outputOf({
      content: [
        { type: 'thinking', thinking: 'Hm' },
        { type: 'text', text: 'Yes' },
      ],
    }),
    'Yes',
  )
  assert.equal(outputOf({ candidates: [{ content: { parts: [{ text: 'Y' }, { text: 'es' }] } }] }), 'Yes')
  const message = { type: 'message', content: [{ type: 'output_text', text: 'Yes' }] }
  assert.equal(outputOf({ output: [{ type: 'reasoning', content: [] }, message] }), 'Yes')
  assert.equal(outputOf({ result: { response: 'Yes' }, success: true }), 'Yes')
  assert.equal(outputOf({ message: { content: [{ type: 'text', text: 'Yes' }] } }), 'Yes')
  for (const nothing of [
    null,
    'Yes',
    {},
    { choices: [{ message: { content: null, tool_calls: [] } }] },
    { choices: [] },
  ]) {
    assert.equal(outputOf(nothing), null)
  }
})
