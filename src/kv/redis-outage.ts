import type { Clock } from '../kernel/clock.ts'
import type { TextLog } from '../kernel/text-log.ts'

/** Tells the operator once when Redis is away, and once when it is back, whatever happens on the connections between. */
export interface Outage {
  /** A connection is of no use any more, or still not. */
  begin(connection: string, reason: unknown): void
  /** A connection works. */
  over(connection: string): void
  /** Redis refused one command, and is not away. At most one in a minute is told. */
  refused(reason: Error): void
}

const refusedEveryMs = 60_000

export function createOutage(log: TextLog, clock: Clock, url: string): Outage {
  const redis = new URL(url).host
  const away = new Set<string>()
  let sinceTick = 0
  let told: 'nothing' | 'away' | 'credentials' = 'nothing'
  let refusedTick = Number.NEGATIVE_INFINITY

  return {
    begin(connection, reason) {
      if (away.size === 0) sinceTick = clock.tickMs()
      away.add(connection)
      const kind = isAboutCredentials(reason) ? 'credentials' : 'away'
      // A connection that breaks off and is then refused its password is told twice: only the second can be acted on.
      if (told === kind || told === 'credentials') return
      told = kind
      const fields = { redis, reason: textOf(reason) }
      if (kind === 'away')
        log.warn('Redis is away: nothing is cached, limits are open or closed as each gateway says', fields)
      else
        log.warn(
          'Redis refuses the user or the password in TOLLGATE_REDIS_URL: it is not used until they are right',
          fields,
        )
    },
    over(connection) {
      if (!away.delete(connection) || away.size > 0) return
      told = 'nothing'
      log.info('Redis is back', { redis, away_seconds: Math.round((clock.tickMs() - sinceTick) / 1000) })
    },
    refused(reason) {
      if (clock.tickMs() - refusedTick < refusedEveryMs) return
      refusedTick = clock.tickMs()
      log.warn('Redis refused a command; at most one in a minute is told', { redis, reason: textOf(reason) })
    },
  }
}

function isAboutCredentials(reason: unknown): boolean {
  return reason instanceof Error && /^(WRONGPASS|NOAUTH|NOPERM)\b|\bAUTH\b/.test(reason.message)
}

/** Errors of several addresses at once have no message, only a code. */
function textOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason)
  return reason.message || ('code' in reason ? String(reason.code) : reason.name)
}
