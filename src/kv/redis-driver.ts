import type { createClient } from '@redis/client'
import type { Script } from './redis-scripts.ts'

export type RedisClient = ReturnType<typeof createClient>

/** The client library, and how it is used here. */
export interface RedisDriver {
  /** A client for one connection, which is not made yet and never made again. */
  newClient(): RedisClient
  /** Whether Redis itself said no, with a message. */
  isReply(error: unknown): error is Error
}

/** Loads the library: only a process that uses Redis pays for it. Throws where the address cannot be read. */
export async function loadRedisDriver(url: string): Promise<RedisDriver> {
  const { createClient, ErrorReply, RESP_TYPES } = await import('@redis/client')
  const model = createClient({
    url,
    name: 'tollgate',
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: { reconnectStrategy: false },
    // No limit of the library's: it would only know the time until a command is sent.
    commandOptions: { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  })
  return {
    newClient: () => model.duplicate(),
    isReply: (error) => error instanceof ErrorReply,
  }
}

/** Runs a script by its hash; by its text where this Redis has not seen it yet. Strings come back as bytes. */
export async function runScript(
  client: RedisClient,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly (string | Buffer)[],
): Promise<unknown> {
  const rest = [String(keys.length), ...keys, ...args]
  try {
    return await client.sendCommand(['EVALSHA', sha, ...rest])
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return await client.sendCommand(['EVAL', text, ...rest])
  }
}
