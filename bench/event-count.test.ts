import assert from 'node:assert/strict'
import { it } from 'node:test'
import { chunk, lastChunk } from '../test/fault/answers.ts'
import { createEventCounter } from './event-count.ts'

it('events are counted wherever chunks and pieces are cut', () => {
  const events = 'data: {"a":1}\n\ndata: 2\n\ndata: [DONE]\n\n'
  for (let at = 0; at <= events.length; at++) {
    const chunks = at === 0 || at === events.length ? [events] : [events.slice(0, at), events.slice(at)]
    const bytes = Buffer.concat([...chunks.map((text) => chunk(text)), lastChunk])
    for (let cut = 0; cut <= bytes.length; cut++) {
      const counter = createEventCounter()
      counter.push(bytes.subarray(0, cut))
      counter.push(bytes.subarray(cut))
      assert.equal(counter.count(), 3, `${at} ${cut}`)
    }
  }
})
