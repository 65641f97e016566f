import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { answer } from './answers.ts'

/**
 * One thing the server does with a request: send exact bytes (or bytes made of the request), wait, or end the
 * connection. After the last step the connection stays open for the next request.
 */
export type Step =
  | string
  | Uint8Array
  | ((request: FaultRequest) => string | Uint8Array)
  | { pauseMs: number }
  | { until: Promise<unknown> }
  | { end: 'close' | 'reset' | 'stall' }

/** Closes the connection in order (FIN). */
export const close: Step = { end: 'close' }
/** Resets the connection (RST): the client sees ECONNRESET. */
export const reset: Step = { end: 'reset' }
/** Does nothing more until the client leaves. */
export const stall: Step = { end: 'stall' }

/** What came in, in the order of its arrival. */
export interface FaultRequest {
  method: string
  /** With its query, as it was sent. */
  path: string
  headers: IncomingHttpHeaders
  /** Names and values as they were sent, in turn. */
  rawHeaders: readonly string[]
  /** Empty until it has come in whole. */
  body: Buffer
  /**
   * How it ended: `answered`: every step was done; `cut`: the script ended the connection; `client-left`: the client
   * closed it before the script was through.
   */
  ended: Promise<'answered' | 'cut' | 'client-left'>
}

export interface FaultServer {
  /** `http://127.0.0.1:{port}` */
  url: string
  /**
   * Says what a request gets that names this script, in its path (`/plan/{name}/...`, anywhere in it) or in the header
   * `x-fault`. The first request gets the first list of steps, the next the second; the last list stays. A request
   * that names nothing gets the script `default`, which is an echo unless it is set here.
   */
  plan(name: string, ...scripts: (readonly Step[])[]): void
  /** Like `plan`, but the steps begin at the request's head, while its body may still be on the way. */
  planEarly(name: string, ...scripts: (readonly Step[])[]): void
  requests: readonly FaultRequest[]
  /** The request with this index, as soon as its head is here. */
  request(index: number): Promise<FaultRequest>
  /** Connections open at this moment. */
  connectionCount(): number
  close(): Promise<void>
}

/** Answers with what it got: `{ method, path, headers, body }`, the body as text. */
export const echo: Step = (request) =>
  answer({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      method: request.method,
      path: request.path,
      headers: request.headers,
      body: request.body.toString(),
    }),
  })

interface Plan {
  scripts: (readonly Step[])[]
  isEarly: boolean
}

/**
 * An AI provider that fails as real ones do. `node:http` reads the requests; the answers are written to the socket
 * itself, so that a test decides every byte, its time, and how the connection ends.
 */
export async function startFaultServer(): Promise<FaultServer> {
  const plans = new Map<string, Plan>([['default', { scripts: [[echo]], isEarly: false }]])
  const requests: FaultRequest[] = []
  const sockets = new Set<Socket>()
  const waiting = new Map<number, (request: FaultRequest) => void>()

  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, (message, response) => {
    const { socket } = message
    // Node would write its own answer, and no second request on this connection, while it thinks that one is pending.
    response.detachSocket(socket)
    const ending = Promise.withResolvers<'answered' | 'cut' | 'client-left'>()
    const request = readHead(message, ending.promise)
    requests.push(request)
    waiting.get(requests.length - 1)?.(request)
    const leave = (): void => ending.resolve('client-left')
    socket.once('close', leave)
    void serve(message, request, takeScript(plans, request), ending.resolve).finally(() => socket.off('close', leave))
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {}) // A client that resets is one of the things tested here.
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // An address of TCP is never a string.
    plan: (name, ...scripts) => void plans.set(name, { scripts, isEarly: false }),
    planEarly: (name, ...scripts) => void plans.set(name, { scripts, isEarly: true }),
    requests,
    request: (index) => {
      const known = requests[index]
      return known === undefined ? new Promise((resolve) => waiting.set(index, resolve)) : Promise.resolve(known)
    },
    connectionCount: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function readHead(message: IncomingMessage, ended: FaultRequest['ended']): FaultRequest {
  return {
    method: message.method ?? '',
    path: message.url ?? '',
    headers: message.headers,
    rawHeaders: message.rawHeaders,
    body: Buffer.alloc(0),
    ended,
  }
}

function takeScript(plans: Map<string, Plan>, request: FaultRequest): { steps: readonly Step[]; isEarly: boolean } {
  const named = String(request.headers['x-fault'] ?? /\/plan\/([^/?]+)/.exec(request.path)?.[1] ?? 'default')
  const plan = plans.get(named)
  if (plan === undefined) return { steps: [answer({ status: 404, body: `no plan is named ${named}` })], isEarly: false }
  const steps = plan.scripts.length > 1 ? plan.scripts.shift() : plan.scripts[0]
  return { steps: steps ?? [], isEarly: plan.isEarly }
}

async function serve(
  message: IncomingMessage,
  request: FaultRequest,
  script: { steps: readonly Step[]; isEarly: boolean },
  end: (how: 'answered' | 'cut' | 'client-left') => void,
): Promise<void> {
  const body = buffer(message).then(
    (bytes) => void (request.body = bytes),
    () => end('client-left'), // It left in the middle of its body.
  )
  if (!script.isEarly) await body
  for (const step of script.steps) {
    if (message.socket.destroyed) return
    if (typeof step === 'object' && 'end' in step) {
      if (step.end === 'stall') return closed(message.socket)
      end('cut')
      return step.end === 'reset' ? void message.socket.resetAndDestroy() : void message.socket.end()
    }
    await take(step, request, message.socket)
  }
  if (!message.socket.destroyed) end('answered')
}

async function take(step: Exclude<Step, { end: string }>, request: FaultRequest, socket: Socket): Promise<void> {
  if (typeof step === 'object' && 'pauseMs' in step) return delay(step.pauseMs)
  if (typeof step === 'object' && 'until' in step) {
    await step.until
    return
  }
  const bytes = typeof step === 'function' ? step(request) : step
  if (!socket.write(bytes) && !socket.closed) await drained(socket)
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      socket.off('drain', go).off('close', go)
      resolve()
    }
    socket.on('drain', go).on('close', go)
  })
}

/** Not `once` of `node:events`: that rejects where the client resets. */
function closed(socket: Socket): Promise<void> {
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', () => resolve()))
}
