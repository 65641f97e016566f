import type { DatasetRecord } from '../contract/dataset-record.ts'
import type { EvaluationRecord, EvaluationSpec } from '../contract/evaluation-record.ts'
import { type evaluationRoutes, mostResultsInline } from '../contract/evaluations.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import { type Caller, mayUse } from '../contract/permissions.ts'
import { findEvaluator, evaluators } from '../evaluators/index.ts'
import { GatewayError } from '../kernel/errors.ts'
import { auditEntry } from './audit.ts'
import type { ManagementDeps } from './deps.ts'
import { usualModel } from './evaluation-model.ts'
import { presentEvaluation, readFirstResults, readResults } from './evaluation-view.ts'
import { findGateway } from './find-gateway.ts'
import { parseInput } from './invalid-input.ts'
import type { Handlers, Input } from './routes.ts'

type Routes = typeof evaluationRoutes
type Params = Input<Routes['get']>['params']
type Body = Input<Routes['create']>['body']

export function createEvaluationHandlers(deps: ManagementDeps): Handlers<Routes> {
  const { evaluations } = deps.store
  const whole = async (record: EvaluationRecord) => ({
    ...presentEvaluation(record),
    results: await readFirstResults(deps, record, mostResultsInline),
  })
  return {
    async list({ params, query }) {
      const { number } = await findGateway(deps, params.account_id, params.gateway_id)
      const {
        page,
        per_page: perPage,
        name = null,
        processed = null,
        search = null,
        schedule_id: scheduleId = null,
      } = query
      const { rows, total } = await evaluations.page({
        gateway: number,
        name,
        processed,
        scheduleId,
        search,
        page,
        perPage,
      })
      return {
        result: rows.map(presentEvaluation),
        resultInfo: { page, per_page: perPage, count: rows.length, total_count: total },
      }
    },

    async create({ params, body, caller }) {
      const gateway = await findGateway(deps, params.account_id, params.gateway_id)
      return { result: presentEvaluation(await makeEvaluation(deps, gateway, body, { caller, scheduleId: null })) }
    },

    async get({ params }) {
      return { result: await whole((await findEvaluation(deps, params)).record) }
    },

    async delete({ params, caller }) {
      const { gateway, record } = await findEvaluation(deps, params)
      const result = await whole(record)
      await evaluations.remove(gateway.number, record.id, audit(deps, caller, gateway, { before: record, after: null }))
      return { result }
    },

    async cancel({ params }) {
      const { gateway, record } = await findEvaluation(deps, params)
      const nowMs = deps.clock.nowMs()
      await evaluations.cancel({ gateway: gateway.number, id: record.id, error: 'It was cancelled.', nowMs })
      return { result: await whole((await findEvaluation(deps, params)).record) }
    },

    async results({ params, query }) {
      const { record } = await findEvaluation(deps, params)
      const { page, per_page: perPage } = query
      const result = await readResults(deps, record, { skip: (page - 1) * perPage, limit: perPage })
      const total = (record.folded?.length ?? 0) + (await evaluations.countScores(record.number))
      return { result, resultInfo: { page, per_page: perPage, count: result.length, total_count: total } }
    },
  }
}

/** An evaluation and the gateway that it belongs to. Throws `not_found`. */
export async function findEvaluation(
  deps: ManagementDeps,
  { account_id, gateway_id, id }: Params,
): Promise<{ gateway: GatewayRecord; record: EvaluationRecord }> {
  const gateway = await findGateway(deps, account_id, gateway_id)
  const record = await deps.store.evaluations.get(gateway.number, id)
  if (record !== null) return { gateway, record }
  throw new GatewayError('not_found', `Evaluation not found: the gateway ${gateway_id} has no evaluation ${id}.`)
}

/** The gateway has an evaluation of that name. */
export class NameTaken extends GatewayError {}

/**
 * Throws what `makeEvaluation` would throw for what was asked and by whom: not for what changes until it is made, as how many
 * cases there are and which model was used last.
 */
export async function checkEvaluation(
  deps: ManagementDeps,
  gateway: GatewayRecord,
  body: Body,
  caller: Caller,
): Promise<void> {
  const judgesCases = readEvaluators(body).some(({ type }) => findEvaluator(type)?.type === 'case')
  await findDatasets(deps, gateway, body)
  if (judgesCases) requireRun(caller, gateway, 'models')
}

