import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A new token: `tg_`, 43 random characters of base 62 (256 bits), and 6 of checksum, so that a typo is told from a stranger. */
export function makeToken(): string {
  const body = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), 43)
  return `tg_${body}${base62(BigInt(crc32(body)), 6)}`
}

function base62(number: bigint, length: number): string {
  let text = ''
  for (let rest = number; text.length < length; rest /= 62n) text = (alphabet[Number(rest % 62n)] ?? '') + text
  return text
}

/** A check against one secret that takes the same time whatever it is given. */
function createSecretCheck(secret: string): (text: string) => boolean {
  const expected = hash('sha256', secret, 'buffer')
  return (text) => timingSafeEqual(hash('sha256', text, 'buffer'), expected)
}

/**
 * The admin token of a data folder: read, or made at first start with mode 0600. Throws where the folder cannot be
 * used or the file is empty.
 */
export function loadAdminToken(dataDir: string): { token: string; file: string; isNew: boolean } {
  const file = join(dataDir, 'admin-token')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const token = makeToken()
  try {
    writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' })
    return { token, file, isNew: true }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const stored = readFileSync(file, 'utf8').trim()
  if (stored.length < 16) throw new Error(`${file} holds no usable token: remove it, and a new one is made`)
  return { token: stored, file, isNew: false }
}

/** How the instance's own credentials are known. For now the admin token is the only one. */
export interface Credentials {
  /** The credential that stands in a header's or parameter's value, in whatever form; null: none. Cheap where there is none. */
  find(text: string): string | null
  /** Whether a text is one; takes the same time for every text. */
  check(text: string): boolean
}

/** What may stand around a credential: schemes, lists, quotes, and the prefix of a subprotocol. */
const around = /[\s,"'.]+/

export function createCredentials(adminToken: string): Credentials {
  const check = createSecretCheck(adminToken)
  // Its beginning is no secret worth the name, and keeps other values from being taken apart and hashed.
  const start = adminToken.slice(0, 3)
  return {
    check,
    find(text) {
      if (text.length < adminToken.length || !text.includes(start)) return null
      const pieces = [text, text.slice(text.indexOf(' ') + 1).trim(), ...text.split(around)]
      return pieces.find((piece) => piece.length === adminToken.length && check(piece)) ?? null
    },
  }
}
