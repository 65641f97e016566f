import { randomBytes } from 'node:crypto'
import type { RedisClient } from './redis-driver.ts'
import type { RedisLink } from './redis-link.ts'

/** What processes tell each other through Redis. What is told while a connection is lost is missed. */
export interface Signals {
  /** Subscribes a new connection. */
  open(client: RedisClient): Promise<void>
  subscribe(receive: (message: string) => void): void
  publish(link: RedisLink, message: string): Promise<void>
  /** Where the end of a lease is told. */
  settledChannel: string
}

/** `scope`: as of the keys. `onSettled` hears of the end of leases, of this process's too. */
export function createSignals(scope: string, onSettled: (message: string) => void): Signals {
  const changes = `tollgate:${scope}:changes`
  const settledChannel = `tollgate:${scope}:settled`
  /** Stands before what this process publishes, so that it is not told of its own changes. */
  const own = `${randomBytes(6).toString('base64url')} `
  let receiver: ((message: string) => void) | null = null

  function take(message: string, channel: string): void {
    if (channel === settledChannel) onSettled(message)
    else if (!message.startsWith(own)) receiver?.(message.slice(own.length))
  }

  return {
    async open(client) {
      await client.subscribe([changes, settledChannel], take)
    },
    subscribe(receive) {
      receiver = receive
    },
    publish: (link, message) => link.publish(changes, own + message),
    settledChannel,
  }
}
