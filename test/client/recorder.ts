import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'

/** A request as it came. */
export interface Recorded {
  method: string
  path: string
  query: Record<string, string>
  headers: IncomingHttpHeaders
  /** Parsed; undefined where there was none. */
  body: unknown
}

/** An answer; what is not given is a success without a result. `drop` closes the connection instead. */
export interface Planned {
  status?: number
  headers?: Record<string, string>
  body?: unknown
  drop?: true
  /** Milliseconds before the answer. */
  late?: number
}

/** A real server that writes down what it is asked, and answers as planned, then with successes. */
export interface Recorder {
  url: string
  requests: Recorded[]
  /** What the next requests get. */
  plan(...answers: Planned[]): void
  close(): Promise<void>
}

export async function startRecorder(): Promise<Recorder> {
  const requests: Recorded[] = []
  const planned: Planned[] = []
  const respond = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const sent = await text(req)
    const url = new URL(req.url ?? '/', 'http://recorder')
    requests.push({
      method: req.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: req.headers,
      body: sent === '' ? undefined : JSON.parse(sent),
    })
    const { status = 200, headers = {}, drop, late, body = envelope({}) } = planned.shift() ?? {}
    if (late !== undefined) await setTimeout(late, undefined, { ref: false })
    if (drop) return void req.socket.destroy()
    const isText = typeof body === 'string'
    res.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers })
    res.end(isText ? body : JSON.stringify(body))
  }
  // A client that leaves early breaks its own request only.
  const server = createServer((req, res) => void respond(req, res).catch(() => req.socket.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server that listens has such an address.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    plan: (...answers) => void planned.push(...answers),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A result in its envelope; a list with the beginning of its `result_info`. */
export function envelope(result: unknown, more: object = {}): object {
  return { success: true, errors: [], messages: [], result, ...more }
}
