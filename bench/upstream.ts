// An AI provider cheap enough not to be the limit of what is measured in front of it: raw sockets, answers made before
// the first request. A request's length chooses the answer's length, its body says whether it is streamed.
import { createServer, type Socket } from 'node:net'
import { announce } from './announce.ts'
import {
  type BodySizeKb,
  eventIntervalMs,
  eventsPerBurst,
  eventsPerSlowStream,
  eventsPerStream,
  filler,
  lateMs,
  slowIntervalMs,
} from './traffic.ts'

const usage = '"usage":{"prompt_tokens":200,"completion_tokens":100,"total_tokens":300}'

function wholeAnswer(sizeKb: BodySizeKb): Buffer {
  const frame = (content: string): string =>
    `{"id":"chatcmpl-bench","object":"chat.completion","created":1760000000,"model":"gpt-4o-mini-2024-07-18","choices":` +
    `[{"index":0,"message":{"role":"assistant","content":"${content}"},"finish_reason":"stop"}],${usage}}`
  const body = frame(filler(sizeKb * 1024 - frame('').length))
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.from(head + body)
}

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
const event = (members: string): string =>
  chunk(
    `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,` +
      `"model":"gpt-4o-mini-2024-07-18",${members}}\n\n`,
  )
const contentEvent = event(`"choices":[{"index":0,"delta":{"content":"${filler(24)}"},"finish_reason":null}]`)
const stopEvent = event('"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]')
const usageEvent = event(`"choices":[],${usage}`)
const streamHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
const done = `${chunk('data: [DONE]\n\n')}0\r\n\r\n`

const answers = { small: wholeAnswer(1), middle: wholeAnswer(10), large: wholeAnswer(100) }
const headBytes = Buffer.from(streamHead)
const firstBytes = Buffer.from(streamHead + contentEvent)
const nextBytes = Buffer.from(contentEvent)
const lastBytes = Buffer.from(stopEvent + done)
const lastBytesWithUsage = Buffer.from(stopEvent + usageEvent + done)
const burstBytes = Buffer.from(streamHead + contentEvent.repeat(eventsPerBurst) + stopEvent + done)
const lateBytes = Buffer.from(contentEvent + stopEvent + done)
const lateBytesWithUsage = Buffer.from(contentEvent + stopEvent + usageEvent + done)
const burstBytesWithUsage = Buffer.from(
  streamHead + contentEvent.repeat(eventsPerBurst) + stopEvent + usageEvent + done,
)

function answerTo(socket: Socket, body: Buffer): void {
  // The marks are near the body's ends; a search through 100 KB would cost more than the answer.
  const start = body.toString('latin1', 0, 300)
  if (!start.includes('"stream":true')) {
    socket.write(body.length < 4_096 ? answers.small : body.length < 40_960 ? answers.middle : answers.large)
    return
  }
  const hasUsage = body.includes('"include_usage":true')
  if (start.includes('"kind":"burst"')) {
    socket.write(hasUsage ? burstBytesWithUsage : burstBytes)
    return
  }
  if (start.includes('"kind":"late"')) {
    socket.write(headBytes)
    setTimeout(() => socket.write(hasUsage ? lateBytesWithUsage : lateBytes), lateMs)
    return
  }
  const isSlow = start.includes('"kind":"slow"')
  const count = isSlow ? eventsPerSlowStream : eventsPerStream
  let sent = 1
  socket.write(firstBytes)
  const timer = setInterval(
    () => {
      if (socket.destroyed) return clearInterval(timer)
      if (sent++ < count) return void socket.write(nextBytes)
      clearInterval(timer)
      socket.write(hasUsage ? lastBytesWithUsage : lastBytes)
    },
    isSlow ? slowIntervalMs : eventIntervalMs,
  )
}

/** Where the request at the start of these bytes ends, and its body; null while it is not complete. */
function readRequest(bytes: Buffer): { body: Buffer; end: number } | null {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) return null
  const head = bytes.toString('latin1', 0, headEnd)
  const length = /content-length: *(\d+)/i.exec(head)?.[1]
  const bodyStart = headEnd + 4
  if (length === undefined && /transfer-encoding: *chunked/i.test(head)) {
    const chunksEnd = bytes.indexOf('\r\n0\r\n\r\n', bodyStart)
    return chunksEnd === -1 ? null : { body: bytes.subarray(bodyStart, chunksEnd), end: chunksEnd + 7 }
  }
  const end = bodyStart + Number(length ?? 0)
  return bytes.length < end ? null : { body: bytes.subarray(bodyStart, end), end }
}

/** Of every answer, where one is given. */
const delayMs = Number(process.argv[2] ?? 0)

const server = createServer((socket) => {
  let pending: Buffer | null = null
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (data) => {
    let bytes = pending === null ? data : Buffer.concat([pending, data])
    for (let request = readRequest(bytes); request !== null; request = readRequest(bytes)) {
      if (delayMs === 0) answerTo(socket, request.body)
      else setTimeout(answerTo, delayMs, socket, request.body)
      bytes = bytes.subarray(request.end)
    }
    pending = bytes.length === 0 ? null : bytes
  })
})
announce(server)
