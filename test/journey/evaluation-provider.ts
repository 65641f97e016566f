import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a scripted model says to the last message of a chat. */
export interface Said {
  status?: number
  text?: string
  headers?: Record<string, string>
  /** In place of a good answer. */
  body?: string
  /** The connection is cut in the middle of the answer, or nothing is ever answered. */
  breaks?: 'cut' | 'hang'
}

/** A provider in OpenAI's format, as a real server, that answers chats and embeddings as it is told. */
export interface EvaluationProvider {
  url: string
  /** What was asked, in order. */
  asked: { model: string; text: string; path: string; body: Record<string, unknown> }[]
  mostRunning: number
  /** Without a text, it says what it was asked. */
  answerTo: (text: string, model: string) => Said | Promise<Said>
  close(): Promise<void>
}

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const embeddingUsage = { prompt_tokens: 1000, total_tokens: 1000 }

export async function startEvaluationProvider(): Promise<EvaluationProvider> {
  let running = 0
  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    provider.mostRunning = Math.max(provider.mostRunning, ++running)
    let body = ''
    for await (const chunk of req) body += String(chunk)
    const parsed = JSON.parse(body)
    const { model, messages, input } = parsed
    const text = input ?? messages.at(-1).content
    provider.asked.push({ model, text, path: req.url ?? '', body: parsed })
    const said = await provider.answerTo(text, model)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    respond(res, { model, text, isChat: input === undefined, said })
  }
  const server = createServer((req, res) => void serve(req, res)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const provider: EvaluationProvider = {
    // An address of TCP is never a string.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    mostRunning: 0,
    answerTo: () => ({}),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return provider
}

function respond(
  res: ServerResponse,
  { model, text, isChat, said }: { model: string; text: string | string[]; isChat: boolean; said: Said },
): void {
  const { status = 200, headers = {}, breaks } = said
  if (breaks === 'hang') return
  const good = isChat
    ? { model, choices: [{ index: 0, message: { role: 'assistant', content: said.text ?? text } }], usage }
    : { model, data: [text].flat().map((one) => ({ embedding: [one.length, 1] })), usage: embeddingUsage }
  const bytes = said.body ?? JSON.stringify(status === 200 ? good : { error: { message: 'told to fail' } })
  res.writeHead(status, { 'content-type': 'application/json', ...headers })
  if (breaks !== 'cut') return void res.end(bytes)
  res.write(bytes.slice(0, bytes.length / 2), () => res.destroy())
}
