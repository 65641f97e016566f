import type { AddressInfo, Server } from 'node:net'

/** Lets a server of the bench listen, prints `{"url"}` as Tollgate does, and ends it with the process that started it. */
export function announce(server: Server): void {
  server.listen(0, '127.0.0.1', 4_096, () => {
    const { port } = server.address() as AddressInfo // An address of TCP is never a string.
    console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` }))
  })
  process.on('disconnect', () => process.exit())
  process.on('SIGTERM', () => process.exit())
}
