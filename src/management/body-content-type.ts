/** Above this a body is not parsed only to name its type. */
const maxParsedBytes = 256 * 1024

/**
 * The content type under which a stored body is given out: JSON where it is JSON (what is kept of an event stream is,
 * whatever was declared), else plain text, or bytes where the declared type is no text.
 */
export function bodyContentType(
  body: Uint8Array,
  { declared, isWhole }: { declared: string | null; isWhole: boolean },
): string {
  if (isWhole && isJson(body, declared)) return 'application/json'
  const isBinary = /^(image|audio|video|font)\/|^application\/(octet-stream|pdf|zip)/i.test(declared ?? '')
  return isBinary ? 'application/octet-stream' : 'text/plain; charset=utf-8'
}

function isJson(body: Uint8Array, declared: string | null): boolean {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const first = text.subarray(0, 1).toString()
  // A bare value counts only where JSON was declared, else a text of digits would be a number.
  if (first !== '{' && first !== '[' && !/\bjson\b/i.test(declared ?? '')) return false
  return text.byteLength > maxParsedBytes || parses(text)
}

function parses(text: Buffer): boolean {
  try {
    JSON.parse(text.toString())
    return true
  } catch {
    // Not JSON: that is the answer.
    return false
  }
}
