import type { JsonObject } from '../json.ts'
import { scanTopLevel } from '../scan.ts'

/** A chat's body for a provider that speaks OpenAI's format: the model's name as it is there, every other byte untouched. */
export function withModel(bytes: Buffer, body: JsonObject, model: string): Buffer {
  const known = scanTopLevel(bytes, ['model'])['model']
  // Twice in one body, or too long to be read: rare, and written anew.
  if (!known || known.value !== body['model']) return Buffer.from(JSON.stringify({ ...body, model }))
  return Buffer.concat([bytes.subarray(0, known.start), Buffer.from(JSON.stringify(model)), bytes.subarray(known.end)])
}
