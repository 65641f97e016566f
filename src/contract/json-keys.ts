import { z } from 'zod'

/*
 * Provider keys that are no text to be sent but a JSON object: with them a request is signed, or an access token is got.
 */

/** A key of Amazon's. `region` is what Cloudflare's form has; the region of a request is in its path. */
const sigv4Schema = z.object({
  accessKeyId: z.string().regex(/^\w{1,128}$/),
  secretAccessKey: z.string().min(1).max(256),
  sessionToken: z
    .string()
    .regex(/^[!-~]+$/)
    .nullish(),
  region: z.string().nullish(),
})

/** What Google's console gives for a service account; what else is in it is not used. */
const serviceAccountSchema = z.object({
  client_email: z.string().min(1),
  private_key: z.string().includes('-----BEGIN'),
  private_key_id: z.string().nullish(),
})

const schemas = { sigv4: sigv4Schema, 'service-account': serviceAccountSchema } as const
export type JsonKeyForm = keyof typeof schemas
export type JsonKeys = { [F in JsonKeyForm]: z.output<(typeof schemas)[F]> }

/** Whether a secret is meant as a JSON object. */
export function isJsonKey(secret: string): boolean {
  return secret.startsWith('{')
}

/** A JSON key taken apart. Null where it is not one of this form; never says why, for that would be words of the secret. */
export function readJsonKey<F extends JsonKeyForm>(form: F, secret: string): JsonKeys[F] | null {
  try {
    const { success, data } = schemas[form].safeParse(JSON.parse(secret))
    // The schema of this form, which TypeScript does not follow through the table.
    return success ? (data as JsonKeys[F]) : null
  } catch {
    return null
  }
}
