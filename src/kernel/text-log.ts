import type { Clock } from './clock.ts'

const levels = { debug: 10, info: 20, warn: 30, error: 40, silent: 100 } as const
export type LogLevel = keyof typeof levels
export const logLevels = Object.keys(levels) as LogLevel[]

export type TextLogFields = Record<string, string | number | boolean | null | undefined>

/** The server's own log: one JSON object per line. It never holds a body, a header value or a secret. */
export interface TextLog {
  debug(message: string, fields?: TextLogFields): void
  info(message: string, fields?: TextLogFields): void
  warn(message: string, fields?: TextLogFields): void
  /** `cause` is written with its stack and the causes behind it. */
  error(message: string, cause?: unknown, fields?: TextLogFields): void
}

export function createTextLog(
  level: LogLevel,
  clock: Clock,
  write: (line: string) => void = (line) => void process.stdout.write(line),
): TextLog {
  const line = (of: LogLevel, message: string, fields: TextLogFields): void => {
    if (levels[of] < levels[level]) return
    write(`${JSON.stringify({ time: new Date(clock.nowMs()).toISOString(), level: of, message, ...fields })}\n`)
  }
  return {
    debug: (message, fields = {}) => line('debug', message, fields),
    info: (message, fields = {}) => line('info', message, fields),
    warn: (message, fields = {}) => line('warn', message, fields),
    error: (message, cause, fields = {}) =>
      line('error', message, cause === undefined ? fields : { ...fields, cause: describe(cause) }),
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? `${error.name}: ${error.message}`
  return error.cause === undefined ? own : `${own}\ncaused by ${describe(error.cause)}`
}
