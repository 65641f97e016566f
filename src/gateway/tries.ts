import type { Attempt } from '../contract/log-record.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ProviderKey } from './provider-keys.ts'

/** The calls of a provider for one request or step, as its row will tell them. */
export interface Tries {
  readonly all: Attempt[]
  begin(): void
  /** The call that begins goes with this key; where no call was said to begin, one does. */
  withKey(key: ProviderKey): void
  /** How the last call went, as far as that is known; what is said later stands. */
  end(status: number | null, error: string | null): void
}

export function createTries(clock: Clock): Tries {
  const all: Attempt[] = []
  let startTick = 0
  let isBeginning = false
  const begin = (): Attempt => {
    startTick = clock.tickMs()
    isBeginning = true
    const attempt: Attempt = { startedMs: clock.nowMs(), durationMs: 0, status: null, error: null }
    all.push(attempt)
    return attempt
  }
  return {
    all,
    begin,
    withKey({ id, alias, isClients }) {
      const known = isBeginning ? all.at(-1) : undefined
      const attempt = known ?? begin()
      isBeginning = false
      if (!isClients) attempt.key = { id, alias }
    },
    end(status, error) {
      const attempt = all.at(-1)
      if (attempt) {
        attempt.status = status
        attempt.error = error
        attempt.durationMs = Math.round(clock.tickMs() - startTick)
      }
      isBeginning = false
    },
  }
}