/** Makes an evaluation, which then waits to be run. */
export async function makeEvaluation(
  deps: ManagementDeps,
  gateway: GatewayRecord,
  body: Body,
  { caller, scheduleId }: { caller: Caller; scheduleId: string | null },
): Promise<EvaluationRecord> {
  const chosen = readEvaluators(body)
  const datasets = await findDatasets(deps, gateway, body)
  const judgesCases = chosen.some(({ type }) => findEvaluator(type)?.type === 'case')
  for (const { id, itemCount } of datasets) {
    if (judgesCases && itemCount === 0) throw invalid('dataset_id', `the dataset ${id} has no test cases to judge`)
  }
  const cases = datasets.reduce((sum, { itemCount }) => sum + itemCount, 0)
  const models = cases === 0 ? [] : await chooseModels(deps, gateway, body)
  if (models.length > 0) requireRun(caller, gateway, models.join(', '))
  const id = deps.newId()
  const name = body.name ?? `${datasets[0]?.name ?? ''} ${chosen.map(({ type }) => type).join(', ')} ${id.slice(-12)}`
  const spec: EvaluationSpec = {
    accountId: gateway.accountId,
    gatewayId: gateway.id,
    creator: creatorOf(caller),
    datasets,
    evaluators: chosen,
    models,
    prompt: body.prompt ?? null,
    params: body.params,
    concurrency: body.concurrency,
    timeoutMs: body.timeout_ms,
    budgetNanoUsd: body.budget_usd === undefined ? null : Math.round(body.budget_usd * 1e9),
  }
  const fresh = { id, gateway: gateway.number, name, spec, scheduleId, total: cases * Math.max(1, models.length) }
  const entry = audit(deps, caller, gateway, { before: null, after: fresh })
  const record = await deps.store.evaluations.insert({ ...fresh, createdMs: deps.clock.nowMs() }, entry)
  if (record === 'gone') throw new GatewayError('not_found', `Gateway not found: ${gateway.id} was removed meanwhile.`)
  if (record === 'taken') {
    const message = `name: an evaluation ${name} already exists in the gateway ${gateway.id}`
    throw new NameTaken('input_invalid', message, { path: ['body', 'name'] })
  }
  deps.onEvaluation()
  return record
}

/** Whose rights it uses. */
export function creatorOf(caller: Caller): EvaluationSpec['creator'] {
  return caller.kind === 'admin' ? { kind: 'admin' } : { kind: 'token', id: caller.id }
}

function requireRun(caller: Caller, { accountId, number }: GatewayRecord, models: string): void {
  if (mayUse(caller, 'AI Gateway Run', { accountId, gateway: number })) return
  const message = `Authentication error: to have ${models} answer, a token needs the permission AI Gateway Run.`
  throw new GatewayError('forbidden', message)
}

/** With their settings, as their own schemas read them. */
function readEvaluators({
  evaluation_type: one,
  evaluation_type_ids: many,
  settings,
}: Body): EvaluationSpec['evaluators'] {
  const names = [...new Set(many ?? [one ?? ''])]
  const field = many === undefined ? 'evaluation_type' : 'evaluation_type_ids'
  for (const name of Object.keys(settings)) {
    if (!names.includes(name)) throw invalid('settings', `${name} is not among the evaluators of this evaluation`)
  }
  return names.map((type) => {
    const evaluator = findEvaluator(type)
    if (evaluator === undefined) {
      throw invalid(field, `there is no evaluator ${type}, expected one of ${Object.keys(evaluators).join(', ')}`)
    }
    const given = { settings: { [type]: settings[type] ?? {} } }
    try {
      return { type, settings: parseInput(evaluator.settings, given.settings[type], 'body') }
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      throw new GatewayError('input_invalid', `settings.${type}.${error.message}`, {
        path: ['body', 'settings', type, ...(error.path ?? []).slice(1)],
      })
    }
  })
}

async function findDatasets(
  { store }: ManagementDeps,
  gateway: GatewayRecord,
  { dataset_id: one, dataset_ids: many }: Body,
): Promise<DatasetRecord[]> {
  const field = many === undefined ? 'dataset_id' : 'dataset_ids'
  const ids = [...new Set(many ?? [one ?? ''])]
  return await Promise.all(
    ids.map(async (id) => {
      const dataset = await store.datasets.get(gateway.number, id)
      if (dataset === null) throw invalid(field, `the gateway ${gateway.id} has no dataset ${id}`)
      if (!dataset.enable) throw invalid(field, `the dataset ${id} is switched off: set its enable`)
      return dataset
    }),
  )
}

async function chooseModels(deps: ManagementDeps, gateway: GatewayRecord, { model, models }: Body): Promise<string[]> {
  const given = models ?? (model === undefined ? [] : [model])
  if (given.length > 0) return [...new Set(given)]
  const usual = await usualModel(deps, gateway)
  return usual === null ? [] : [usual]
}

function audit(
  deps: ManagementDeps,
  caller: Caller,
  { accountId, id: gatewayId }: GatewayRecord,
  { before, after }: Record<'before' | 'after', Pick<EvaluationRecord, 'id' | 'name'> | null>,
) {
  const shown = (record: Pick<EvaluationRecord, 'id' | 'name'> | null) => record && { id: record.id, name: record.name }
  return auditEntry(deps, caller, {
    accountId,
    gatewayId,
    action: before === null ? 'create' : 'delete',
    resource: 'evaluation',
    resourceId: (after ?? before)?.id ?? '',
    before: shown(before),
    after: shown(after),
  })
}

function invalid(field: string, message: string): GatewayError {
  return new GatewayError('input_invalid', `${field}: ${message}`, { path: ['body', field] })
}
