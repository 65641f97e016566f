/** A gateway as it is stored: the settings are kept whole, also fields that no part understands yet. */
export interface GatewayRecord {
  /** Internal number, never reused: everything counted, cached or logged is keyed by it. */
  number: number
  accountId: string
  id: string
  /** All settings as the management API shows them, without `id`, `created_at` and `modified_at`. */
  settings: Record<string, unknown>
  /** Rises when the cached answers are to be forgotten: it is part of every cache key. */
  cacheEpoch: number
  createdMs: number
  modifiedMs: number
}
