import { pricedModels } from '../pricing/priced-models.ts'
import { providers } from '../providers/index.ts'
import type { Door } from './door.ts'

/** Whether a request asks for the models that chats can name. */
export function isModelList(door: Door, method: string): boolean {
  return method === 'GET' && /^(?:v1\/)?models\/?$/.test(door.path)
}

/** Models that do something else than chat, by the words in their names; the price table does not tell them apart. */
const otherModels = /embed|rerank|whisper|transcri|tts|dall-e|moderation|image|audio|realtime|veo|sora|search-api/i

/** OpenAI's list of the models that the price table knows of providers that take chats. */
export function modelList(): Buffer {
  return Buffer.from(JSON.stringify({ object: 'list', data: providers.flatMap(modelsOf) }))
}

function modelsOf({ slug, priceId, chats = [] }: (typeof providers)[number]): object[] {
  // Where a name holds more than the model, as a resource of Azure's, only the client knows it.
  const route = chats.find(({ model }) => model === '{model}' || !/\{(?!model\})/.test(model))
  if (!route || priceId === null) return []
  const prefix = route.model.replace('{model}', '')
  return pricedModels(priceId)
    .filter((model) => !otherModels.test(model))
    .map((model) => ({ id: `${slug}/${prefix}${model}`, object: 'model', created: 0, owned_by: slug }))
}
