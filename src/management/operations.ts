import { Hono } from 'hono'
import type { JournalStats } from '../journal/journal.ts'
import type { Kv } from '../kv/kv.ts'
import type { Store } from '../store/store.ts'

export interface OperationsDeps {
  store: Store
  kv: Pick<Kv, 'ping'>
  /** Of all processes that share the store. */
  journalStats: () => JournalStats | Promise<JournalStats>
}

/**
 * What an operator's tools ask: `/healthz` (the process is alive), `/readyz` (its store answers; with what waits in
 * the journal, and whether counters and cached answers can be reached: requests pass without them) and `/metrics` in the Prometheus text format. They need no credential and tell nothing of the traffic's content.
 */
export function createOperations({ store, kv, journalStats }: OperationsDeps): Hono {
  const app = new Hono()
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', async (c) => {
    const { pending, waitingBytes } = await journalStats()
    const journal = { pending, waiting_bytes: waitingBytes }
    const kvState = await kv.ping().then(
      () => 'ready' as const,
      () => 'away' as const,
    )
    try {
      await store.ping()
      return c.json({ status: 'ready', kv: kvState, journal })
    } catch {
      return c.json(
        { status: 'unavailable', kv: kvState, journal, message: 'The store does not answer; the server log says why.' },
        503,
      )
    }
  })
  app.get('/metrics', async (c) => c.text(metrics(await journalStats())))
  return app
}

function metrics({ accepted, dropped, pending, waitingBytes }: JournalStats): string {
  const lines = [
    ['counter', 'tollgate_journal_accepted_total', 'Log entries taken since start', accepted],
    ['counter', 'tollgate_journal_stored_total', 'Of these, moved to the store', accepted - dropped - pending],
    ['counter', 'tollgate_journal_dropped_total', 'Of these, lost because the journal could not be written', dropped],
    ['gauge', 'tollgate_journal_pending', 'Of these, on disk and not in the store yet', pending],
    ['gauge', 'tollgate_journal_waiting_bytes', 'Journal bytes not in the store yet', waitingBytes],
  ] as const
  return lines
    .map(([type, name, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`)
    .join('')
}
