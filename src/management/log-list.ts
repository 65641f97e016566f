import { z } from 'zod'
import { type LogFilter } from '../contract/log-filter.ts'
import { filtersOf } from '../contract/log-queries.ts'
import type { LogItem, logRoutes } from '../contract/logs.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import { rowLimitOf, stopInserting } from '../contract/log-retention.ts'
import { isTextSearched } from '../contract/text-search.ts'
import { type Caller, mayUse } from '../contract/permissions.ts'
import { GatewayError } from '../kernel/errors.ts'
import { idTimeMs } from '../kernel/ids.ts'
import type { Direction, LogMark, LogOrder, LogRanges, LogSelection } from '../store/store.ts'
import type { ManagementDeps } from './deps.ts'
import { findGateway } from './find-gateway.ts'
import { nanoToUsdOrNull, presentLog } from './log-view.ts'
import { toIso } from './present.ts'
import type { Reply } from './respond.ts'
import type { Input } from './routes.ts'

/** How long a list by cursor looks for rows before it gives what it found. */
const walkMs = 80

type ListInput = Input<typeof logRoutes.list>

export async function listLogs(deps: ManagementDeps, input: ListInput): Promise<Reply<LogItem[]>> {
  const { query } = input
  const { gateway, selection } = await selectLogs(deps, input)
  const direction = query.order_by_direction ?? query.direction ?? 'desc'
  const notes = [...(await notesOn(deps, gateway)), ...(await notesOnSearch(deps, gateway, selection.search))]
  if (query.cursor !== undefined) return { ...(await walk(deps, input, selection, direction)), notes }
  const { rows, total, totalIsExact, ranges } = await deps.store.logs.page({
    ...selection,
    orderBy: query.order_by,
    direction,
    page: query.page,
    perPage: query.per_page,
    withRanges: query.meta_info ?? false,
  })
  return {
    result: rows.map(presentLog),
    resultInfo: {
      page: query.page,
      per_page: query.per_page,
      count: rows.length,
      total_count: total,
      total_count_exact: totalIsExact,
      ...(ranges !== null && presentRanges(ranges)),
    },
    notes,
  }
}

/** The rows that a list or an export is about. Throws where the caller may not search. */
export async function selectLogs(
  deps: ManagementDeps,
  {
    params,
    query,
    caller,
  }: {
    params: ListInput['params']
    query: Parameters<typeof filtersOf>[0] & { search?: string | undefined }
    caller: Caller
  },
): Promise<{ gateway: GatewayRecord; selection: LogSelection }> {
  const gateway = await findGateway(deps, params.account_id, params.gateway_id)
  const filters: LogFilter[] = filtersOf(query)
  const search = query.search === undefined || query.search === '' ? null : query.search
  if (search !== null) requireSearch(caller, gateway)
  await deps.caughtUp()
  return { gateway, selection: { gateway: gateway.number, filters, search } }
}

/** Throws where the caller may not search: who may not read metadata or bodies must not guess them either. */
export function requireSearch(caller: Caller, { accountId, number }: GatewayRecord): void {
  if (mayUse(caller, 'AI Gateway Read', { accountId, gateway: number })) return
  throw new GatewayError('forbidden', 'Authentication error: `search` needs the permission AI Gateway Read.')
}

async function walk(
  { store }: ManagementDeps,
  { query }: ListInput,
  selection: LogSelection,
  direction: Direction,
): Promise<Reply<LogItem[]>> {
  const { order_by: orderBy, per_page: limit, cursor = '' } = query
  if (query.page !== 1) throw badQuery('page', 'not together with cursor')
  const after = cursor === '' ? null : readCursor(cursor, orderBy, direction)
  const { rows, next } = await store.logs.walk({ ...selection, orderBy, direction, after, limit, budgetMs: walkMs })
  const isTimed = next !== null && next.id !== null && orderBy === 'created_at'
  return {
    result: rows.map(presentLog),
    resultInfo: {
      per_page: limit,
      count: rows.length,
      cursor: next === null ? null : writeCursor(next, orderBy, direction),
      complete: next === null,
      searched_until: isTimed ? toIso(idTimeMs(next.id ?? '')) : null,
    },
  }
}

const cursorSchema = z.tuple([
  z.string(),
  z.string(),
  z.union([z.string(), z.number(), z.null()]),
  z.string().nullable(),
])

function writeCursor({ value, id }: LogMark, order: LogOrder, direction: Direction): string {
  const parts: z.output<typeof cursorSchema> = [order, direction, value, id]
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

function readCursor(cursor: string, order: LogOrder, direction: Direction): LogMark {
  const parsed = cursorSchema.safeParse(parseOrNull(Buffer.from(cursor, 'base64url').toString()))
  if (!parsed.success)
    throw badQuery('cursor', 'not a cursor: leave it empty to begin, then give the one of the answer before')
  const [ofOrder, ofDirection, value, id] = parsed.data
  if (ofOrder !== order || ofDirection !== direction) {
    throw badQuery('cursor', `of a list by ${ofOrder} ${ofDirection}, not by ${order} ${direction}`)
  }
  return { value, id }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function badQuery(name: string, reason: string): GatewayError {
  return new GatewayError('input_invalid', `${name}: ${reason}`, { path: ['query', name] })
}

function presentRanges(ranges: LogRanges): Record<string, number | null> {
  return {
    min_cost: nanoToUsdOrNull(ranges.minCostNanoUsd),
    max_cost: nanoToUsdOrNull(ranges.maxCostNanoUsd),
    min_duration: ranges.minDurationMs,
    max_duration: ranges.maxDurationMs,
    min_tokens_in: ranges.minTokensIn,
    max_tokens_in: ranges.maxTokensIn,
    min_tokens_out: ranges.minTokensOut,
    max_tokens_out: ranges.maxTokensOut,
    min_total_tokens: ranges.minTotalTokens,
    max_total_tokens: ranges.maxTotalTokens,
  }
}

/** Whoever searches bodies is told which are not searched yet. */
export async function notesOnSearch(
  { store }: ManagementDeps,
  { number, settings }: GatewayRecord,
  search: string | null,
): Promise<string[]> {
  if (search === null || !isTextSearched(settings)) return []
  const lag = (await store.words.lags()).find(({ gateway }) => gateway === number)
  if (lag === undefined) return ['the bodies are not searchable yet: log_text_search was set a moment ago']
  if (lag.rows === 0) return []
  const rows = lag.rows === 1 ? '1 row is' : `${lag.rows} rows are`
  return [`the bodies of ${rows} not searchable yet; they are read in the background (log_text_search)`]
}

/** Whoever misses rows in a list is told where they are. */
async function notesOn({ store }: ManagementDeps, { number, settings }: GatewayRecord): Promise<string[]> {
  const limit = rowLimitOf(settings)
  if (limit?.strategy !== stopInserting) return []
  const count = (await store.logs.counts()).find(({ gateway }) => gateway === number)
  if (count === undefined || count.refused === 0) return []
  return [
    `${count.refused} rows were not stored, since log_management is ${limit.maxRows} and its strategy ${stopInserting}`,
  ]
}
