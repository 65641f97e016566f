import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { recordedStream } from '../formats/recorded.ts'
import type { Feature } from './asks.ts'
import type { Target } from './targets.ts'

/** What `fixtures/README.md` says of a file. */
const fixtureSchema = z.strictObject({
  kind: z.enum(['recorded', 'simulated']),
  source: z.url({ protocol: /^https$/ }),
  date: z.iso.date(),
  answer: z.strictObject({
    status: z.int().min(200).max(599),
    contentType: z.string(),
    body: z.record(z.string(), z.unknown()).optional(),
    text: z.string().optional(),
    bodyBase64: z.base64().optional(),
    file: z.string().optional(),
  }),
})

/** The same of a file in `src/providers/fixtures/`, as far as it is needed here. */
const providerSchema = z.object({
  kind: z.enum(['recorded', 'simulated']),
  source: z.url(),
  date: z.iso.date(),
  request: z.object({ path: z.string() }),
  answer: z.object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.unknown() }),
})

/** An answer of a provider, with what is known of where it comes from. */
export interface Fixture {
  /** Where it is, for the page: `groq/tools`. */
  name: string
  /** Slug of the provider that gave it; another one's where it only has the same format. */
  of: string
  kind: 'recorded' | 'simulated'
  source: string
  date: string
  answer: { status: number; contentType: string; bytes: Buffer }
}

/** Whose format each is. */
const homes: Readonly<Record<Target['format'], string>> = {
  'openai-chat': 'openai',
  'anthropic-messages': 'anthropic',
  gemini: 'google-ai-studio',
  'bedrock-converse': 'aws-bedrock',
  'cohere-chat': 'cohere',
}

/** The answer on which a cell rests: the provider's own, or else its format's. Throws where there is none. */
export function findFixture({ slug, format }: Pick<Target, 'slug' | 'format'>, feature: Feature): Fixture {
  const column = feature.replace(' ', '-')
  const home = homes[format]
  // Where bytes pass as they are, any plain answer will do.
  const plain = feature === 'plain' && format === 'openai-chat'
  const own = readOne(`${slug}/${column}`) ?? (plain ? readProviders(slug) : null)
  if (own) return { ...own, of: slug }
  const shared = readOne(`${format}/${column}`) ?? (plain ? readProviders(home) : null)
  if (shared) return { ...shared, of: home }
  throw new Error(`no fixture for ${slug}: write test/conformance/fixtures/${format}/${column}.json`)
}

function readOne(name: string): Omit<Fixture, 'of'> | null {
  const file = new URL(`fixtures/${name}.json`, import.meta.url)
  if (!existsSync(file)) return null
  const { answer, ...known } = fixtureSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const { status, contentType } = answer
  return { ...known, name, answer: { status, contentType, bytes: bytesOf(answer) } }
}

function bytesOf({ body, text, bodyBase64, file }: z.infer<typeof fixtureSchema>['answer']): Buffer {
  if (file !== undefined) return recordedStream(file).bytes
  if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, 'base64')
  return Buffer.from(text ?? JSON.stringify(body))
}

/** Some of those are answers at other addresses than the one for chats. */
function readProviders(slug: string): Omit<Fixture, 'of'> | null {
  const file = new URL(`../../src/providers/fixtures/${slug}.json`, import.meta.url)
  if (!existsSync(file)) return null
  const { request, answer, ...known } = providerSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  if (!/chat\/completions(?:\?|$)/.test(request.path)) return null
  const contentType = answer.headers['content-type'] ?? 'application/json'
  const bytes = Buffer.from(JSON.stringify(answer.body))
  return { ...known, name: `${slug}/plain`, answer: { status: answer.status, contentType, bytes } }
}
