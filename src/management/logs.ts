import { maxMetadataEntries } from '../contract/log-record.ts'
import type { logRoutes } from '../contract/logs.ts'
import { GatewayError } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import type { LogRow } from '../store/store.ts'
import { bodyContentType } from './body-content-type.ts'
import type { ManagementDeps } from './deps.ts'
import { findGateway } from './find-gateway.ts'
import { exportLogs } from './log-export.ts'
import { listLogs } from './log-list.ts'
import { deleteLogs } from './log-removal.ts'
import { presentLogCost, presentLogDetail } from './log-view.ts'
import type { RawReply, Reply } from './respond.ts'
import type { Handlers, Input } from './routes.ts'

interface LogParams {
  account_id: string
  gateway_id: string
  id: string
}

export function createLogHandlers(deps: ManagementDeps): Handlers<typeof logRoutes> {
  return {
    list: (input) => listLogs(deps, input),
    delete: (input) => deleteLogs(deps, input),
    export: (input) => exportLogs(deps, input),
    edit: (input) => editLog(deps, input),
    get: async ({ params }) => ({ result: presentLogDetail(await findLog(deps, params)) }),
    cost: async ({ params }) => ({ result: presentLogCost(await findLog(deps, params)) }),
    request: ({ params }) => keptBody(deps, params, 'request'),
    response: ({ params }) => keptBody(deps, params, 'response'),
  }
}

async function findLog(deps: ManagementDeps, { account_id, gateway_id, id }: LogParams): Promise<LogRow> {
  const { number } = await findGateway(deps, account_id, gateway_id)
  const wanted = id.toLowerCase()
  if (isId(wanted)) {
    await deps.caughtUp()
    const row = await deps.store.logs.get(number, wanted)
    if (row !== null) return row
  }
  throw noSuchLog(gateway_id, id)
}

function noSuchLog(gatewayId: string, id: string): GatewayError {
  return new GatewayError('not_found', `Log not found: the gateway ${gatewayId} has no log ${id}.`)
}

async function keptBody(deps: ManagementDeps, params: LogParams, which: 'request' | 'response'): Promise<RawReply> {
  const row = await findLog(deps, params)
  const body = (await deps.store.logs.bodies(row.gateway, row.id))?.[which] ?? null
  if (body === null) throw new GatewayError('not_found', `The ${which} of the log ${row.id} was not stored.`)
  const isWhole = !(which === 'request' ? row.requestTruncated : row.responseTruncated)
  const declared = which === 'request' ? row.requestContentType : row.responseContentType
  return { body, contentType: bodyContentType(body, { declared, isWhole }) }
}

async function editLog(
  deps: ManagementDeps,
  { params, body }: Input<typeof logRoutes.edit>,
): Promise<Reply<Record<string, never>>> {
  const { number } = await findGateway(deps, params.account_id, params.gateway_id)
  await deps.caughtUp()
  const { feedback, score, metadata } = body
  const outcome = await deps.store.logs.edit(number, params.id.toLowerCase(), {
    ...(feedback !== undefined && { feedback }),
    ...(score !== undefined && { score }),
    ...(metadata !== undefined && { metadata }),
  })
  if (outcome === 'missing') throw noSuchLog(params.gateway_id, params.id)
  if (outcome === 'too_many_entries') {
    const message = `metadata: a log has at most ${maxMetadataEntries} entries, these and those that it has already are more`
    throw new GatewayError('input_invalid', message, { path: ['body', 'metadata'] })
  }
  return { result: {} }
}
