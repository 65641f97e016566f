import { z } from 'zod'
import { parseCron } from './cron.ts'
import { accountIdSchema, pageSchema } from './envelope.ts'
import type { EvaluationSpec } from './evaluation-record.ts'
import { scheduledEvaluationSchema } from './evaluations.ts'
import { readOnlyShape } from './read-only.ts'
import { defineRoute } from './route.ts'

/** A schedule as it is stored. */
export interface EvaluationScheduleBody {
  cron: string
  enable: boolean
  evaluation: z.output<typeof scheduledEvaluationSchema>
  creator: EvaluationSpec['creator']
  /** UTC ms: what was due before has run, or was missed. */
  lookedMs: number
  /** Null: it never ran. */
  lastRunMs: number | null
  /** Why the last run made no evaluation; null: it did. */
  lastError: string | null
}

const cronSchema = z
  .string()
  .max(200)
  .superRefine((text, context) => {
    const cron = parseCron(text)
    if ('fault' in cron)
      context.addIssue({ code: 'custom', message: `${text} is no schedule: ${cron.fault}`, input: text })
  })

/** A schedule as the API shows it. */
const scheduleSchema = z.object({
  id: z.string(),
  name: z.string(),
  gateway_id: z.string(),
  cron: z.string(),
  enable: z.boolean(),
  evaluation: z.record(z.string(), z.json()).describe('What is made each time: the body of `evaluations.create`.'),
  next_run_at: z.iso.datetime().nullable(),
  last_run_at: z.iso.datetime().nullable(),
  last_error: z.string().nullable().describe('Why the last run made no evaluation.'),
  created_at: z.iso.datetime(),
  modified_at: z.iso.datetime(),
})
export type EvaluationSchedule = z.output<typeof scheduleSchema>

const readOnly = ['id', 'gateway_id', 'next_run_at', 'last_run_at', 'last_error', 'created_at', 'modified_at'] as const

const path = '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules'
const listParams = z.object({ account_id: accountIdSchema, gateway_id: z.string() })
const params = listParams.extend({ id: z.string() })
const noQuery = z.object({})
const fields = {
  // The time of a run is added to it.
  name: z.string().trim().min(1).max(200),
  cron: cronSchema.describe('Minute, hour, day of the month, month, day of the week, in UTC: `0 6 * * 1-5`.'),
  evaluation: scheduledEvaluationSchema,
}

export const evaluationScheduleRoutes = {
  list: defineRoute({
    name: 'evaluationSchedules.list',
    method: 'GET',
    path,
    summary: 'The schedules of a gateway, newest first. What they made: `evaluations.list` with `schedule_id`.',
    permission: 'AI Gateway Read',
    params: listParams,
    query: z.strictObject({ page: pageSchema, per_page: z.coerce.number().int().min(1).max(100).default(20) }),
    body: null,
    result: z.array(scheduleSchema),
  }),
  create: defineRoute({
    name: 'evaluationSchedules.create',
    method: 'POST',
    path,
    summary: 'Has an evaluation made again and again, with the datasets as they are then. Needs AI Gateway Run too.',
    permission: 'AI Gateway Write',
    params: listParams,
    query: noQuery,
    body: z.strictObject({ ...fields, enable: z.boolean().default(true) }),
    result: scheduleSchema,
  }),
  get: defineRoute({
    name: 'evaluationSchedules.get',
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'One schedule.',
    permission: 'AI Gateway Read',
    params,
    query: noQuery,
    body: null,
    result: scheduleSchema,
  }),
  update: defineRoute({
    name: 'evaluationSchedules.update',
    method: 'PUT',
    path: `${path}/{id}`,
    summary: 'Changes what is given of a schedule. It runs with the rights of whoever changed it last.',
    permission: 'AI Gateway Write',
    params,
    query: noQuery,
    body: z.strictObject({
      name: fields.name.exactOptional(),
      cron: fields.cron.exactOptional(),
      evaluation: fields.evaluation.exactOptional(),
      enable: z.boolean().exactOptional(),
      ...readOnlyShape(readOnly),
    }),
    result: scheduleSchema,
  }),
  delete: defineRoute({
    name: 'evaluationSchedules.delete',
    method: 'DELETE',
    path: `${path}/{id}`,
    summary: 'Removes a schedule. The evaluations that it made stay.',
    permission: 'AI Gateway Write',
    params,
    query: noQuery,
    body: null,
    result: scheduleSchema,
  }),
}
