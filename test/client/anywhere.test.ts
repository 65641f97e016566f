// The client outside of Node: what it imports, what it needs, and whether a real browser runs it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openPage } from '../servers/browser.ts'
import { skipWithout } from '../servers/debian.ts'
import { envelope } from './recorder.ts'

const folder = path.join(import.meta.dirname, '../../client')
const sources = globSync('*.ts', { cwd: path.join(folder, 'src'), exclude: ['*.test.ts'] })
const textOf = (file: string): string => readFileSync(path.join(folder, 'src', file), 'utf8')

/** A project that has the built client and no types of Node. */
const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  module: 'nodenext',
  lib: ['es2022', 'dom'],
  types: [],
  noEmit: true,
}
const consumer = `
  import Cloudflare, { createBinding, type Gateway, type LogItem } from '../index.js'
  const client = new Cloudflare({ apiToken: 'x' })
  const gateway: Gateway = await client.aiGateway.get('g', { account_id: 'a' })
  // @ts-expect-error -- a text
  export const id: number = gateway.id
  // @ts-expect-error -- account_id is missing
  await client.aiGateway.get('g', {})
  // @ts-expect-error -- no such technique
  await client.aiGateway.create({ account_id: 'a', id: 'g', rate_limiting_technique: 'none' })
  export const items: LogItem[] = []
  for await (const row of client.aiGateway.logs.list('g', { account_id: 'a', start_date: '2024-01-01' })) items.push(row)
  export const binding = createBinding({ baseURL: '', token: '', account_id: '' })
  await client.aiGateway.list({ account_id: 'a' }).catch((error: unknown) => {
    if (error instanceof Cloudflare.NotFoundError) return error.errors[0]?.message
  })
`

describe('the client', () => {
  const built = mkdtempSync(path.join(tmpdir(), 'tollgate-client-'))
  before(() => void execFileSync(process.execPath, [path.join(folder, 'build.ts'), built]))
  after(() => rmSync(built, { recursive: true }))

  it('uses nothing of Node, and has no dependency', () => {
    assert.ok(sources.length > 8, `only ${sources.length} files seen`)
    for (const file of sources) {
      assert.doesNotMatch(textOf(file), /\b(?:node:|require\(|Buffer\b|__dirname)/, file)
    }
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
    assert.deepEqual(
      Object.keys(manifest).filter((key) => /dependencies/i.test(key)),
      [],
    )
  })

  it('runs in a browser', { skip: skipWithout('chromium') }, async (t) => {
    const asked: string[] = []
    const server = createServer((req, res) => {
      const { pathname, search } = new URL(req.url ?? '/', 'http://page')
      if (pathname.endsWith('.js')) {
        res.setHeader('content-type', 'text/javascript')
        return void res.end(readFileSync(path.join(built, path.basename(pathname))))
      }
      if (pathname === '/') {
        res.setHeader('content-type', 'text/html')
        return void res.end(`<link rel="icon" href="data:,"><body><script type="module">
          import Tollgate from '/index.js'
          const client = new Tollgate({ apiToken: 'token', baseURL: location.origin + '/client/v4' })
          const ids = []
          for await (const { id } of client.aiGateway.list({ account_id: 'a' })) ids.push(id)
          document.body.textContent = ids.join(' ')
        </script>`)
      }
      asked.push(`${req.method} ${pathname}${search} ${req.headers.authorization}`)
      res.setHeader('content-type', 'application/json')
      return void res.end(JSON.stringify(envelope(search === '' ? [{ id: 'one' }, { id: 'two' }] : [])))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => {
      server.close()
      server.closeAllConnections()
    })
    // A TCP server that listens has such an address.
    const page = await openPage(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    t.after(() => page.close())
    assert.equal(
      await page.until('document.body.textContent.trim().endsWith("two") && document.body.textContent'),
      'one two',
    )
    const list = '/client/v4/accounts/a/ai-gateway/gateways'
    assert.deepEqual(asked, [`GET ${list} Bearer token`, `GET ${list}?page=2 Bearer token`])
    assert.deepEqual(page.complaints, [])
  })

  it('is built to plain JavaScript with types', () => {
    const manifest = JSON.parse(readFileSync(path.join(built, 'package.json'), 'utf8')) as {
      exports: object
      name: string
    }
    assert.deepEqual(manifest.exports, {
      '.': { types: './index.d.ts', default: './index.js' },
      './package.json': './package.json',
    })
    const user = path.join(built, 'user')
    mkdirSync(user)
    writeFileSync(path.join(user, 'user.mts'), consumer)
    writeFileSync(path.join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['user.mts'] }))
    execFileSync(process.execPath, [path.join(folder, '../run.cjs'), 'tsc', '--project', user], { stdio: 'inherit' })
    const script = `import Tollgate from ${JSON.stringify(path.join(built, 'index.js'))}
      console.log(new Tollgate({ apiToken: 't' }).aiGateway.logs.get.length, Tollgate.NotFoundError.name)`
    const printed = execFileSync(process.execPath, ['--input-type=module', '--no-strip-types', '-e', script], {
      encoding: 'utf8',
    })
    assert.equal(printed.trim(), '0 NotFoundError')
  })
})
