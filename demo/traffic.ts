import { setTimeout as delay } from 'node:timers/promises'
import type { DemoServer } from './server.ts'

/** What the demo's clients saw, by kind of request: how many got which status. */
export type Seen = Map<string, Map<string, number>>

interface Kind {
  name: string
  /** How often per second. */
  perSecond: number
  send(data: string, serial: number): Promise<string>
}

/** The gateway that is asked for more than it takes. */
export const limited = {
  id: 'limited',
  rate_limiting_limit: 5,
  rate_limiting_interval: 10,
  rate_limiting_technique: 'sliding',
}

const users = ['ada', 'grace', 'edsger'] as const

/** Kinds of traffic that run side by side. `send` gives what came of it, in a word or two. */
const kinds: readonly Kind[] = [
  {
    name: 'a question nobody asked before',
    perSecond: 4,
    send: (data, serial) => chat(data, 'shop', `What is ${serial}?`, serial),
  },
  {
    name: 'a question that was asked before',
    perSecond: 6,
    send: (data, serial) => chat(data, 'shop', `What is love? ${serial % 3}`, serial),
  },
  { name: 'a stream that is read to its end', perSecond: 4, send: (data, serial) => stream(data, serial, false) },
  { name: 'a stream that the client leaves', perSecond: 1, send: (data, serial) => stream(data, serial, true) },
  { name: 'a message to Anthropic', perSecond: 1, send: messages },
  {
    name: 'a provider that fails',
    perSecond: 0.5,
    send: (data, serial) => chat(data, 'shop', `Please fail ${serial}`, serial),
  },
  {
    name: 'more than a gateway may take',
    perSecond: 4,
    send: (data, serial) => chat(data, 'limited', `Again ${serial}?`, serial),
  },
]

/** Sends all kinds for some seconds, each at its own pace, and at least once more than the limited gateway takes. */
export async function sendTraffic(server: DemoServer, seconds: number): Promise<Seen> {
  const seen: Seen = new Map()
  const data = `${server.url}/v1/demo`
  const untilMs = performance.now() + seconds * 1000
  await Promise.all(
    kinds.map(async ({ name, perSecond, send }) => {
      const counts = new Map<string, number>()
      seen.set(name, counts)
      for (let serial = 0; serial <= limited.rate_limiting_limit || performance.now() < untilMs; serial++) {
        const outcome = await send(data, serial)
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
        await delay(Math.max(0, Math.min(1000 / perSecond, untilMs - performance.now())))
      }
    }),
  )
  return seen
}

function headersOf(serial: number): Record<string, string> {
  return {
    'content-type': 'application/json',
    authorization: 'Bearer sk-demo',
    'cf-aig-metadata': JSON.stringify({ user: users[serial % users.length], demo: true }),
  }
}

async function chat(data: string, gateway: string, question: string, serial: number): Promise<string> {
  const response = await fetch(`${data}/${gateway}/openai/chat/completions`, {
    method: 'POST',
    headers: headersOf(serial),
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: question }] }),
  })
  await response.arrayBuffer()
  return `${response.status}${response.headers.get('cf-aig-cache-status') === 'HIT' ? ' from the cache' : ''}`
}

async function messages(data: string, serial: number): Promise<string> {
  const response = await fetch(`${data}/shop/anthropic/v1/messages`, {
    method: 'POST',
    headers: { ...headersOf(serial), 'anthropic-version': '2023-06-01', 'x-api-key': 'sk-demo' },
    body: JSON.stringify({
      model: 'claude-opus-4-8',
      max_tokens: 100,
      messages: [{ role: 'user', content: `Tell me ${serial}.` }],
    }),
  })
  await response.arrayBuffer()
  return String(response.status)
}

async function stream(data: string, serial: number, isLeft: boolean): Promise<string> {
  const leaving = new AbortController()
  const response = await fetch(`${data}/shop/openai/chat/completions`, {
    method: 'POST',
    headers: { ...headersOf(serial), 'cf-aig-skip-cache': 'true' },
    body: JSON.stringify({
      model: 'gpt-4o-mini',
      stream: true,
      messages: [{ role: 'user', content: 'Tell me a story.' }],
    }),
    signal: leaving.signal,
  })
  let bytes = 0
  try {
    for await (const piece of response.body ?? []) {
      bytes += piece.length
      if (isLeft && bytes > 300) leaving.abort()
    }
  } catch {
    return `${response.status}, left in the middle`
  }
  return `${response.status}, to the end`
}
