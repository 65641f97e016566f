/** One change of the settings: who did what to what. It is stored in the transaction of the change itself. */
export interface AuditEntry {
  /** UUIDv7. */
  id: string
  accountId: string
  /** The gateway's name; null where the change is of the account. */
  gatewayId: string | null
  /** `admin`, `system` (a gateway that came into being by itself), or the id of a token. */
  actor: string
  action: 'create' | 'update' | 'delete'
  /** The noun: `gateway`, `token`, ... */
  resource: string
  resourceId: string
  /** As the API shows it, secrets masked; null where there was or is nothing. */
  before: unknown
  after: unknown
  atMs: number
}
