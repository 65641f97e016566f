import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Stands between a client and a server, cuts a connection at the worst moment, or is a slow network. */
export interface CuttingProxy {
  port: number
  /** From now on passes to the server no more than so many bytes a millisecond, on each connection. */
  pace(bytesPerMs: number): void
  /** From now on every answer takes so much longer. */
  slow(ms: number): void
  /** The next client that sends this text does not hear the answer: the server did what it says, the connection breaks. */
  cutAfter(text: string): void
  /** How often that happened. */
  cuts(): number
  close(): Promise<void>
}

export async function startCuttingProxy(port: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  let wanted: string | null = null
  let cuts = 0
  let pace = Number.POSITIVE_INFINITY
  let slowMs = 0
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    // `close` follows.
    return socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  }
  const server = createServer((client) => {
    keep(client)
    const upstream = keep(connect(port, '127.0.0.1'))
    let isDoomed = false
    /** When the last answer was let through: none may overtake it. */
    let dueMs = 0
    client.on('data', (bytes) => {
      if (wanted !== null && bytes.includes(wanted)) {
        isDoomed = true
        wanted = null
      }
      upstream.write(bytes)
      client.pause()
      setTimeout(() => client.resume(), bytes.length / pace)
    })
    upstream.on('data', (bytes) => {
      if (!isDoomed) {
        dueMs = Math.max(dueMs, performance.now() + slowMs)
        const leftMs = dueMs - performance.now()
        if (leftMs <= 0) client.write(bytes)
        else setTimeout(() => client.write(bytes), leftMs)
      } else {
        cuts++
        client.destroy()
        upstream.destroy()
      }
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // An address of TCP is never a string.
    pace(bytesPerMs) {
      pace = bytesPerMs
    },
    slow(ms) {
      slowMs = ms
    },
    cutAfter(text) {
      wanted = text
    },
    cuts: () => cuts,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
