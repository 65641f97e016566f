import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { defineRoute } from '../src/contract/route.ts'
import { printClient } from './client.ts'
import { generatedFile, printGenerated } from './generated.ts'

const root = path.join(import.meta.dirname, '..')

describe("the client's generated file", () => {
  it('is what the contract gives today; else run `npm run generate`', async () => {
    assert.equal(readFileSync(path.join(root, generatedFile), 'utf8'), await printGenerated())
  })
})

describe('a route that is added to the contract', () => {
  const params = z.object({ account_id: z.string(), gateway_id: z.string(), id: z.string() })
  const base = '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/boxes/{id}'
  const get = defineRoute({
    name: 'boxes.get',
    method: 'GET',
    path: base,
    summary: 'One box.',
    permission: 'AI Gateway Read',
    params,
    query: z.object({ deep: z.stringbool().optional().describe('With all that is in it.') }),
    body: null,
    result: z.object({ id: z.string(), inner: z.json(), of: z.enum(["it's", 'b']).nullable() }),
  })
  const turn = defineRoute({
    ...get,
    name: 'boxes.lids.turn',
    method: 'POST',
    path: `${base}/turn`,
    body: z.object({ by: z.int() }),
  })

  it('is a method of its noun, typed in every way to write it', () => {
    const text = printClient([get, turn]).replaceAll(/\s+/g, ' ')
    assert.match(text, /export interface Box \{ id: string inner: Json of: 'it\\'s' \| 'b' \| null \}/)
    assert.match(text, /export interface BoxesGetQuery \{ \/\*\* With all that is in it\. \*\/ deep\?: boolean \}/)
    assert.ok(
      text.includes(
        'get(id: string, params: { account_id: string; gateway_id: string } & BoxesGetQuery, options?: RequestOptions): ApiPromise<Box>',
      ),
      text,
    )
    assert.ok(text.includes('get(gatewayId: string, id: string, params: { account_id: string } & BoxesGetQuery'), text)
    assert.match(text, /One box\. \* \* `GET .*`\. Needs the permission `AI Gateway Read`\./)
    assert.match(text, /interface BoxesApi \{ .* lids: BoxesLidsApi/)
    assert.match(text, /interface AiGatewayApi \{ boxes: BoxesApi/)
  })

  it('is in the table, with what may be done twice', () => {
    const text = printClient([get, turn])
    const rows = /= \{\n([\s\S]+)\n\}\n$/.exec(text)?.[1]?.replace(/,$/, '')
    const table = JSON.parse(`{${rows}}`) as unknown
    assert.deepEqual(table, {
      'aiGateway.boxes.get': {
        method: 'GET',
        path: base,
        query: ['deep'],
        body: 'none',
        answer: 'result',
        isRepeatable: true,
      },
      'aiGateway.boxes.lids.turn': {
        method: 'POST',
        path: `${base}/turn`,
        query: ['deep'],
        body: 'required',
        answer: 'result',
        isRepeatable: false,
      },
    })
  })
})
