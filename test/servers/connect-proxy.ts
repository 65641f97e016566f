import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** An HTTP proxy that opens tunnels, as a company has one before its network. */
export interface ConnectProxy {
  url: string
  /** What it was asked to connect to, `host:port`, with the credentials that came along. */
  asked: readonly { to: string; authorization: string | undefined }[]
  close(): Promise<void>
}

/** `portOf`: the port on this machine that stands for what is asked for; null: 403. */
export async function startConnectProxy(portOf: (to: string) => number | null): Promise<ConnectProxy> {
  const asked: { to: string; authorization: string | undefined }[] = []
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    // `close` follows.
    return socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  }
  const server = createServer((_, response) => response.writeHead(405).end())
  server.on('connect', ({ url = '', headers }, stream) => {
    const client = keep(stream as Socket) // Of a plain server it is one.
    asked.push({ to: url, authorization: headers['proxy-authorization'] })
    const port = portOf(url)
    if (port === null) {
      client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
      return
    }
    const upstream = keep(connect(port, '127.0.0.1'))
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(upstream).pipe(client)
    })
    upstream.on('close', () => client.destroy())
    client.on('close', () => upstream.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // An address of TCP is never a string.
    asked,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
