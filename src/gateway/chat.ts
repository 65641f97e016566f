import type { RequestFacts } from '../formats/format.ts'
import type { JsonObject } from '../formats/json.ts'
import { asObject, asText, parseObject } from '../formats/json.ts'
import { formats } from '../formats/index.ts'
import { translators } from '../formats/translate/index.ts'
import { toLikeOpenAi } from '../formats/translate/openai-request.ts'
import { type TranslatedRequest, type Translator, Untranslatable } from '../formats/translate/translator.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { GatewaySnapshot } from '../live/live.ts'
import { type ChatAddress, chatAddressOf, splitModel } from '../providers/chat-address.ts'
import { findProvider } from '../providers/index.ts'
import { carryCredential } from './carry-credential.ts'
import { type Door, shown } from './door.ts'
import type { RequestBody } from './request-body.ts'
import type { RequestOptions } from './request-options.ts'
import type { ChooseTarget, Target } from './target.ts'
import { type Translation, translateCall } from './translate-call.ts'

/** What stands before the name of a dynamic route in place of a model. */
export const routePrefix = 'dynamic/'

export const chatFormat = formats['openai-chat']

/** What the client asked for, in its own words. */
export function readChatFacts({ fields }: RequestBody): RequestFacts {
  return chatFormat.readRequest({ path: '', query: '', fields })
}

export interface ChatRequest {
  door: Door
  method: string
  options: RequestOptions
  gateway: GatewaySnapshot
  body: RequestBody
  /** Of the row, from which an answer without an id gets one. */
  id: string
  startedMs: number
}

/** A chat that was read as a whole, and is not for any provider yet. */
export interface OpenChat {
  fields: JsonObject
  /** The model as the client names it. */
  model: string
}

/** A chat on its way to its provider. */
export interface Chat {
  target: Target
  /** The client's, with the model as its provider calls it. */
  body: RequestBody
}

/** Reads a chat. Throws `chat_invalid` for what is none, `method_unsupported` and `body_too_large`. */
export function openChat(request: ChatRequest): OpenChat {
  checkChatDoor(request)
  const fields = parseChat(request.body)
  const model = asText(fields['model'])
  if (model === null) throw invalid('model is missing', ['model'])
  if (typeof (fields['stream'] ?? false) !== 'boolean') throw invalid('stream is neither true nor false', ['stream'])
  return { fields, model }
}

/** The name of the dynamic route that is to find the model; null where the chat names one itself. */
export function routeNameOf({ model }: OpenChat): string | null {
  return model.startsWith(routePrefix) ? model.slice(routePrefix.length) : null
}

/**
 * Finds the target of a chat by its model, and makes what is sent there. Throws `chat_invalid` for what cannot be said there,
 * `provider_invalid` for a model without a provider, and what `chooseTarget` throws. `model`: the client's, or another one in
 * its place.
 */
export function addressChat(
  request: ChatRequest,
  { fields: chat }: OpenChat,
  model: string,
  chooseTarget: ChooseTarget,
): Chat {
  const { door, options, gateway, body } = request
  const isStream = chat['stream'] === true
  const address = addressOf(model, isStream)
  const provider = findProvider(address.slug)
  if (provider) carryCredential(provider, options)
  const native: Door = { ...door, slug: address.slug, path: address.path, query: address.query }
  // The client's query was for this door, and is not the provider's.
  const target = chooseTarget(native, Object.assign(options, { query: address.query }), gateway)
  if (target.isSigned) throw invalid('the request is signed for its provider, and cannot be translated', ['model'])
  const translator = translators[target.format.name] ?? null
  const made = translator
    ? translate(translator, chat, address)
    : { bytes: toLikeOpenAi(body.bytes, chat, address), headers: [], dropped: [] }
  const asked = {
    id: `chatcmpl-${request.id}`,
    createdSeconds: Math.floor(request.startedMs / 1000),
    model: address.model,
    includesUsage: asObject(chat['stream_options'])?.['include_usage'] === true,
  }
  options.forwarded = withHeaders(options.forwarded, made.headers, translator !== null)
  // What comes back is OpenAI's, whatever the provider speaks.
  const format = translator ? chatFormat : target.format
  const translation: Translation = { translator, format, asked, isStream }
  return {
    target: {
      ...target,
      format,
      chat: {
        bytes: made.bytes,
        model: address.model,
        dropped: made.dropped,
        isTranslated: translator !== null,
        translate: (call) => translateCall(call, translation),
      },
    },
    body: { ...body, fields: { ...body.fields, model: address.model } },
  }
}

