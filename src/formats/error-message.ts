import { asList, asObject, asText } from './json.ts'

const longest = 1000

/**
 * The message of a provider's error body, whatever its family; null where the body is no error. Known shapes:
 * `{ error: { message } }` (OpenAI, Anthropic, Google, Groq), `{ error: "..." }`, `{ errors: [{ message }] }` with
 * `success: false` (Cloudflare), `{ message }` (Mistral, Cohere, AWS), `{ detail: "..." }` and `{ detail: [{ msg }] }`
 * (FastAPI), `{ detail: { message } }` (ElevenLabs), `{ err_msg }` (Deepgram).
 * At most 1000 characters.
 */
export function errorMessage(body: unknown): string | null {
  const fields = asObject(body)
  if (!fields) return null
  const message =
    ofError(fields['error']) ??
    ofErrors(fields['errors']) ??
    asText(fields['message']) ??
    asText(fields['Message']) ??
    asText(fields['err_msg']) ??
    ofDetail(fields['detail'])
  return message === null ? null : message.slice(0, longest)
}

function ofError(error: unknown): string | null {
  if (typeof error === 'string') return asText(error)
  const fields = asObject(error)
  if (!fields) return null
  return asText(fields['message']) ?? asText(fields['type']) ?? asText(fields['code']) ?? 'error without a message'
}

function ofErrors(errors: unknown): string | null {
  const first = asObject(asList(errors)[0])
  return first && ofError(first)
}

function ofDetail(detail: unknown): string | null {
  return asText(detail) ?? asText(asObject(detail)?.['message']) ?? asText(asObject(asList(detail)[0])?.['msg'])
}
