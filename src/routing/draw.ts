/** What is drawn is below this. */
export const drawn = 100_000

/**
 * Draws a number for a key, always the same for the same salt, and evenly over many keys: FNV-1a, with the last step of
 * MurmurHash3, which spreads what differs in the last characters only.
 */
export function createDraw(salt: string): (key: string) => number {
  const salted = hash(2_166_136_261, `${salt}\n`)
  return (key) => {
    let bits = hash(salted, key)
    bits = Math.imul(bits ^ (bits >>> 16), 0x85_eb_ca_6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2_b2_ae_35)
    return ((bits ^ (bits >>> 16)) >>> 0) % drawn
  }
}

function hash(from: number, text: string): number {
  let bits = from
  for (let at = 0; at < text.length; at++) bits = Math.imul(bits ^ text.charCodeAt(at), 16_777_619)
  return bits
}
