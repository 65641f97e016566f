// The smallest honest proxy on the same parts as Tollgate's data plane: what any gateway on Node must at least cost.
// Both bodies are streamed with backpressure, hop-by-hop headers stay behind, and the upstream is left when the client
// leaves. It logs, limits, checks and reads nothing. Usage: raw-proxy.ts UPSTREAM_ORIGIN
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Dispatcher, Pool } from 'undici'
import { announce } from './announce.ts'

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'expect',
])

const origin = process.argv[2]
if (origin === undefined) throw new Error('usage: raw-proxy.ts UPSTREAM_ORIGIN')
const pool = new Pool(origin, { pipelining: 1, connections: null, headersTimeout: 60_000, bodyTimeout: 60_000 })

const server = createServer((request, response) => {
  let controller: Dispatcher.DispatchController | null = null
  response.on('close', () => {
    if (!response.writableFinished) controller?.abort(new Error('the client left'))
  })
  pool.dispatch(
    {
      path: request.url ?? '/',
      method: (request.method ?? 'GET') as Dispatcher.HttpMethod, // Checked by node's parser.
      headers: forwarded(request.rawHeaders),
      body: hasBody(request) ? request : null,
    },
    {
      onRequestStart(started) {
        controller = started
      },
      onResponseStart(_controller, status, headers) {
        response.writeHead(status, returned(headers))
      },
      onResponseData(started, chunk) {
        if (response.write(chunk)) return
        started.pause()
        response.once('drain', () => started.resume())
      },
      onResponseEnd() {
        response.end()
      },
      onResponseError(_controller, error) {
        fail(response, error)
      },
    },
  )
})

function forwarded(raw: readonly string[]): string[] {
  const headers: string[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]]
    if (!hopByHop.has(name.toLowerCase())) headers.push(name, value)
  }
  return headers
}

function returned(headers: IncomingHttpHeaders): string[] {
  const kept: string[] = []
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || hopByHop.has(name)) continue
    for (const each of typeof value === 'string' ? [value] : value) kept.push(name, each)
  }
  return kept
}

function hasBody(request: IncomingMessage): boolean {
  return request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
}

function fail(response: ServerResponse, error: Error): void {
  if (response.headersSent || response.destroyed) return void response.destroy()
  response.writeHead(502).end(error.message)
}

server.on('connection', (socket) => socket.setNoDelay(true))
announce(server)
