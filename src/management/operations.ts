import { Hono } from 'hono'
import type { JournalStats } from '../journal/journal.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Kv } from '../kv/kv.ts'
import type { LogCount, Store } from '../store/store.ts'
import type { WordLag } from '../store/word-store.ts'

export interface OperationsDeps {
  store: Store
  kv: Pick<Kv, 'ping'>
  clock: Clock
  /** Of all processes that share the store. */
  journalStats: () => JournalStats | Promise<JournalStats>
}

/**
 * What an operator's tools ask: `/healthz` (the process is alive), `/readyz` (its store answers; with what waits in
 * the journal, and whether counters and cached answers can be reached: requests pass without them) and `/metrics` in the Prometheus text format. They need no credential and tell nothing of the traffic's content.
 */
export function createOperations({ store, kv, clock, journalStats }: OperationsDeps): Hono {
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
  app.get('/metrics', async (c) => {
    // Whatever the store does, the journal can be told of.
    const counts = await store.logs.counts().catch(() => null)
    const lags = await store.words.lags().catch(() => null)
    const ofStore = [...(counts === null ? [] : ofLogs(counts)), ...(lags === null ? [] : ofWords(lags, clock.nowMs()))]
    return c.text(format([...ofJournal(await journalStats()), ...ofStore]))
  })
  return app
}

type Metric = readonly [type: 'counter' | 'gauge', name: string, help: string, value: number]

function ofJournal({ accepted, dropped, pending, waitingBytes }: JournalStats): Metric[] {
  return [
    ['counter', 'tollgate_journal_accepted_total', 'Log entries taken since start', accepted],
    ['counter', 'tollgate_journal_stored_total', 'Of these, moved to the store', accepted - dropped - pending],
    ['counter', 'tollgate_journal_dropped_total', 'Of these, lost because the journal could not be written', dropped],
    ['gauge', 'tollgate_journal_pending', 'Of these, on disk and not in the store yet', pending],
    ['gauge', 'tollgate_journal_waiting_bytes', 'Journal bytes not in the store yet', waitingBytes],
  ]
}

function ofLogs(counts: readonly LogCount[]): Metric[] {
  const sum = (member: 'rows' | 'refused'): number => counts.reduce((total, count) => total + count[member], 0)
  const refused = 'Rows not stored because their gateway was full (log_management, STOP_INSERTING)'
  return [
    ['gauge', 'tollgate_logs_rows', 'Rows in the store', sum('rows')],
    ['counter', 'tollgate_logs_refused_total', refused, sum('refused')],
  ]
}

function ofWords(lags: readonly WordLag[], nowMs: number): Metric[] {
  const rows = lags.reduce((total, lag) => total + lag.rows, 0)
  const oldestMs = Math.min(nowMs, ...lags.flatMap((lag) => lag.oldestMs ?? []))
  const seconds = 'Seconds since the oldest of the rows came that are new and not searchable by their bodies yet'
  return [
    ['gauge', 'tollgate_log_words_pending', 'Rows not searchable by their bodies yet (log_text_search)', rows],
    ['gauge', 'tollgate_log_words_lag_seconds', seconds, (nowMs - oldestMs) / 1000],
  ]
}

function format(metrics: readonly Metric[]): string {
  return metrics
    .map(([type, name, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`)
    .join('')
}
