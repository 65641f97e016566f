import type { EvaluationRecord } from '../contract/evaluation-record.ts'
import type { Caller } from '../contract/permissions.ts'
import { callerOfToken } from '../contract/tokens.ts'
import type { Clock } from '../kernel/clock.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { Store } from '../store/store.ts'
import { createModels, type OwnCall } from './evaluation-ask.ts'
import { createPace, type Pace } from './evaluation-pace.ts'
import { RunFailed, runEvaluation } from './evaluation-run.ts'
import { readLoggedAnswers } from './logged-answers.ts'

interface EvaluationDeps {
  store: Store
  clock: Clock
  log: TextLog
  newId(): string
  call: OwnCall
  caughtUp(): Promise<void>
}

/** Runs evaluations that wait, of all gateways, also those that another process left behind. */
export interface EvaluationRunner {
  /** Looks now whether there is one. */
  poke(): void
  start(): void
  /** Gives up what runs, so that it goes on elsewhere or later; resolves when all has ended. */
  stop(): Promise<void>
}

const lookEveryMs = 1000
/** A process that did not make its lease longer for so long is dead. */
const leaseMs = 10_000
const holdEveryMs = 2500
const mostAtOnce = 4

export function createEvaluationRunner(deps: EvaluationDeps): EvaluationRunner {
  const { store, clock, log } = deps
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  /** Each makes the lease of one that runs here longer. */
  const holds = new Set<() => Promise<void>>()
  const pace = createPace(clock)
  let timer: NodeJS.Timeout | null = null
  let looking: Promise<void> | null = null
  let isAskedAgain = false

  async function look(): Promise<void> {
    do {
      isAskedAgain = false
      while (!stopping.signal.aborted && running.size < mostAtOnce && (await store.evaluations.waits(clock.nowMs()))) {
        // It may be one of its own that waits, where this process stood still, or the clock went ahead.
        await Promise.all(Array.from(holds, (hold) => hold()))
        const owner = deps.newId()
        const record = await store.evaluations.claim({ owner, ...leaseFrom(clock) })
        if (record === null) break
        const run = runOne({ ...deps, pace, holds }, record, owner, stopping.signal).finally(() => {
          running.delete(run)
          poke()
        })
        running.add(run)
      }
    } while (isAskedAgain)
  }

  function poke(): void {
    isAskedAgain = true
    if (stopping.signal.aborted) return
    looking ??= look()
      .catch((error: unknown) => log.debug('evaluations could not be looked for', { reason: String(error) }))
      .finally(() => {
        looking = null
      })
  }

  return {
    poke,
    start() {
      timer ??= setInterval(poke, lookEveryMs).unref()
      poke()
    },
    async stop() {
      stopping.abort()
      if (timer) clearInterval(timer)
      await looking
      await Promise.all(running)
    },
  }
}

function leaseFrom(clock: Clock): { nowMs: number; untilMs: number } {
  const nowMs = clock.nowMs()
  return { nowMs, untilMs: nowMs + leaseMs }
}

/** Never rejects. */
async function runOne(
  deps: EvaluationDeps & { pace: Pace; holds: Set<() => Promise<void>> },
  record: EvaluationRecord,
  owner: string,
  stop: AbortSignal,
): Promise<void> {
  const { store, clock, log, holds } = deps
  const { number, id, gateway, spec } = record
  const lost = new AbortController()
  const signal = AbortSignal.any([stop, lost.signal])
  let caller: Caller | null = null
  let isGone = false
  const hold = async (): Promise<void> => {
    caller = await callerOf(store, clock, spec.creator)
    isGone = caller === null
    if (isGone || !(await store.evaluations.hold(number, { owner, ...leaseFrom(clock) }))) lost.abort()
  }
  // A store that is away for a moment is no reason to give up: the lease is.
  const holding = setInterval(() => void hold().catch(() => {}), holdEveryMs)
  holds.add(hold)
  const finish = async (error: string | null, folded: Awaited<ReturnType<typeof runEvaluation>>): Promise<void> => {
    const status = error === null ? 'complete' : 'failed'
    await store.evaluations.finish(number, owner, { status, error, folded, nowMs: clock.nowMs() })
    log.info('an evaluation ended', { evaluation: id, status, ...(error !== null && { error }) })
  }
  try {
    await hold()
    const { accountId, gatewayId, timeoutMs } = spec
    const whoAsks = (): Caller => {
      if (caller === null) throw new RunFailed(creatorGone)
      return caller
    }
    const asker = { ...deps, accountId, gatewayId, evaluationId: id, timeoutMs, caller: whoAsks, signal }
    whoAsks()
    const logged = spec.models.length === 0 && record.total > 0 ? await readLoggedAnswers(store, gateway) : () => null
    const { pace, caughtUp } = deps
    const run = { store, clock, owner, signal, pace, caughtUp, models: createModels(asker), logged }
    await finish(null, await runEvaluation(run, record))
  } catch (error) {
    await giveUp(error).catch((failed: unknown) => {
      log.warn('an evaluation goes on later', { evaluation: id, reason: String(failed) })
    })
  } finally {
    clearInterval(holding)
    holds.delete(hold)
  }

  async function giveUp(error: unknown): Promise<void> {
    if (isGone) return await finish(creatorGone, [])
    if (error instanceof RunFailed) return await finish(error.message, [])
    if (signal.aborted) return await store.evaluations.release(number, owner)
    // When the lease runs out, and not at once: whatever is away would be asked again and again.
    if (error instanceof GatewayError && error.code === 'unavailable') throw error
    log.error('an evaluation failed inside Tollgate', error, { evaluation: id })
    return await finish('Internal error. The server log has the details.', [])
  }
}

const creatorGone = 'The token that made this evaluation was removed or has expired.'

/** Whose rights are used; null: nobody's any more. */
async function callerOf(
  store: Pick<Store, 'documents'>,
  clock: Clock,
  creator: EvaluationRecord['spec']['creator'],
): Promise<Caller | null> {
  if (creator.kind === 'admin') return { kind: 'admin' }
  const token = await store.documents.get('token', creator.id)
  return token && callerOfToken(token, clock.nowMs())
}
