const star = '*'.charCodeAt(0)
/** Shorter texts are not secrets worth the name, and masking them would eat ordinary words. */
export const shortestSecret = 8

/** Overwrites every occurrence of `secret` in place with `*`. */
export function mask(bytes: Buffer, secret: string): void {
  if (secret.length < shortestSecret) return
  for (let at = bytes.indexOf(secret, 0, 'latin1'); at !== -1; at = bytes.indexOf(secret, at, 'latin1')) {
    bytes.fill(star, at, at + secret.length)
    at += secret.length
  }
}

/** The same bytes if no secret is in them, else a masked copy: the original may still be on its way to somebody. */
export function masked(bytes: Uint8Array | null, secrets: readonly string[]): Buffer | null {
  if (!bytes) return null
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found = secrets.some((secret) => secret.length >= shortestSecret && view.includes(secret, 0, 'latin1'))
  if (!found) return view
  const copy = Buffer.from(view)
  for (const secret of secrets) mask(copy, secret)
  return copy
}
