import { connect, type Socket } from 'node:net'
import type { EventCounter } from './event-count.ts'

/** How one request went. Times are `performance.now()` milliseconds. */
export interface Answer {
  status: number
  sentAtMs: number
  /** When its head was complete. */
  headAtMs: number
  /** When the first byte after the head came. */
  firstByteAtMs: number
  endedAtMs: number
}

/** A keep-alive connection that has one request at a time, given as bytes, and reads no more of the answer than it must. */
export interface Connection {
  /** Calls back once: with the answer, or with null when the connection broke or the answer had no length. */
  send(bytes: Uint8Array, done: (answer: Answer | null) => void, counter?: EventCounter): void
  destroy(): void
}

const chunksEnd = Buffer.from('\r\n0\r\n\r\n')

/** Connects anew by itself after the connection was lost. */
export function createConnection(host: string, port: number): Connection {
  let socket: Socket | null = null
  let done: ((answer: Answer | null) => void) | null = null
  let head: Buffer | null = null
  let counter: EventCounter | null = null
  let answer: Answer = { status: 0, sentAtMs: 0, headAtMs: 0, firstByteAtMs: 0, endedAtMs: 0 }
  /** Bytes still to come; null in a chunked body, whose end is looked for in the last bytes. */
  let remaining: number | null = 0
  let tail: Buffer = Buffer.alloc(0)

  const finish = (result: Answer | null): void => {
    const callback = done
    done = null
    callback?.(result)
  }

  const readHead = (data: Buffer): Buffer | null => {
    head = head === null ? data : Buffer.concat([head, data])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return null
    const text = head.toString('latin1', 0, end)
    answer.status = Number(text.slice(9, 12))
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1]
    remaining = length === undefined ? null : Number(length)
    tail = Buffer.alloc(0)
    const rest = head.subarray(end + 4)
    head = Buffer.alloc(0)
    return rest
  }

  let isInBody = false
  const onData = (data: Buffer): void => {
    let bytes: Buffer | null = data
    if (!isInBody) {
      bytes = readHead(data)
      if (bytes === null) return
      isInBody = true
      answer.headAtMs = performance.now()
    }
    if (bytes.length > 0 && answer.firstByteAtMs === 0) answer.firstByteAtMs = performance.now()
    if (remaining === null) {
      counter?.push(bytes)
      tail = bytes.length >= 7 ? bytes.subarray(-7) : Buffer.concat([tail, bytes]).subarray(-7)
      if (!tail.equals(chunksEnd)) return
    } else {
      remaining -= bytes.length
      if (remaining > 0) return
    }
    answer.endedAtMs = performance.now()
    finish(answer)
  }

  const open = (): Socket => {
    const opened = connect(port, host)
    opened.setNoDelay(true)
    opened.on('data', onData)
    opened.on('error', () => opened.destroy())
    opened.on('close', () => {
      if (socket === opened) socket = null
      finish(null)
    })
    return opened
  }

  return {
    send(bytes, callback, counting) {
      socket ??= open()
      head = null
      isInBody = false
      counter = counting ?? null
      answer = { status: 0, sentAtMs: performance.now(), headAtMs: 0, firstByteAtMs: 0, endedAtMs: 0 }
      done = callback
      socket.write(bytes)
    },
    destroy() {
      done = null
      socket?.destroy()
    },
  }
}
