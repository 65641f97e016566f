/** Members whose values may be secrets, wherever they stand in a body: no error repeats them and no audit entry shows them. */
const secretFields = new Set([
  'authorization',
  'hash',
  'headers',
  'logpush_public_key',
  'secret',
  'store_id',
  'stripe',
  'value',
])

export function isSecretField(name: string): boolean {
  return secretFields.has(name)
}

/** A copy of a JSON value without secrets: that there was one still shows. */
export function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSecretField(name) && member !== null && member !== undefined ? '***' : masked(member),
    ]),
  )
}
