import { nextRunMs, parseCron } from '../contract/cron.ts'
import type { DocumentRecord, DocumentWrite } from '../contract/document.ts'
import type {
  EvaluationSchedule,
  EvaluationScheduleBody,
  evaluationScheduleRoutes,
} from '../contract/evaluation-schedules.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import { GatewayError } from '../kernel/errors.ts'
import { type Actor, auditEntry } from './audit.ts'
import type { ManagementDeps } from './deps.ts'
import { changeDocuments, newDocument, untilWritten, updateOf } from './documents.ts'
import { checkEvaluation, creatorOf } from './evaluations.ts'
import { findGateway } from './find-gateway.ts'
import { requireUnchanged } from './if-match.ts'
import { pageOf } from './pages.ts'
import { toIso } from './present.ts'
import type { Handlers, Input } from './routes.ts'

type Routes = typeof evaluationScheduleRoutes
export type ScheduleDocument = DocumentRecord<'evaluation_schedule'>

export function createEvaluationScheduleHandlers(deps: ManagementDeps): Handlers<Routes> {
  return {
    async list({ params, query }) {
      const gateway = await findGateway(deps, params.account_id, params.gateway_id)
      const all = await deps.store.documents.list('evaluation_schedule', gateway.accountId, gateway.number)
      return pageOf(all, query, (schedule) => present(gateway.id, schedule))
    },

    async create({ params, body, caller }) {
      const gateway = await findGateway(deps, params.account_id, params.gateway_id)
      const { name, cron, enable, evaluation } = body
      await checkEvaluation(deps, gateway, evaluation, caller)
      const nowMs = deps.clock.nowMs()
      const creator = creatorOf(caller)
      const stored = { cron, enable, evaluation, creator, lookedMs: nowMs, lastRunMs: null, lastError: null }
      const home = { kind: 'evaluation_schedule', accountId: gateway.accountId, gateway: gateway.number } as const
      const schedule = newDocument({ ...home, id: deps.newId(), name }, stored, nowMs)
      await write(deps, caller, gateway.id, { op: 'insert', document: schedule }, { before: null, after: schedule })
      return { result: present(gateway.id, schedule) }
    },

    async get({ params }) {
      const { gateway, schedule } = await find(deps, params)
      return { result: present(gateway.id, schedule) }
    },

    update: (input) => untilWritten(() => update(deps, input)),

    delete: ({ params, ifMatch, caller }) =>
      untilWritten(async () => {
        const { gateway, schedule } = await find(deps, params)
        requireUnchanged(`The schedule ${schedule.id}`, schedule.modifiedMs, ifMatch)
        const step = { op: 'remove', kind: schedule.kind, id: schedule.id } as const
        await write(deps, caller, gateway.id, step, { before: schedule, after: null })
        return { result: present(gateway.id, schedule) }
      }),
  }
}

async function update(deps: ManagementDeps, { params, body, ifMatch, caller }: Input<Routes['update']>) {
  const { gateway, schedule } = await find(deps, params)
  requireUnchanged(`The schedule ${schedule.id}`, schedule.modifiedMs, ifMatch)
  const { name = schedule.name, cron, enable, evaluation = schedule.body.evaluation } = body
  // Whoever changes it answers for all of it.
  await checkEvaluation(deps, gateway, evaluation, caller)
  const nowMs = deps.clock.nowMs()
  const changed: EvaluationScheduleBody = {
    ...schedule.body,
    evaluation,
    cron: cron ?? schedule.body.cron,
    enable: enable ?? schedule.body.enable,
    creator: creatorOf(caller),
    // What was missed while it was another schedule, or switched off, does not run now.
    lookedMs: nowMs,
  }
  const step = updateOf(schedule, { body: changed, name }, nowMs)
  await write(deps, caller, gateway.id, step, { before: schedule, after: step.document })
  return { result: present(gateway.id, step.document) }
}

async function find(
  deps: ManagementDeps,
  { account_id, gateway_id, id }: Input<Routes['get']>['params'],
): Promise<{ gateway: GatewayRecord; schedule: ScheduleDocument }> {
  const gateway = await findGateway(deps, account_id, gateway_id)
  const schedule = await deps.store.documents.get('evaluation_schedule', id)
  if (schedule?.gateway === gateway.number) return { gateway, schedule }
  throw new GatewayError('not_found', `Schedule not found: the gateway ${gateway_id} has no schedule ${id}.`)
}

/** When it is due; null: never. */
export function dueMs({ body }: ScheduleDocument): number | null {
  const cron = parseCron(body.cron)
  return !body.enable || 'fault' in cron ? null : nextRunMs(cron, body.lookedMs)
}

function present(gatewayId: string, schedule: ScheduleDocument): EvaluationSchedule {
  const { id, name, body, createdMs, modifiedMs } = schedule
  const next = dueMs(schedule)
  return {
    id,
    name,
    gateway_id: gatewayId,
    cron: body.cron,
    enable: body.enable,
    // Read by its schema before it was stored.
    evaluation: body.evaluation as EvaluationSchedule['evaluation'],
    next_run_at: next === null ? null : toIso(next),
    last_run_at: body.lastRunMs === null ? null : toIso(body.lastRunMs),
    last_error: body.lastError,
    created_at: toIso(createdMs),
    modified_at: toIso(modifiedMs),
  }
}

/** Stores a change of a schedule. Throws where the name is taken, or another change came first. */
export async function write(
  deps: ManagementDeps,
  actor: Actor,
  gatewayId: string,
  step: DocumentWrite,
  { before, after }: { before: ScheduleDocument | null; after: ScheduleDocument | null },
): Promise<void> {
  const { accountId = '', id = '', name = '' } = after ?? before ?? {}
  const audit = auditEntry(deps, actor, {
    accountId,
    gatewayId,
    action: before === null ? 'create' : after === null ? 'delete' : 'update',
    resource: 'evaluation_schedule',
    resourceId: id,
    before: before && present(gatewayId, before),
    after: after && present(gatewayId, after),
  })
  await changeDocuments(deps, [step], audit, () => {
    const message = `A schedule ${name} already exists in the gateway ${gatewayId}.`
    return new GatewayError('input_invalid', message, { path: ['body', 'name'] })
  })
}
