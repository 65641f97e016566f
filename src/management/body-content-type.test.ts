import assert from 'node:assert/strict'
import { it } from 'node:test'
import { bodyContentType } from './body-content-type.ts'

const typeOf = (body: string, declared: string | null = null, isWhole = true): string =>
  bodyContentType(Buffer.from(body), { declared, isWhole })

it('what is JSON is given out as JSON, whatever was declared', () => {
  assert.equal(typeOf('{"a":1}'), 'application/json')
  assert.equal(typeOf('[1]', 'text/event-stream'), 'application/json')
  assert.equal(typeOf('"text"', 'application/json; charset=utf-8'), 'application/json')
  assert.equal(typeOf(`["${'a'.repeat(300_000)}"]`), 'application/json')
})

it('what no client could parse as JSON is not called JSON', () => {
  assert.equal(typeOf('{"a":', 'application/json'), 'text/plain; charset=utf-8')
  assert.equal(typeOf('{"a":1}', 'application/json', false), 'text/plain; charset=utf-8')
  assert.equal(typeOf('12'), 'text/plain; charset=utf-8')
  assert.equal(typeOf('', 'application/json'), 'text/plain; charset=utf-8')
})

it('a page that a provider sent is never given out as a page', () => {
  assert.equal(typeOf('<script>alert(1)</script>', 'text/html'), 'text/plain; charset=utf-8')
  assert.equal(typeOf('<svg onload="x"/>', 'image/svg+xml'), 'application/octet-stream')
})