function checkChatDoor({ door, method, body }: ChatRequest): void {
  const path = door.path.replace(/^v1\//, '').replace(/\/$/, '')
  if (path !== 'chat/completions') {
    throw new GatewayError(
      'chat_invalid',
      `Compatibility endpoint: ${shown(door.path)} is not supported. Use chat/completions or models`,
    )
  }
  if (method !== 'POST') throw new GatewayError('method_unsupported', `${method} is not allowed here: use POST`)
  if (body.rest === null) return
  throw new GatewayError(
    'body_too_large',
    `The chat has more than ${body.bytes.length} bytes, and is not read further: send large files to the provider's own ` +
      'address',
  )
}

function parseChat({ bytes, fields }: RequestBody): JsonObject {
  // A small body with messages was parsed as a whole already.
  if (Object.hasOwn(fields, 'messages')) return { ...fields }
  const chat = parseObject(bytes.toString('utf8'))
  if (!chat) throw invalid('the body is not a JSON object', [])
  return chat
}

function addressOf(name: string, isStream: boolean): ChatAddress {
  const split = splitModel(name)
  if (!split) {
    throw new GatewayError(
      'provider_invalid',
      `Invalid provider: the model ${shown(name)} names none: use {provider}/{model}, as openai/gpt-4o-mini`,
      { path: ['model'] },
    )
  }
  const address = chatAddressOf(split.slug, split.model, isStream)
  if (address) return address
  const allowed = (findProvider(split.slug)?.chats ?? []).map((route) => `${split.slug}/${route.model}`).join(', ')
  const why = allowed === '' ? `${shown(split.slug)} takes no chats` : `its models are ${allowed}`
  throw new GatewayError('provider_invalid', `Model not found: ${shown(name)}: ${why}`, { path: ['model'] })
}

function translate(
  translator: Translator,
  chat: JsonObject,
  { model, adds, omits }: ChatAddress,
): Omit<TranslatedRequest, 'body'> & { bytes: Buffer } {
  try {
    const { body, headers, dropped } = translator.toProvider(chat, model)
    const whole: JsonObject = { ...body, ...adds }
    for (const name of omits) delete whole[name]
    return { bytes: Buffer.from(JSON.stringify(whole)), headers, dropped }
  } catch (error) {
    if (error instanceof Untranslatable) throw invalid(error.message, error.param.split('.'))
    if (error instanceof RangeError) throw invalid('the body is nested too deeply', [])
    throw error
  }
}

function invalid(message: string, path: readonly string[]): GatewayError {
  return new GatewayError('chat_invalid', `Chat completion bad format: ${message}`, { path })
}

/** What OpenAI's clients say to OpenAI alone. */
const ofOpenAi = /^(?:openai-|accept$)/i

/** The headers for a provider: JSON, without what is for OpenAI where it is another format, and with what that format needs. */
function withHeaders(forwarded: readonly string[], needed: readonly string[], isTranslated: boolean): string[] {
  const kept: string[] = []
  const names = new Set<string>()
  for (let at = 0; at + 1 < forwarded.length; at += 2) {
    const name = forwarded[at] ?? ''
    if (/^content-/i.test(name) || (isTranslated && ofOpenAi.test(name))) continue
    names.add(name.toLowerCase())
    kept.push(name, forwarded[at + 1] ?? '')
  }
  kept.push('content-type', 'application/json')
  for (let at = 0; at + 1 < needed.length; at += 2) {
    const name = needed[at] ?? ''
    if (!names.has(name)) kept.push(name, needed[at + 1] ?? '')
  }
  return kept
}
