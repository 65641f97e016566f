import { asList, asObject, asText } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { Untranslatable } from './translator.ts'

/** One part of a message's content. `cache`: its `cache_control`, as clients send it for Anthropic's prompt cache. */
export type HubPart = (
  | { type: 'text'; text: string }
  | { type: 'image'; media: Media }
  | { type: 'audio'; media: Media }
  | { type: 'file'; media: Media; name: string | null }
) & { cache: unknown; param: string }

/** Bytes in base64, an address, or a file that was uploaded before. */
export type Media =
  | { from: 'data'; mimeType: string; base64: string }
  | { from: 'url'; url: string }
  | { from: 'id'; id: string }

/** The parts of a `content`; a text is one part. `param` names it in refusals. */
export function readParts(content: unknown, param: string): HubPart[] {
  if (content === null || content === undefined) return []
  if (typeof content === 'string') return [{ type: 'text', text: content, cache: undefined, param }]
  if (!Array.isArray(content)) throw new Untranslatable(param, `${param} is neither a text nor a list of parts`)
  return content.map((part, at) => readPart(asObject(part), `${param}.${at}`))
}

/** The texts of parts that may hold nothing else. */
export function textOf(parts: readonly HubPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** A refusal of a part that the target's format has no place for. */
export function unfit(part: HubPart, what: string): Untranslatable {
  return new Untranslatable(part.param, `${part.param} cannot be carried: this provider does not take ${what}`)
}

function readPart(part: JsonObject | null, param: string): HubPart {
  const cache = part?.['cache_control'] ?? undefined
  switch (part?.['type']) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: needText(part[String(part['type'])], param), cache, param }
    case 'image_url': {
      const image = part['image_url']
      return { type: 'image', media: readMedia(asObject(image)?.['url'] ?? image, param), cache, param }
    }
    case 'input_audio': {
      const audio = asObject(part['input_audio'])
      const mimeType = `audio/${asText(audio?.['format']) ?? 'wav'}`
      const media: Media = { from: 'data', mimeType, base64: needText(audio?.['data'], param) }
      return { type: 'audio', media, cache, param }
    }
    case 'file': {
      const file = asObject(part['file'])
      const id = asText(file?.['file_id'])
      const media: Media = id === null ? readMedia(file?.['file_data'], param) : { from: 'id', id }
      return { type: 'file', media, name: asText(file?.['filename']), cache, param }
    }
    default:
      throw new Untranslatable(
        param,
        `${param} has the type ${JSON.stringify(part?.['type'] ?? null).slice(0, 60)}: text, image_url, input_audio, ` +
          'file and refusal are allowed',
      )
  }
}

function needText(value: unknown, param: string): string {
  if (typeof value === 'string') return value
  throw new Untranslatable(param, `${param} lacks its text`)
}

const longestType = 200

function readMedia(value: unknown, param: string): Media {
  const url = typeof value === 'string' ? value : ''
  if (/^(?:https?|gs|s3):\/\//.test(url)) return { from: 'url', url }
  const comma = url.slice(0, longestType).indexOf(',')
  const [mimeType = '', ...flags] = url.slice('data:'.length, comma).split(';')
  if (!url.startsWith('data:') || comma === -1 || !flags.includes('base64')) {
    throw new Untranslatable(param, `${param} has no usable address: https://... or data:{type};base64,... is allowed`)
  }
  return { from: 'data', mimeType: mimeType || 'application/octet-stream', base64: url.slice(comma + 1) }
}

const typesByEnding: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  mp3: 'audio/mp3',
  wav: 'audio/wav',
  mp4: 'video/mp4',
}

/** What an address most likely leads to, by the ending of its path. */
export function typeOfUrl(url: string, otherwise: string): string {
  const ending = /\.(\w+)(?:[?#]|$)/.exec(url.slice(url.lastIndexOf('/')))?.[1]?.toLowerCase() ?? ''
  return (Object.hasOwn(typesByEnding, ending) ? typesByEnding[ending] : undefined) ?? otherwise
}

/** The members of a list that are objects. */
export function objectsOf(list: unknown): JsonObject[] {
  return asList(list)
    .map(asObject)
    .filter((entry) => entry !== null)
}
