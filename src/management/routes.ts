import { type Context, Hono } from 'hono'
import type { z } from 'zod'
import type { Route } from '../contract/route.ts'
import { GatewayError } from '../kernel/errors.ts'
import { parseInput } from './invalid-input.ts'
import { type RawReply, type Reply, respond, respondRaw } from './respond.ts'

/** What a handler gets: the parts of the request as the route's schemas read them. */
export interface Input<R extends Route> {
  params: z.output<R['params']>
  query: z.output<R['query']>
  body: R['body'] extends z.ZodType ? z.output<R['body']> : unknown
  /** The `If-Match` header, without quotes. */
  ifMatch: string | undefined
}

export type Handler<R extends Route> = (
  input: Input<R>,
) => Promise<R['result'] extends z.ZodType ? Reply<z.output<R['result']>> : RawReply>

/** One handler for every route of a noun. */
export type Handlers<Routes extends Record<string, Route>> = { [Name in keyof Routes]: Handler<Routes[Name]> }

/** Mounts a noun's routes; any other method on their paths answers 405. */
export function mountRoutes<Routes extends Record<string, Route>>(
  app: Hono,
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
      const reply = await handler(await readInput(route, context))
      return 'body' in reply ? respondRaw(reply) : respond(reply)
    })
  }
  for (const path of paths) {
    app.all(path, ({ req }) => {
      throw new GatewayError('method_unsupported', `${req.method} is not supported for ${req.path}.`)
    })
  }
}

async function readInput(route: Route, context: Context): Promise<Input<Route>> {
  const { req } = context
  return {
    params: parseInput(route.params, req.param(), 'path'),
    query: parseInput(route.query, readQuery(req.queries()), 'query'),
    body: route.body === null ? undefined : parseInput(route.body, parseJson(await req.text()), 'body'),
    ifMatch: req.header('if-match')?.replace(/^(?:W\/)?"(.*)"$/, '$1'),
  }
}

/** A parameter given twice is refused: taking one of the two would be a guess. */
function readQuery(queries: Record<string, string[]>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, values]) => {
      if (values.length > 1) {
        throw new GatewayError('input_invalid', `${name}: given ${values.length} times, expected once`, {
          path: ['query', name],
        })
      }
      return [name, values[0]]
    }),
  )
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new GatewayError('input_invalid', 'The body is not valid JSON.', { cause: error, path: ['body'] })
  }
}
