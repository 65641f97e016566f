import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, createServer, request as httpRequest, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const root = path.join(import.meta.dirname, '..', '..')
export const adminToken = 'the-admin-token-of-the-kill-test'

type ServerProcess = ChildProcessByStdio<null, Readable, Readable>

/** A Tollgate in a process of its own. */
export interface Server {
  url: string
  child: ServerProcess
  /** Sends the signal; resolves with exit code and signal when the process is gone. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

interface StartOptions {
  /** As `npm start` does it. */
  launcher?: readonly string[]
  environment?: Readonly<Record<string, string>>
  /** Told each line of the server's log. */
  onLine?: (line: LogLine) => void
}

export type LogLine = Readonly<{ message: string } & Record<string, unknown>>

/** Starts a process on a data folder and resolves when it listens. */
export async function startServer(
  dataDir: string,
  providerUrl: string,
  { launcher = [], environment = {}, onLine = () => {} }: StartOptions = {},
): Promise<Server> {
  const child = spawnServer(dataDir, providerUrl, launcher, environment)
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const url = await Promise.race([
    listening(child, onLine),
    exited.then(([code]) => Promise.reject(new Error(`the server ended with ${code} before it listened`))),
  ])
  return {
    url,
    child,
    async end(name) {
      child.kill(name)
      const [code, signal] = await exited
      return { code, signal }
    },
  }
}

/** Starts the process without waiting for anything. */
export function spawnServer(
  dataDir: string,
  providerUrl: string,
  launcher: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): ServerProcess {
  return spawn(process.execPath, [...launcher, 'src/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      // Many starts: what was compiled once is not compiled again.
      NODE_COMPILE_CACHE: path.join(tmpdir(), 'tollgate-compile-cache'),
      TOLLGATE_PORT: '0',
      TOLLGATE_DATA_DIR: dataDir,
      TOLLGATE_ADMIN_TOKEN: adminToken,
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${providerUrl}/v1`,
      ...environment,
    },
  })
}

function listening(child: ServerProcess, onLine: (line: LogLine) => void): Promise<string> {
  child.stderr.pipe(process.stderr)
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout })
      .on('line', (text) => {
        const line = JSON.parse(text) as LogLine // The server's own log.
        onLine(line)
        if (line.message === 'listening') resolve(String(line['url']))
      })
      .on('close', () => reject(new Error('the server closed its output before it listened')))
  })
}

/** A call of the management API below the account `test`; the parsed envelope. */
export async function manage(
  url: string,
  method: string,
  below: string,
  body?: unknown,
): Promise<{ result: unknown; result_info?: { total_count: number } }> {
  const response = await fetch(`${url}/client/v4/accounts/test/ai-gateway${below}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${below}: ${response.status} ${await response.text()}`)
  return (await response.json()) as { result: unknown }
}

export type Row = Readonly<Record<string, unknown>>

/** All rows of the gateway `g`. */
export async function allRows(url: string): Promise<Row[]> {
  const rows: Row[] = []
  for (let page = 1; ; page++) {
    const { result } = await manage(url, 'GET', `/gateways/g/logs?per_page=50&page=${page}`)
    const part = result as Row[]
    rows.push(...part)
    if (part.length < 50) return rows
  }
}

/** What a request of the load is for. `abort`: its client leaves after the first event. */
export const kinds = ['plain', 'stream', 'abort', 'large'] as const
export type Kind = (typeof kinds)[number]

export interface Provider {
  url: string
  close(): Promise<void>
}

const event = (text: string): string => `data: {"choices":[{"index":0,"delta":{"content":"${text}"}}]}\n\n`
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n'
const plainAnswer =
  '{"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}],' +
  '"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}'

/** Answers by the request's `x-kind`, and tells the `x-name` of a request whose connection was given up. */
export async function startProvider(onAbort: (name: string) => void): Promise<Provider> {
  const server = createServer({ keepAliveTimeout: 0 }, (req, res) => {
    req.resume().on('end', () => respond(String(req.headers['x-kind']) as Kind, res))
    res.on('close', () => {
      if (!res.writableFinished) onAbort(String(req.headers['x-name']))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // An address of TCP is never a string.
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function respond(kind: Kind, res: ServerResponse): void {
  if (kind === 'plain' || kind === 'large') {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': plainAnswer.length }).end(plainAnswer)
    return
  }
  res.writeHead(200, { 'content-type': 'text/event-stream' }).write(event('Hel'))
  // An abort waits for its client to leave.
  if (kind === 'abort') return
  setImmediate(() => {
    res.write(event('lo'))
    res.write(usage)
    res.end('data: [DONE]\n\n')
  })
}

export interface Sent {
  kind: Kind
  name: string
  /** The row's id as the answer's head told it. */
  logId: string | null
  /** Whether the terminal event, or a plain answer's end, was seen. */
  sawEnd: boolean
}

/** Sends one request and resolves when it is over, however. `onEnd` is called at the moment its end is seen. */
export function send(base: string, agent: Agent, kind: Kind, name: string, onEnd: () => void): Promise<Sent> {
  const sent: Sent = { kind, name, logId: null, sawEnd: false }
  const isStream = kind === 'stream' || kind === 'abort'
  const input = kind === 'large' ? 'x'.repeat(100_000) : 'Hello'
  const body = JSON.stringify({ model: 'm', stream: isStream, input })
  const end = (): void => {
    sent.sawEnd = true
    onEnd()
  }
  return new Promise((resolve) => {
    const headers = { 'x-kind': kind, 'x-name': name, 'cf-aig-event-id': name, 'content-type': 'application/json' }
    const request = httpRequest(`${base}/openai/chat/completions`, { method: 'POST', agent, headers }, (response) => {
      sent.logId = String(response.headers['cf-aig-log-id'])
      let text = ''
      response.on('data', (bytes: Buffer) => {
        text += bytes.toString()
        if (kind === 'abort') request.destroy()
        else if (isStream && !sent.sawEnd && text.includes('data: [DONE]\n')) end()
      })
      response.on('end', () => {
        if (!isStream && response.statusCode === 200 && text === plainAnswer) end()
      })
      response.on('error', () => {}) // `close` follows.
    })
    request.on('error', () => {}) // The server was killed, or this client left: `close` follows.
    request.on('close', () => resolve(sent))
    request.end(body)
  })
}
