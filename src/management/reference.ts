import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Context, Hono } from 'hono'
import { apiRoutes } from '../contract/index.ts'
import type { Route } from '../contract/route.ts'
import { createOpenApi } from './openapi.ts'

/** The page's scripts and styles are files of its own: no text inside of it may be run. */
const pageFiles = {
  '/docs': ['page.html', 'text/html; charset=utf-8'],
  '/docs/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/docs/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/docs/schema-view.js': ['schema-view.js', 'text/javascript; charset=utf-8'],
  '/docs/element.js': ['element.js', 'text/javascript; charset=utf-8'],
} as const

/** Nothing may come from another host, so the page is the same without a network. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** `/openapi.json`, made from the contract, and `/docs`, the page that shows it. Both are public. */
export function createReference(): Hono {
  const app = new Hono()
  const document = once(() => {
    const routes: Route[] = Object.values(apiRoutes).flatMap((ofNoun) => Object.values<Route>(ofNoun))
    return entityOf(JSON.stringify(createOpenApi(routes)), 'application/json')
  })
  app.get('/openapi.json', (context) => answer(context, document()))
  for (const [path, [file, contentType]] of Object.entries(pageFiles)) {
    const entity = once(() =>
      entityOf(readFileSync(new URL(`./reference-page/${file}`, import.meta.url), 'utf8'), contentType),
    )
    app.get(path, (context) => answer(context, entity()))
  }
  return app
}

/** What does not change while the process runs. */
interface Entity {
  text: string
  contentType: string
  etag: string
}

function entityOf(text: string, contentType: string): Entity {
  return { text, contentType, etag: `"${createHash('sha256').update(text).digest('base64url')}"` }
}

function answer({ req, body }: Context, { text, contentType, etag }: Entity): Response {
  const headers = {
    etag,
    // It may be another one after an upgrade, so it is asked for each time; the answer is then mostly 304.
    'cache-control': 'no-cache',
    'content-security-policy': pagePolicy,
    'x-content-type-options': 'nosniff',
  }
  const known = req.header('if-none-match')?.split(',') ?? []
  if (known.some((tag) => tag.trim().replace(/^W\//, '') === etag)) return body(null, 304, headers)
  return body(text, 200, { ...headers, 'content-type': contentType })
}

/** Made at its first use: most processes are never asked for it. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => (made ??= { value: make() }).value
}
