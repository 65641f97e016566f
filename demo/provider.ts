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
  messages?: { content?: string }[]
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
  const question = asked.messages?.at(-1)?.content ?? ''
  if (question.includes('fail')) {
    const error = { error: { message: 'The demo provider was told to fail.', type: 'server_error' } }
    sendJson(response, 500, error)
  } else if (path.endsWith('/messages')) sendJson(response, 200, anthropicMessage(asked, question))
  else if (asked.stream === true) await sendStream(response, asked, question)
  else sendJson(response, 200, openaiChat(asked, question))
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
  for (const word of answerTo(question).split(/(?<= )/)) {
    if (response.destroyed) return
    send({ choices: [{ index: 0, delta: { content: word }, finish_reason: null }] })
    await delay(pieceMs)
  }
  send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  if (asked.stream_options?.include_usage === true) send({ choices: [], usage: openaiUsage(question) })
  response.end('data: [DONE]\n\n')
}

function openaiUsage(question: string): Record<string, number> {
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

function anthropicMessage({ model }: Asked, question: string): unknown {
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
