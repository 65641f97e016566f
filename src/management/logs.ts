import type { LogItem, logRoutes } from '../contract/logs.ts'
import { GatewayError } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import type { LogRow } from '../store/store.ts'
import type { ManagementDeps } from './deps.ts'
import { findGateway } from './find-gateway.ts'
import { presentLog, presentLogDetail } from './log-view.ts'
import { bodyContentType } from './body-content-type.ts'
import type { RawReply, Reply } from './respond.ts'
import type { Handlers, Input } from './routes.ts'

const maxRemoved = 10_000

interface LogParams {
  account_id: string
  gateway_id: string
  id: string
}

export function createLogHandlers(deps: ManagementDeps): Handlers<typeof logRoutes> {
  const { store } = deps

  const findLog = async ({ account_id, gateway_id, id }: LogParams): Promise<LogRow> => {
    const { number } = await findGateway(deps, account_id, gateway_id)
    const wanted = id.toLowerCase()
    if (isId(wanted)) {
      await deps.caughtUp()
      const row = await store.logs.get(number, wanted)
      if (row !== null) return row
    }
    throw new GatewayError('not_found', `Log not found: the gateway ${gateway_id} has no log ${id}.`)
  }

  const keptBody = async (params: LogParams, which: 'request' | 'response'): Promise<RawReply> => {
    const row = await findLog(params)
    const body = (await store.logs.bodies(row.gateway, row.id))?.[which] ?? null
    if (body === null) throw new GatewayError('not_found', `The ${which} of the log ${row.id} was not stored.`)
    const isWhole = !(which === 'request' ? row.requestTruncated : row.responseTruncated)
    const declared = which === 'request' ? row.requestContentType : row.responseContentType
    return { body, contentType: bodyContentType(body, { declared, isWhole }) }
  }

  return {
    list: (input) => listLogs(deps, input),

    async delete({ params, query, body }) {
      const { number } = await findGateway(deps, params.account_id, params.gateway_id)
      await deps.caughtUp()
      const before = query.before ?? body?.before
      const deleted = await store.logs.remove({
        gateway: number,
        beforeMs: before?.startMs ?? null,
        limit: query.limit ?? body?.limit ?? maxRemoved,
      })
      return { result: { deleted } }
    },

    async get({ params }) {
      return { result: presentLogDetail(await findLog(params)) }
    },

    request: ({ params }) => keptBody(params, 'request'),

    response: ({ params }) => keptBody(params, 'response'),
  }
}

async function listLogs(
  deps: ManagementDeps,
  { params, query }: Input<typeof logRoutes.list>,
): Promise<Reply<LogItem[]>> {
  const { number } = await findGateway(deps, params.account_id, params.gateway_id)
  await deps.caughtUp()
  const { rows, total, totalIsExact } = await deps.store.logs.page({
    gateway: number,
    filters: {
      fromMs: query.start_date?.startMs ?? null,
      untilMs: query.end_date?.endMs ?? null,
      success: query.success ?? null,
      cached: query.cached ?? null,
      model: query.model ?? null,
      provider: query.provider ?? null,
    },
    orderBy: query.order_by,
    direction: query.order_by_direction ?? query.direction ?? 'desc',
    page: query.page,
    perPage: query.per_page,
  })
  return {
    result: rows.map(presentLog),
    resultInfo: {
      page: query.page,
      per_page: query.per_page,
      count: rows.length,
      total_count: total,
      total_count_exact: totalIsExact,
    },
  }
}
