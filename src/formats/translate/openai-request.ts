import { setMember } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { scanTopLevel } from '../scan.ts'

/** What a provider that speaks OpenAI's format calls the model, and the members that have another name there. */
export interface LikeOpenAi {
  model: string
  renames: Readonly<Record<string, string>>
}

/**
 * A chat's body for a provider that speaks OpenAI's format: the model's name as it is there, every other byte untouched,
 * unless a member has another name there. `body`: what the bytes say.
 */
export function toLikeOpenAi(bytes: Buffer, body: JsonObject, { model, renames }: LikeOpenAi): Buffer {
  const renamed = Object.keys(renames).filter((name) => Object.hasOwn(body, name))
  if (renamed.length > 0) return Buffer.from(JSON.stringify({ ...rename(body, renames), model }))
  const known = scanTopLevel(bytes, ['model'])['model']
  // Twice in one body, or too long to be read: rare, and written anew.
  if (!known || known.value !== body['model']) return Buffer.from(JSON.stringify({ ...body, model }))
  return Buffer.concat([bytes.subarray(0, known.start), Buffer.from(JSON.stringify(model)), bytes.subarray(known.end)])
}

/** A member that already stands under the provider's own name stays. */
function rename(body: JsonObject, renames: LikeOpenAi['renames']): JsonObject {
  const renamed: JsonObject = {}
  for (const [name, value] of Object.entries(body)) {
    const to = (Object.hasOwn(renames, name) ? renames[name] : undefined) ?? name
    if (to === name || !Object.hasOwn(body, to)) setMember(renamed, to, value)
  }
  return renamed
}
