import type { TextLog } from '../kernel/text-log.ts'

/** Looks every few seconds whether an evaluation is due. */
export interface ScheduleRunning {
  start(): void
  /** Resolves when what is under way has ended. */
  stop(): Promise<void>
}

const everyMs = 5000

/** Several processes may do this; `runDue` knows what another one did. */
export function createScheduleRunning({ runDue, log }: { runDue(): Promise<void>; log: TextLog }): ScheduleRunning {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> | null = null
  const look = (): void => {
    running ??= runDue()
      .catch((error: unknown) =>
        log.warn('schedules could not be looked at; it is tried again', { reason: String(error) }),
      )
      .finally(() => {
        running = null
      })
  }
  return {
    start() {
      timer ??= setInterval(look, everyMs).unref()
    },
    async stop() {
      if (timer) clearInterval(timer)
      await running
    },
  }
}
