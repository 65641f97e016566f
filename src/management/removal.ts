import type { TextLog } from '../kernel/text-log.ts'
import type { Store } from '../store/store.ts'

/** Rows per call: the thread that writes takes in new rows in between. */
const rowsPerCall = 2000

/**
 * Removes the rows of all gateways that are gone: a stop in the middle of a removal leaves some. For the start of the
 * server; not to be waited for, it never rejects.
 */
export async function removeOrphans({ store, log }: { store: Store; log: TextLog }): Promise<void> {
  try {
    for (const number of await store.logs.orphans()) await removeLogsOfGateway(store, number)
  } catch (error) {
    log.error('the logs of a removed gateway could not be removed; the next start tries again', error)
  }
}

/** Removes all rows of a gateway that is gone. */
async function removeLogsOfGateway(store: Store, number: number): Promise<void> {
  while ((await store.logs.removeGateway(number, rowsPerCall)) > 0);
}
