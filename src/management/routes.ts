import { type Context, Hono } from 'hono'
import type { z } from 'zod'
import type { Route } from '../contract/route.ts'
import { type Caller, mayUse } from '../contract/permissions.ts'
import { GatewayError } from '../kernel/errors.ts'
import { isDeeperThan } from '../kernel/json-depth.ts'
import type { Live } from '../live/live.ts'
import { parseInput } from './invalid-input.ts'
import { readQuery } from './query.ts'
import { type RawReply, type Reply, respond, respondRaw } from './respond.ts'

/** What a handler gets: the parts of the request as the route's schemas read them. */
export interface Input<R extends Route> {
  params: z.output<R['params']>
  query: z.output<R['query']>
  body: R['body'] extends z.ZodType ? z.output<R['body']> : unknown
  /** What was sent to a route that takes a file; null: nothing, or it takes none. */
  file: ReadableStream<Uint8Array> | null
  /** The `If-Match` header, without quotes. */
  ifMatch: string | undefined
  caller: Caller
}

/** The app whose requests have been authenticated. */
export type AuthenticatedApp = Hono<{ Variables: { caller: Caller } }>
type AuthenticatedContext = Context<{ Variables: { caller: Caller } }>

export type Handler<R extends Route> = (
  input: Input<R>,
) => Promise<R['result'] extends z.ZodType ? Reply<z.output<R['result']>> : RawReply>

/** One handler for every route of a noun. */
export type Handlers<Routes extends Record<string, Route>> = { [Name in keyof Routes]: Handler<Routes[Name]> }

/** Mounts a noun's routes; any other method on their paths answers 405. */
export function mountRoutes<Routes extends Record<string, Route>>(
  app: AuthenticatedApp,
  live: Pick<Live, 'gateway'>,
  routes: Routes,
  handlers: Handlers<Routes>,
): void {
  const paths = new Set<string>()
  for (const [name, route] of Object.entries(routes)) {
    // The mapped type pairs them by name; the compiler loses that in a loop.
    const handler = handlers[name] as unknown as (input: Input<Route>) => Promise<Reply<unknown> | RawReply>
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1')
    paths.add(path)
    app.on(route.method, path, async (context) => {
      const reply = await handler(await readInput(route, context, live))
      return 'body' in reply ? respondRaw(reply) : respond(reply, route.resultKey)
    })
  }
  for (const path of paths) {
    app.all(path, ({ req }) => {
      throw new GatewayError('method_unsupported', `${req.method} is not supported for ${req.path}.`)
    })
  }
}

/** Nothing of a request is looked at, and no mistake in it told, before its caller is allowed to make it. */
async function readInput(
  route: Route,
  context: AuthenticatedContext,
  live: Pick<Live, 'gateway'>,
): Promise<Input<Route>> {
  const { req } = context
  const caller = context.get('caller')
  const params = parseInput(route.params, req.param(), 'path')
  requirePermission(route, caller, params, live)
  return {
    params,
    query: parseInput(route.query, readQuery(new URL(req.url).searchParams), 'query'),
    body: route.body === null ? undefined : parseInput(route.body, parseJson(await req.text()), 'body'),
    file: route.takesFile ? req.raw.body : null,
    ifMatch: req.header('if-match')?.replace(/^(?:W\/)?"(.*)"$/, '$1'),
    caller,
  }
}

function requirePermission(
  { permission, showsOwnOnly }: Route,
  caller: Caller,
  { account_id: accountId, gateway_id: gatewayId }: Record<string, unknown>,
  live: Pick<Live, 'gateway'>,
): void {
  if (permission === null) return
  if (typeof accountId !== 'string') throw new Error('a route with a permission must name its account')
  const whole = showsOwnOnly && caller.kind === 'token' ? { ...caller, gateways: null } : caller
  const gateway = typeof gatewayId === 'string' ? live.gateway(accountId, gatewayId)?.number : null
  if (mayUse(whole, permission, { accountId, gateway })) return
  throw new GatewayError(
    'forbidden',
    permission === 'admin'
      ? 'Authentication error: only the admin of the instance may do this.'
      : `Authentication error: this token may not do this here; it needs the permission ${permission}.`,
  )
}

/** What is kept is written again and compared, and each level takes stack. */
const deepestBody = 100

function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined
  if (isDeeperThan(text, deepestBody)) {
    throw new GatewayError('input_invalid', `The body nests deeper than ${deepestBody} levels.`, { path: ['body'] })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new GatewayError('input_invalid', 'The body is not valid JSON.', { cause: error, path: ['body'] })
  }
}
