import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import path from 'node:path'
import { readOrMakeSecret } from './secret-file.ts'

/** Keeps secrets that must be read again, such as providers' keys: AES-256-GCM, so that a change is seen. */
export interface Vault {
  /** `place` is where the secret belongs, such as the id of what has it: from any other place it cannot be opened. */
  seal(secret: string, place: string): string
  /** Null where it cannot be opened: sealed with a key that is not here, for another place, or changed. */
  open(sealed: string, place: string): string | null
  /** The ids of its keys, newest first. They tell nothing of them. */
  keyIds: readonly string[]
  /** The same secret sealed with the newest key; null where it is that already, or cannot be opened. */
  reseal(sealed: string, place: string): string | null
}

const algorithm = 'aes-256-gcm'
const keyBytes = 32
const ivBytes = 12
const tagBytes = 16
/** `v1.`, the id of the key, and the bytes in base64: the random IV, the tag, the encrypted secret. */
const sealedPattern = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/

/**
 * A vault with these keys, as `readVaultKeys` takes them apart: the first one seals, all of them open, so that a new one
 * may be put before the old one. Throws where there is none.
 */
export function createVault(text: string): Vault {
  const keys = readVaultKeys(text)
  const [first] = keys ?? []
  if (!keys || !first) throw new Error('The vault has no key.')
  const byId = new Map(keys.map((key) => [idOf(key), key]))
  const firstId = idOf(first)
  const vault: Vault = {
    keyIds: [...byId.keys()],
    reseal(sealed, place) {
      if (sealed.startsWith(`v1.${firstId}.`)) return null
      const secret = vault.open(sealed, place)
      return secret === null ? null : vault.seal(secret, place)
    },
    seal(secret, place) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv(algorithm, first, iv).setAAD(Buffer.from(place))
      const encrypted = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return `v1.${firstId}.${Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64url')}`
    },
    open(sealed, place) {
      const [, id = '', text64 = ''] = sealedPattern.exec(sealed) ?? []
      const key = byId.get(id)
      const bytes = Buffer.from(text64, 'base64url')
      if (!key || bytes.length < ivBytes + tagBytes) return null
      const iv = bytes.subarray(0, ivBytes)
      const decipher = createDecipheriv(algorithm, key, iv, { authTagLength: tagBytes })
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8')
      } catch {
        return null
      }
    },
  }
  return vault
}

/** Keys of 32 bytes in base64, separated by commas or white space, newest first. Null for a text that is no such thing. */
export function readVaultKeys(text: string): Buffer[] | null {
  const pieces = text.split(/[\s,]+/).filter((piece) => piece !== '')
  // Both alphabets of base64 are read; a wrong character would be passed over.
  const keys = pieces.map((piece) => (/^[A-Za-z0-9+/_-]{43}=?$/.test(piece) ? Buffer.from(piece, 'base64') : null))
  const whole = keys.filter((key) => key?.length === keyBytes)
  return pieces.length > 0 && whole.length === pieces.length ? whole.filter((key) => key !== null) : null
}

/** The keys of a data folder: read, or made at first start with mode 0600. Throws where the file holds none. */
export function loadVaultKeys(dataDir: string): string {
  const file = path.join(dataDir, 'encryption-key')
  const { text } = readOrMakeSecret(file, () => randomBytes(keyBytes).toString('base64'))
  if (readVaultKeys(text)) return text
  throw new Error(
    `${file} holds no usable key (32 bytes in base64): put the right one back, or remove the file, and a new one is made ` +
      'that cannot open the provider keys stored so far',
  )
}

/** Tells keys apart, and tells nothing of them. */
function idOf(key: Buffer): string {
  return createHmac('sha256', key).update('tollgate key id').digest('hex').slice(0, 8)
}
