import type { TextLog } from '../kernel/text-log.ts'
import { createRepeated, type Repeated } from './repeated.ts'

const everyMs = 5000

/** Looks every few seconds whether an evaluation is due. Several processes may do this; `runDue` knows what another one did. */
export function createScheduleRunning({ runDue, log }: { runDue(): Promise<void>; log: TextLog }): Repeated {
  return createRepeated({
    everyMs,
    startsAtOnce: false,
    look: runDue,
    onFailure: (reason) => log.warn('schedules could not be looked at; it is tried again', { reason }),
  })
}
