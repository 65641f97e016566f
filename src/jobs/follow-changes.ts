import type { TextLog } from '../kernel/text-log.ts'
import type { Live } from '../live/live.ts'
import { readSignal } from '../live/signal.ts'
import type { Store } from '../store/store.ts'

/**
 * Brings a change that another process signalled into this one's memory, as the store has it now. Resolves when it is
 * in force; never rejects.
 */
export async function followChange(
  { store, live, log }: { store: Pick<Store, 'gateways'>; live: Pick<Live, 'apply'>; log: TextLog },
  message: string,
): Promise<void> {
  const signal = readSignal(message)
  if (signal === null) return
  const { number, accountId, id } = signal
  try {
    const { rows } = await store.gateways.page({ accountId, id, search: null, page: 1, perPage: 1 })
    const record = rows[0]
    if (record) live.apply({ type: 'gateway', record })
    else live.apply({ type: 'gateway-removed', number, accountId, id })
  } catch (error) {
    log.error('a change that another process made could not be read', error, { accountId, id })
  }
}
