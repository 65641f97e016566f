import type { Live, LiveChange } from '../live/live.ts'
import { writeSignal } from '../live/signal.ts'
import type { ManagementDeps } from './deps.ts'

/** What a change of a gateway needs. */
export type ChangeDeps = Pick<ManagementDeps, 'store' | 'kv' | 'clock' | 'log' | 'newId'> & {
  live: Pick<Live, 'apply'>
}

/** Puts a stored change in force: in this process at once, in others as soon as they hear of it. */
export async function applyChange(
  { live, kv, log }: Pick<ChangeDeps, 'live' | 'kv' | 'log'>,
  change: LiveChange,
): Promise<void> {
  live.apply(change)
  try {
    await kv.publish(writeSignal(change))
  } catch (error) {
    log.warn('the other processes could not be told of a change', { reason: String(error) })
  }
}

/**
 * Frees what is cached (and counted) for a gateway. Nothing can be found any more without it, since the cache epoch is
 * another or the gateway is gone: so it never rejects.
 */
export async function dropCached(
  { kv, log }: Pick<ChangeDeps, 'kv' | 'log'>,
  number: number,
  what: 'answers' | 'everything',
): Promise<void> {
  try {
    await kv.drop(number, what)
  } catch (error) {
    log.warn('cached answers could not be dropped; they are not used any more', { number, reason: String(error) })
  }
}
