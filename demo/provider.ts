import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

/** A provider that needs no key and no network: it speaks OpenAI's and Anthropic's formats and says that it is scripted. */
export interface DemoProvider {
  /** Without a trailing slash; stands for the providers' own base. */
  url: string
  close(): Promise<void>
}

interface Asked {
  model?: string
  stream?: boolean
  stream_options?: { include_usage?: boolean }
  messages?: { content?: string | { text?: string }[] }[]
}

/** Between two pieces of a stream: long enough to leave in its middle. */
const pieceMs = 40
const label = { 'x-demo': 'scripted by the demo, no model was asked' }
const answerTo = (question: string): string =>
  `This is a scripted answer of the demo; no model was asked. Your question had ${question.length} characters.`

export async function startDemoProvider(): Promise<DemoProvider> {
  const server = createServer((request, response) => {
    void buffer(request).then((body) => answer(request.url ?? '/', body, response))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // An address of TCP is never a string.
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(path: string, body: Buffer, response: ServerResponse): Promise<void> {
  const asked = JSON.parse(body.toString() || '{}') as Asked // Only the demo's own traffic comes here.
  const question = questionOf(asked)
  const isAnthropic = path.endsWith('/messages')
  if (!isAnthropic && !path.endsWith('/chat/completions')) {
    sendError(response, 404, `The demo provider knows chat/completions and messages alone, not ${path}.`)
  } else if (question.includes('fail')) sendError(response, 500, 'The demo provider was told to fail.')
  else if (asked.stream === true) await (isAnthropic ? sendAnthropicStream : sendStream)(response, asked, question)
  else sendJson(response, 200, isAnthropic ? anthropicMessage(asked, question) : openaiChat(asked, question))
}

/** The text of the last message; through /compat it comes to Anthropic in parts. */
function questionOf({ messages }: Asked): string {
  const content = messages?.at(-1)?.content ?? ''
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('')
}

function sendError(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: { message, type: status === 404 ? 'not_found_error' : 'server_error' } })
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', ...label }).end(JSON.stringify(body))
}

async function sendStream(response: ServerResponse, asked: Asked, question: string): Promise<void> {
  const send = (chunk: Record<string, unknown>): boolean =>
    response.write(
      `data: ${JSON.stringify({ id: 'chatcmpl-demo', object: 'chat.completion.chunk', model: asked.model, ...chunk })}\n\n`,
    )
  response.writeHead(200, { 'content-type': 'text/event-stream', ...label })
  for (const word of wordsOf(question)) {
    if (response.destroyed) return
    send({ choices: [{ index: 0, delta: { content: word }, finish_reason: null }] })
    await delay(pieceMs)
  }
  send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  if (asked.stream_options?.include_usage === true) send({ choices: [], usage: openaiUsage(question) })
  response.end('data: [DONE]\n\n')
}

async function sendAnthropicStream(response: ServerResponse, asked: Asked, question: string): Promise<void> {
  const send = (type: string, event: Record<string, unknown>): boolean =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...event })}\n\n`)
  const { usage, ...message } = anthropicMessage(asked, question)
  response.writeHead(200, { 'content-type': 'text/event-stream', ...label })
  send('message_start', {
    message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
  })
  send('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
  for (const text of wordsOf(question)) {
    if (response.destroyed) return
    send('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
    await delay(pieceMs)
  }
  send('content_block_stop', { index: 0 })
  send('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: usage.output_tokens },
  })
  send('message_stop', {})
  response.end()
}

function wordsOf(question: string): string[] {
  return answerTo(question).split(/(?<= )/)
}

function openaiUsage(question: string): { prompt_tokens: number; completion_tokens: number; total_tokens: number } {
  const [prompt, completion] = [Math.ceil(question.length / 4), Math.ceil(answerTo(question).length / 4)]
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }
}

function openaiChat({ model }: Asked, question: string): unknown {
  const message = { role: 'assistant', content: answerTo(question) }
  return {
    id: 'chatcmpl-demo',
    object: 'chat.completion',
    model,
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: openaiUsage(question),
  }
}

interface AnthropicMessage {
  usage: { input_tokens: number; output_tokens: number }
  [member: string]: unknown
}

function anthropicMessage({ model }: Asked, question: string): AnthropicMessage {
  const { prompt_tokens: input_tokens, completion_tokens: output_tokens } = openaiUsage(question)
  return {
    id: 'msg_demo',
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: answerTo(question) }],
    stop_reason: 'end_turn',
    usage: { input_tokens, output_tokens },
  }
}
