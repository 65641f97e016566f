/** The strategy of a gateway that takes no rows above its limit. */
export const stopInserting = 'STOP_INSERTING'

/** How many rows a gateway holds at most, and what happens above that; null: it holds any number. */
export function rowLimitOf(settings: Record<string, unknown>): {
  maxRows: number
  strategy: 'STOP_INSERTING' | 'DELETE_OLDEST'
} | null {
  const maxRows = settings['log_management']
  if (typeof maxRows !== 'number') return null
  // Cloudflare's own default: new rows are worth more than old ones.
  return { maxRows, strategy: settings['log_management_strategy'] === stopInserting ? stopInserting : 'DELETE_OLDEST' }
}

/** How many days a gateway keeps its rows; null: for ever. */
export function retentionDaysOf(settings: Record<string, unknown>): number | null {
  const days = settings['log_retention_days']
  return typeof days === 'number' ? days : null
}
