import { setTimeout as delay } from 'node:timers/promises'
import { GatewayError } from '../kernel/errors.ts'
import { inTime } from './in-time.ts'
import { type RedisClient, type RedisDriver, runScript } from './redis-driver.ts'
import type { Outage } from './redis-outage.ts'
import { probeScript, type Script } from './redis-scripts.ts'

/** One connection to Redis, made again whenever it is lost, until it is closed. */
export interface RedisLink {
  /** There is no connection now, or it has stopped to answer: `run` would reject at once. */
  isAway(): boolean
  /**
   * Runs a script. Rejects with `unavailable` where Redis is away or does not answer in time, with the library's error
   * where Redis refuses. The log is told.
   */
  run(script: Script, keys: readonly string[], args: readonly (string | Buffer)[], options?: Asking): Promise<unknown>
  /** Sends a message on a channel; rejects as `run` does. */
  publish(channel: string, message: string): Promise<void>
  /** Rejects with the reason where no script could be run. */
  ping(): Promise<void>
  /** Resolves when the first attempt to connect has succeeded or failed. */
  tried: Promise<void>
  close(): Promise<void>
}

export interface Asking {
  /** Takes an answer that comes after its time. */
  onLate?: (answer: unknown) => void
  /** Also where the connection is silent. */
  insists?: boolean
}

export interface RedisLinkOptions {
  /** Tells this connection from others. */
  name: string
  driver: RedisDriver
  outage: Outage
  /** Called with each new connection before it is used. */
  onOpen: (client: RedisClient) => Promise<void>
  /** What a command may take. */
  limitMs: number
  /** What it may take to connect. */
  connectMs: number
  /** Between two questions to a connection that has stopped to answer, and at most between two attempts to connect. */
  retryMs: number
  /** Between two questions to a connection that works: that it is dead would not be noticed while nobody uses it. */
  pulseMs: number
}

interface Connection {
  client: RedisClient
  /** It let a command wait too long, and was not heard of since. */
  isSilent: boolean
  ended: PromiseWithResolvers<{ reason: unknown }>
}

interface State extends RedisLinkOptions {
  /** The connection in use; null while there is none. */
  current: Connection | null
  /** The connection in use, or the one that is being made. */
  newest: Connection
  closing: AbortController
  tried: PromiseWithResolvers<void>
}

/** How often a silent connection is asked before it is given up for a new one. */
const mostQuestions = 5
const shortestPauseMs = 50
const probeKey = 'tollgate:probe'
/** Redis is there, but of no use: it is looked for again, since another one may have its address by now. */
const ofNoUse = /(^|-)(READONLY|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|NOAUTH|BUSY|UNKILLABLE|CLUSTERDOWN) /

export function createRedisLink(options: RedisLinkOptions): RedisLink {
  const state: State = {
    ...options,
    current: null,
    newest: newConnection(options.driver),
    closing: new AbortController(),
    tried: Promise.withResolvers(),
  }
  const connected = stayConnected(state)
  const ping = (): Promise<unknown> => ask(state, probe)
  // What a failure means was seen to already.
  const pulse = setInterval(() => void ping().catch(() => {}), options.pulseMs)
  return {
    isAway: () => state.current === null || state.current.isSilent,
    run: (script, keys, args, asking) => ask(state, (client) => runScript(client, script, keys, args), asking),
    async publish(channel, message) {
      await ask(state, (client) => client.publish(channel, message))
    },
    async ping() {
      await ping()
    },
    tried: state.tried.promise,
    async close() {
      clearInterval(pulse)
      state.closing.abort()
      state.newest.ended.resolve({ reason: 'closed' })
      await connected
    },
  }
}

function newConnection(driver: RedisDriver): Connection {
  const ended: Connection['ended'] = Promise.withResolvers()
  const client = driver.newClient()
  client.on('error', (reason: unknown) => ended.resolve({ reason }))
  return { client, isSilent: false, ended }
}

async function stayConnected(state: State): Promise<void> {
  const { name, outage, retryMs, closing, tried } = state
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(pauseMs * 2, retryMs)) {
    const connection = state.newest
    let end = await open(connection, state)
    if (end === null) {
      state.current = connection
      outage.over(name)
      tried.resolve()
      pauseMs = shortestPauseMs / 2
      end = await connection.ended.promise
      state.current = null
    }
    connection.client.destroy()
    if (!closing.signal.aborted) {
      outage.begin(name, end.reason)
      tried.resolve()
      await pause(pauseMs, state)
    }
    if (closing.signal.aborted) return
    state.newest = newConnection(state.driver)
  }
}

/** Null where the connection can be used; else why not. */
async function open({ client, ended }: Connection, { onOpen, connectMs }: State): Promise<{ reason: unknown } | null> {
  const opening = async (): Promise<null> => {
    await client.connect()
    await probe(client)
    await onOpen(client)
    return null
  }
  const failed = (reason: unknown): { reason: unknown } => ({ reason })
  return await Promise.race([inTime(opening(), connectMs).catch(failed), ended.promise])
}

async function ask<T>(
  state: State,
  command: (client: RedisClient) => Promise<T>,
  { onLate, insists = false }: Asking = {},
): Promise<T> {
  const connection = state.current
  if (!connection || (connection.isSilent && !insists))
    throw new GatewayError('unavailable', 'Redis cannot be reached.')
  try {
    return await inTime(command(connection.client), state.limitMs, onLate)
  } catch (error) {
    if (error instanceof GatewayError) void leaveAlone(connection, error, state)
    else if (!state.driver.isReply(error) || ofNoUse.test(error.message)) connection.ended.resolve({ reason: error })
    else state.outage.refused(error)
    throw error
  }
}

/** A silent connection is not used, but asked now and then, and in the end given up. */
async function leaveAlone(connection: Connection, reason: unknown, state: State): Promise<void> {
  if (connection.isSilent || connection !== state.current) return
  connection.isSilent = true
  state.outage.begin(state.name, reason)
  for (let asked = 0; asked < mostQuestions; asked++) {
    await pause(state.retryMs, state)
    if (connection !== state.current) return
    if (await answers(connection.client, state.limitMs)) {
      connection.isSilent = false
      state.outage.over(state.name)
      return
    }
  }
  connection.ended.resolve({ reason })
}

async function answers(client: RedisClient, limitMs: number): Promise<boolean> {
  return await inTime(probe(client), limitMs).then(
    () => true,
    () => false,
  )
}

async function probe(client: RedisClient): Promise<void> {
  await runScript(client, probeScript, [probeKey], [])
}

/** Ends early where the link is closed. */
async function pause(ms: number, { closing }: State): Promise<void> {
  await delay(ms, undefined, { signal: closing.signal }).catch(() => {})
}
