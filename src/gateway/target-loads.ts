import type { Clock } from '../kernel/clock.ts'
import type { TargetLoad } from '../routing/balance.ts'
import type { ModelTarget } from '../routing/routing.ts'
import type { UpstreamAnswer, UpstreamCall } from './upstream.ts'

/** How busy and how quick the targets are among which elements of routes balance, in this process. */
export interface TargetLoads {
  of(target: ModelTarget): TargetLoad
  /** A call of the target that has just begun; gives the same call, watched to its end. */
  watch(target: ModelTarget, call: UpstreamCall): UpstreamCall
}

interface State {
  busy: number
  latencyMs: number
  measuredTick: number
}

/** How much a new measurement counts beside those before. */
const newestShare = 0.3
/** After this time what was measured is worth half: a slow one is tried again. */
const halfLifeMs = 30_000
/** A failure counts as if the answer had taken that long. */
const failedMs = 10_000

/** What is known goes with the targets: those of another deployment begin anew. */
export function createTargetLoads(clock: Pick<Clock, 'tickMs'>): TargetLoads {
  const states = new WeakMap<ModelTarget, State>()

  function stateOf(target: ModelTarget): State {
    const known = states.get(target)
    if (known) return known
    const state = { busy: 0, latencyMs: 0, measuredTick: 0 }
    states.set(target, state)
    return state
  }
  function measure(state: State, ms: number): void {
    state.latencyMs = state.latencyMs === 0 ? ms : state.latencyMs + newestShare * (ms - state.latencyMs)
    state.measuredTick = clock.tickMs()
  }

  return {
    of(target) {
      const { busy, latencyMs, measuredTick } = stateOf(target)
      return { busy, latencyMs: latencyMs * 2 ** ((measuredTick - clock.tickMs()) / halfLifeMs) }
    },
    watch(target, call) {
      const state = stateOf(target)
      const startTick = clock.tickMs()
      let isOver = false
      state.busy++
      const end = (): void => {
        if (!isOver) state.busy--
        isOver = true
      }
      const answer = call.answer.then(
        (given) => {
          const ms = Math.max(1, clock.tickMs() - startTick)
          measure(state, given.status >= 200 && given.status < 300 ? ms : Math.max(ms, failedMs))
          return watchEnd(given, end)
        },
        (error: unknown) => {
          if (!isOver) measure(state, Math.max(clock.tickMs() - startTick, failedMs))
          end()
          throw error
        },
      )
      return {
        answer,
        leave: call.leave,
        abort() {
          end()
          call.abort()
        },
      }
    },
  }
}

function watchEnd(answer: UpstreamAnswer, end: () => void): UpstreamAnswer {
  return {
    ...answer,
    deliver: (to) =>
      answer.deliver({
        chunk: (bytes) => to.chunk(bytes),
        end() {
          end()
          to.end()
        },
        failed(error) {
          end()
          to.failed(error)
        },
      }),
  }
}
