import type { GatewayRecord } from '../contract/gateway-record.ts'
import { callerOfToken } from '../contract/tokens.ts'
import type { Caller } from '../contract/permissions.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { ManagementDeps } from './deps.ts'
import { ChangedMeanwhile, updateOf } from './documents.ts'
import { dueMs, type ScheduleDocument, write } from './evaluation-schedules.ts'
import { makeEvaluation, NameTaken } from './evaluations.ts'
import { findGateway } from './find-gateway.ts'

/**
 * A schedule that was last looked at later than now, by more than clocks of several machines differ: the clock was ahead then,
 * and nothing would be due until that time comes again.
 */
const mostAheadMs = 60_000

/**
 * Makes the evaluations that are due. What was missed while no process ran is made up for once. Two processes that see the
 * same one make it once: its name is that of the schedule and the time at which it was due.
 */
export async function runDueSchedules(deps: ManagementDeps): Promise<void> {
  const failures: unknown[] = []
  for (const document of await deps.store.documents.all(['evaluation_schedule'])) {
    const schedule = document as ScheduleDocument // The only kind that was asked for.
    // One that cannot be run holds up no other.
    await lookAt(deps, schedule).catch((error: unknown) => failures.push(error))
  }
  if (failures.length > 0) throw failures[0]
}

async function lookAt(deps: ManagementDeps, schedule: ScheduleDocument): Promise<void> {
  const { accountId, gateway: number, body } = schedule
  const nowMs = deps.clock.nowMs()
  const atMs = dueMs(schedule)
  const isDue = atMs !== null && atMs <= nowMs
  const isAhead = body.lookedMs > nowMs + mostAheadMs
  if (!isDue && !isAhead) return
  const snapshot = deps.live.all().find((one) => one.number === number)
  // Removed a moment ago, and the schedule with it.
  if (snapshot === undefined) return
  const gateway = await findGateway(deps, accountId, snapshot.id)
  if (isDue) await runOne(deps, schedule, gateway, atMs)
  else await save(deps, schedule, gateway, { ...body, lookedMs: nowMs })
}

async function runOne(
  deps: ManagementDeps,
  schedule: ScheduleDocument,
  gateway: GatewayRecord,
  atMs: number,
): Promise<void> {
  const { name, body } = schedule
  const lastError = await make(deps, schedule, async (caller) => {
    const evaluation = { ...body.evaluation, name: `${name} ${new Date(atMs).toISOString().slice(0, 16)}Z` }
    await makeEvaluation(deps, gateway, evaluation, { caller, scheduleId: schedule.id })
  })
  await save(deps, schedule, gateway, { ...body, lookedMs: deps.clock.nowMs(), lastRunMs: atMs, lastError })
}

async function save(
  deps: ManagementDeps,
  schedule: ScheduleDocument,
  gateway: GatewayRecord,
  body: ScheduleDocument['body'],
): Promise<void> {
  const step = updateOf(schedule, { body }, deps.clock.nowMs())
  await write(deps, 'system', gateway.id, step, { before: schedule, after: step.document }).catch((error: unknown) => {
    // Another process was quicker, or somebody changed it: it is looked at again.
    if (!(error instanceof ChangedMeanwhile)) throw error
  })
}

/** Why there is no evaluation; null: there is one. Rejects with what may be gone the next time. */
async function make(
  deps: ManagementDeps,
  { body }: ScheduleDocument,
  run: (caller: Caller) => Promise<void>,
): Promise<string | null> {
  try {
    const caller = await callerOf(deps, body.creator)
    if (caller === null) return 'The token that made this schedule was removed or has expired.'
    await run(caller)
    return null
  } catch (error) {
    if (error instanceof NameTaken) return null
    if (error instanceof GatewayError && error.code !== 'unavailable') return error.message
    throw error
  }
}

async function callerOf(
  { store, clock }: ManagementDeps,
  creator: ScheduleDocument['body']['creator'],
): Promise<Caller | null> {
  if (creator.kind === 'admin') return { kind: 'admin' }
  const token = await store.documents.get('token', creator.id)
  return token && callerOfToken(token, clock.nowMs())
}
