import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import path from 'node:path'
import { readOrMakeSecret } from './secret-file.ts'

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

/** Whether a text is formed like a token, with the right checksum: also one of another instance, or one that was revoked. */
export function isTokenShaped(text: string): boolean {
  if (!/^tg_[0-9A-Za-z]{49}$/.test(text)) return false
  return base62(BigInt(crc32(text.slice(3, 46))), 6) === text.slice(46)
}

/** What is kept of a token: enough random bits are in it that no slow hash is needed. Hex. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'hex')
}

/** A check against one secret that takes the same time for every text of one length. */
export function createSecretCheck(secret: string): (text: string) => boolean {
  const expected = Buffer.from(secret)
  const given = Buffer.alloc(expected.length)
  return (text) => {
    // What a longer text was before may still stand behind a shorter one: that is why the length is a part of the answer.
    given.write(text)
    const isSame = timingSafeEqual(given, expected)
    return isSame && Buffer.byteLength(text) === expected.length
  }
}

/**
 * The admin token of a data folder: read, or made at first start with mode 0600. Throws where the folder cannot be
 * used or the file is empty.
 */
export function loadAdminToken(dataDir: string): { token: string; file: string; isNew: boolean } {
  const file = path.join(dataDir, 'admin-token')
  const { text: token, isNew } = readOrMakeSecret(file, makeToken)
  if (token.length < 16) throw new Error(`${file} holds no usable token: remove it, and a new one is made`)
  return { token, file, isNew }
}
