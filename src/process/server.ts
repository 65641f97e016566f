import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { getRequestListener } from '@hono/node-server'
import { createHttpDoor } from '../gateway/http.ts'
import type { Run } from '../gateway/pipeline.ts'
import { type Bag, createBag } from '../kernel/bag.ts'
import type { Config } from '../kernel/config.ts'
import { createHostCheck } from '../kernel/host-check.ts'
import { within } from '../kernel/within.ts'
import { answerUnreadable } from './unreadable.ts'

/** The one HTTP server of a process. */
export interface HttpServer {
  /** Where it listens, without a trailing slash. */
  url: string
  serve(listener: RequestListener): void
  /** Takes no more connections and lets running requests end, at most `limitMs`. */
  stop(limitMs: number): Promise<void>
}

/** How many connections may wait to be taken; of a larger burst some are reset. Linux takes 4096 where nobody changed it. */
const backlog = 4096

/** Listens where the configuration says. Rejects with one line that names the variables. */
export function listen(config: Config): Promise<HttpServer> {
  const server = createServer({
    keepAliveTimeout: 75_000,
    headersTimeout: 60_000,
    // Bodies have their own watch: a large upload may take long, silence may not.
    requestTimeout: 0,
    maxHeaderSize: 64 * 1024,
  })
  // What is too much here is closed, not handed on to other processes of the same port. Node's types do not know the second one.
  Object.assign(server, { maxConnections: config.maxConnections, dropMaxConnection: true })
  answerUnreadable(server)
  const sockets = createBag<Socket>()
  server.on('connection', (socket) => void socket.once('close', sockets.add(socket)))
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new Error(
          `Cannot listen on ${config.host}:${config.port}: ${error.message}. See TOLLGATE_HOST and TOLLGATE_PORT.`,
        ),
      ),
    )
    server.listen({ port: config.port, host: config.host, backlog }, () =>
      resolve({
        url: urlOf(server, config.host),
        serve: (listener) => void server.on('request', listener),
        stop: (limitMs) => stop(server, sockets, limitMs),
      }),
    )
  })
}

function urlOf(server: Server, host: string): string {
  // A TCP server that listens has such an address.
  const { port } = server.address() as AddressInfo
  // Listening everywhere is no address that anybody can call.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

async function stop(server: Server, sockets: Bag<Socket>, limitMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const closing = setInterval(() => {
    // A connection that was busy until now is kept alive after its answer: nobody would close it.
    server.closeIdleConnections()
    // Clients open connections ahead. Those on which nothing ever came are not idle to Node.
    for (const socket of sockets.values()) if (socket.bytesRead === 0) socket.destroy()
  }, 50)
  await within(limitMs, closed)
  clearInterval(closing)
  server.closeAllConnections()
  await closed
}

/** The data plane is bare `node:http`; everything else, where comfort matters more than microseconds, is Hono. */
export function createFront(
  config: Config,
  patience: { bodyIdleMs: number; drainIdleMs: number },
  run: Run,
  others: ReturnType<typeof getRequestListener>,
): RequestListener {
  const door = createHttpDoor(patience)
  const isHostAllowed = createHostCheck(config.host, config.publicUrl)
  return (req, res) => {
    if (!isHostAllowed(hostOf(req.rawHeaders))) {
      res.writeHead(403, { 'content-type': 'text/plain' })
      res.end('This Host is not served on a loopback address: set TOLLGATE_PUBLIC_URL, or use localhost.\n')
    } else if (req.url?.startsWith('/v1/')) {
      const { exchange, sink } = door.open(req, res)
      void run(exchange, sink)
    } else {
      if (hasBody(req)) limitSilence(req, patience.bodyIdleMs)
      void others(req, res)
    }
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** The data plane watches its bodies itself. Once a body is here, its answer may take its time. */
function limitSilence(req: IncomingMessage, idleMs: number): void {
  req.setTimeout(idleMs, () => req.destroy())
  req.once('end', () => req.setTimeout(0))
}

/** Not from `req.headers`: that builds an object of all headers, which the data plane does not need. */
function hostOf(rawHeaders: readonly string[]): string | undefined {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') return rawHeaders[at + 1]
  }
  return undefined
}
