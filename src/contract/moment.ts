import { z } from 'zod'

const dayMs = 24 * 60 * 60 * 1000
const dateSchema = z.iso.date()
const dateTimeSchema = z.iso.datetime({ offset: true, local: true })

/** The stretch of time that a date names, UTC ms: a whole day for `2024-01-31`, one millisecond for a date-time. */
export interface Moment {
  startMs: number
  /** Exclusive. */
  endMs: number
}

/** An ISO 8601 date or date-time; what names no zone is UTC. */
export const momentSchema = z.string().transform((text, context): Moment => {
  if (dateSchema.safeParse(text).success) {
    const startMs = Date.parse(`${text}T00:00:00Z`)
    return { startMs, endMs: startMs + dayMs }
  }
  if (dateTimeSchema.safeParse(text).success) {
    const startMs = Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`)
    return { startMs, endMs: startMs + 1 }
  }
  context.addIssue('expected an ISO 8601 date (2024-01-31) or date-time (2024-01-31T12:00:00Z)')
  return z.NEVER
})
