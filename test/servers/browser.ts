import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { findProgram } from './debian.ts'

/** A page in a real Chromium without a window. */
export interface BrowserPage {
  /** The value of an expression in the page, once it is not null, false or undefined. Rejects after 10 s. */
  until(expression: string): Promise<unknown>
  /** Everything the page complained of: exceptions, errors on the console, what its policy forbade. */
  complaints: readonly string[]
  /** The addresses of all it asked for. */
  requested: readonly string[]
  close(): Promise<void>
}

/** Opens an address, and speaks to the browser by its DevTools protocol: https://chromedevtools.github.io/devtools-protocol/ */
export async function openPage(url: string): Promise<BrowserPage> {
  const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-browser-'))
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-port=0']
  const child = spawn(findProgram('chromium') ?? 'chromium', [...flags, `--user-data-dir=${dir}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const complaints: string[] = []
  const requested: string[] = []
  const protocol = await connect(await addressOf(child), (method, params) => {
    if (method === 'Network.requestWillBeSent') requested.push(String(read(params, 'request', 'url')))
    if (method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(params))
    if (method === 'Log.entryAdded' && read(params, 'entry', 'level') === 'error')
      complaints.push(JSON.stringify(params))
    if (method === 'Runtime.consoleAPICalled' && read(params, 'type') === 'error')
      complaints.push(JSON.stringify(params))
  })
  const targetId = read(await protocol.send('Target.createTarget', { url: 'about:blank' }), 'targetId')
  const sessionId = read(await protocol.send('Target.attachToTarget', { targetId, flatten: true }), 'sessionId')
  const send = (method: string, params: object = {}): Promise<unknown> => protocol.send(method, params, sessionId)
  for (const domain of ['Runtime', 'Log', 'Network', 'Page']) await send(`${domain}.enable`)
  await send('Page.navigate', { url })
  return {
    complaints,
    requested,
    until: (expression) => until(send, expression),
    async close() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
      protocol.close()
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function until(send: (method: string, params: object) => Promise<unknown>, expression: string): Promise<unknown> {
  // The page itself waits: whatever it draws is a change of its document.
  const waiting = `new Promise((resolve, reject) => {
    const read = () => { try { return ${expression} } catch { return null } }
    const look = () => {
      observer.disconnect()
      const value = read()
      if (value) resolve(value)
      else observer.observe(document, { subtree: true, childList: true, attributes: true })
    }
    const observer = new MutationObserver(look)
    setTimeout(() => reject(new Error('not within 10 s')), 10000)
    look()
  })`
  const answer = await send('Runtime.evaluate', { expression: waiting, awaitPromise: true, returnByValue: true })
  if (read(answer, 'exceptionDetails') !== undefined) throw new Error(`${expression}: ${JSON.stringify(answer)}`)
  return read(answer, 'result', 'value')
}

/** The address that Chromium prints once it listens. */
async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error('the browser has no stderr')
  for await (const line of createInterface(child.stderr)) {
    const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
    if (address === undefined) continue
    // What it prints from now on is read by nobody, and must not hold it up.
    child.stderr.resume()
    return address
  }
  throw new Error(`the browser ended with ${child.exitCode}`)
}

interface Protocol {
  send(method: string, params: object, sessionId?: unknown): Promise<unknown>
  close(): void
}

async function connect(address: string, heard: (method: string, params: unknown) => void): Promise<Protocol> {
  const socket = new WebSocket(address)
  await once(socket, 'open')
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as { id?: number; method?: string; params?: unknown; result?: unknown }
    if (message.id === undefined) return heard(message.method ?? '', message.params)
    waiting.get(message.id)?.resolve(message.result)
    waiting.delete(message.id)
  })
  let last = 0
  return {
    send(method, params, sessionId) {
      const id = ++last
      const answer = Promise.withResolvers<unknown>()
      waiting.set(id, answer)
      socket.send(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }))
      return answer.promise
    },
    close: () => socket.close(),
  }
}

/** A member of a message, step by step; undefined where there is none. */
function read(value: unknown, ...steps: string[]): unknown {
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], value)
}
