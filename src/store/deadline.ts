import { GatewayError } from '../kernel/errors.ts'

/** What a query fails with that looked at rows for longer than it may. */
export function deadlinePassed(deadlineMs: number): GatewayError {
  return new GatewayError(
    'unavailable',
    `The query took longer than ${deadlineMs} ms and was stopped. Narrow it: a shorter time range ` +
      '(start_date, end_date), or order_by=created_at.',
  )
}
