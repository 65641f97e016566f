import type { Clock } from '../kernel/clock.ts'
import type { UpstreamPolicy } from '../kernel/public-address.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { Vault } from '../kernel/vault.ts'
import type { Kv } from '../kv/kv.ts'
import type { Credentials } from '../live/credentials.ts'
import type { Live } from '../live/live.ts'
import type { Store } from '../store/store.ts'

/** What the management API is built on. */
export interface ManagementDeps {
  store: Store
  /** The compiled settings in memory. */
  live: Pick<Live, 'apply' | 'gateway' | 'all'>
  /** Where answers are cached, and the line to other processes. */
  kv: Pick<Kv, 'drop' | 'publish'>
  clock: Clock
  log: TextLog
  newId(): string
  credentials: Credentials
  /** Which addresses users may give. */
  upstreamPolicy: Pick<UpstreamPolicy, 'faultOf'>
  /** Seals the secrets that are stored. */
  vault: Vault
  adminEmail: string
  /** Where clients reach this server, without a trailing slash. */
  publicUrl: string
  /** Slugs of the providers for which the operator gave a key. */
  keyedProviders: ReadonlySet<string>
  /** Called when there is a new evaluation to run. */
  onEvaluation(): void
  /** Resolves when the requests finished so far have their rows in the store, or after a bounded wait. */
  caughtUp(): Promise<void>
  /** Resolves when what other processes changed before is in force here; null where there is no other process. */
  catchUpSettings: (() => Promise<void>) | null
}
