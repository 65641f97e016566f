/** Of one row: 64 Ki characters, the answer's share at most half of it. */
const mostCharacters = 65_536

/** Values of these members say what something is, not what somebody wrote: nearly every body has them. */
const labels = new Set(['role', 'type', 'object', 'finish_reason', 'stop_reason', 'system_fingerprint'])

/** Images and the like in base64: no words, but many letters. */
const encoded = /^[\w+/=:;,.-]{256,}$/

/**
 * What one can read in the bodies of a row, piece by piece: the texts in JSON, else all of it; nothing of what is no UTF-8. At
 * most 64 Ki characters. Of a request the end comes first, where the newest message is.
 */
export function textOfBodies({
  request,
  response,
}: {
  request: Uint8Array | null
  response: Uint8Array | null
}): string[] {
  const answered = upTo(mostCharacters / 2, piecesOf(response))
  const used = answered.reduce((sum, piece) => sum + piece.length, 0)
  return [...answered, ...upTo(mostCharacters - used, piecesOf(request).toReversed())]
}

function piecesOf(body: Uint8Array | null): string[] {
  if (body === null) return []
  if (body[0] === 0x7b || body[0] === 0x5b) {
    try {
      const pieces: string[] = []
      collect(JSON.parse(new TextDecoder().decode(body)), pieces)
      return pieces
    } catch {
      // Not JSON, or cut off.
    }
  }
  try {
    // With `stream` a character that is cut in half at the end is no fault.
    const decoder = new TextDecoder('utf-8', { fatal: true })
    return [decoder.decode(body.subarray(0, mostCharacters), { stream: true })]
  } catch {
    return []
  }
}

function collect(value: unknown, pieces: string[]): void {
  if (typeof value === 'string') {
    if (!encoded.test(value)) pieces.push(value)
  } else if (Array.isArray(value)) {
    // Vectors may be long.
    if (typeof value[0] !== 'number') for (const item of value) collect(item, pieces)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) if (!labels.has(name)) collect(member, pieces)
  }
}

function upTo(limit: number, pieces: readonly string[]): string[] {
  const kept: string[] = []
  let left = limit
  for (const piece of pieces) {
    if (left <= 0) break
    kept.push(piece.slice(0, left))
    left -= piece.length
  }
  return kept
}
