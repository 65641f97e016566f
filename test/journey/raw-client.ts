import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A client that writes and reads bytes, so that a test decides what is sent and when it leaves. */
export interface RawClient {
  socket: Socket
  write(bytes: string | Uint8Array): void
  /** What came so far. */
  received(): Buffer
  /** Resolves when `text` stands in what came; rejects where the connection ended before. */
  saw(text: string): Promise<void>
  /** Resolves when the connection is over, with all that came. */
  closed: Promise<Buffer>
  leave(): void
}

export async function connectRaw(url: string): Promise<RawClient> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on('error', () => {}) // That the other side resets is one of the things tested.
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const received = (): Buffer => Buffer.concat(chunks)
  // Not `once`: that rejects where the other side resets.
  const closed = new Promise<Buffer>((resolve) => socket.on('close', () => resolve(received())))
  await once(socket, 'connect')
  return {
    socket,
    write: (bytes) => void socket.write(bytes),
    received,
    async saw(text) {
      while (!received().includes(text)) {
        if (socket.destroyed) throw new Error(`the connection ended before "${text}": ${received().toString()}`)
        await Promise.race([new Promise((resolve) => socket.once('data', resolve)), closed])
      }
    },
    closed,
    leave: () => void socket.destroy(),
  }
}

/** The bytes of a request to a path below `base`, whose body is `body`. */
export function requestBytes(
  base: string,
  path: string,
  { method = 'POST', headers = {}, body = '' }: { method?: string; headers?: Record<string, string>; body?: string },
): string {
  const { host, pathname } = new URL(base)
  const lines = Object.entries({ host, 'content-length': String(Buffer.byteLength(body)), ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `${method} ${pathname}/${path} HTTP/1.1\r\n${head}\r\n${body}`
}

/** The row's id in the head of an answer's bytes. */
export function logIdOf(bytes: Buffer): string {
  return /cf-aig-log-id: (\S+)/.exec(bytes.toString('latin1'))?.[1] ?? 'none'
}

/** The body of a chunked answer with `connection: close`. */
export function bodyOf(bytes: Buffer): string {
  let at = bytes.indexOf('\r\n\r\n') + 4
  const parts: Buffer[] = []
  while (true) {
    const lineEnd = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (!(size > 0)) return Buffer.concat(parts).toString()
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}
