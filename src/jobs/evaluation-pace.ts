import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../kernel/clock.ts'

/** Lets the cases of all evaluations of this process begin one after another. */
export interface Pace {
  /** Resolves when the next one may begin; rejects where the signal comes first. */
  next(signal: AbortSignal): Promise<void>
}

/** An evaluation is a guest: more than 310 calls a second would hold up the traffic beside it. Models are rarely as quick. */
const gapMs = 3.2

export function createPace(clock: Clock): Pace {
  let freeTick = 0
  return {
    async next(signal) {
      const nowTick = clock.tickMs()
      const ownTick = Math.max(freeTick, nowTick)
      freeTick = ownTick + gapMs
      if (ownTick > nowTick) await sleep(ownTick - nowTick, undefined, { signal })
    },
  }
}
