import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { apiRoutes } from '../../src/contract/index.ts'
import type { Route } from '../../src/contract/route.ts'
import { openPage } from '../servers/browser.ts'
import { skipWithout } from '../servers/debian.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'

describe('the description of the API', () => {
  let tollgate: TestTollgate
  before(async () => {
    tollgate = await startForTest()
  })
  after(() => tollgate.close())

  it('is public, the same at each look, and not sent twice', async () => {
    const first = await fetch(`${tollgate.url}/openapi.json`)
    assert.equal(first.status, 200)
    assert.equal(first.headers.get('content-type'), 'application/json')
    const document = (await first.json()) as { openapi: string; paths: Record<string, unknown> }
    assert.equal(document.openapi, '3.1.0')
    assert.ok('/accounts/{account_id}/ai-gateway/gateways' in document.paths)
    const etag = first.headers.get('etag') ?? assert.fail('no etag')
    for (const known of [etag, `"other", W/${etag}`]) {
      const again = await fetch(`${tollgate.url}/openapi.json`, { headers: { 'if-none-match': known } })
      assert.deepEqual([again.status, await again.text()], [304, ''])
    }
    const other = await fetch(`${tollgate.url}/openapi.json`, { headers: { 'if-none-match': '"other"' } })
    assert.equal(other.status, 200)
  })

  it('has a page that may load nothing from elsewhere', async () => {
    const page = await fetch(`${tollgate.url}/docs`)
    assert.equal(page.status, 200)
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
    const policy = page.headers.get('content-security-policy') ?? ''
    assert.match(policy, /^default-src 'none'/)
    assert.doesNotMatch(policy, /https?:|\*|unsafe/)
    const text = await page.text()
    for (const [, file = ''] of text.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)) {
      assert.equal((await fetch(tollgate.url + file)).status, 200, file)
    }
    assert.doesNotMatch(text, /https?:/)
  })

  it('is shown whole in a browser, and searched', { skip: skipWithout('chromium') }, async (t) => {
    const page = await openPage(`${tollgate.url}/docs#gateways.create`)
    t.after(() => page.close())
    const shown = await page.until(
      'document.querySelectorAll("article").length > 0 && [...document.querySelectorAll("article")].map(({ id }) => id)',
    )
    const names = Object.values(apiRoutes).flatMap((ofNoun) => Object.values<Route>(ofNoun).map(({ name }) => name))
    assert.deepEqual((shown as string[]).toSorted(), names.toSorted())
    const text = String(await page.until('document.getElementById("gateways.create").textContent'))
    assert.match(text, /POST\/accounts\/\{account_id\}\/ai-gateway\/gateways/)
    assert.match(text, /AI Gateway Write/)
    assert.match(text, /curl -X POST "http:.*\/accounts\/\$ACCOUNT_ID\/ai-gateway\/gateways"/)
    assert.match(text, /rate_limiting_technique/)
    assert.ok(Number(await page.until('scrollY')) > 0, 'the address names a call, and the page shows its top')

    const search = 'document.getElementById("search")'
    await page.until(`${search}.value = "tokens.create", ${search}.dispatchEvent(new Event("input"))`)
    const left = await page.until('[...document.querySelectorAll("article:not([hidden])")].map(({ id }) => id)')
    assert.deepEqual(left, ['tokens.create'])

    assert.deepEqual(page.complaints, [])
    const hosts = new Set(page.requested.map((url) => new URL(url)).map(({ protocol, host }) => `${protocol}//${host}`))
    hosts.delete('data://')
    assert.deepEqual([...hosts], [tollgate.url])
  })
})
