import { customPrefix } from '../contract/custom-providers.ts'
import type { Config } from '../kernel/config.ts'
import type { CustomProviderSnapshot } from '../live/custom-providers.ts'
import type { GatewaySnapshot, Live } from '../live/live.ts'
import { isUsable } from '../live/provider-keys.ts'
import { pricedModels } from '../pricing/priced-models.ts'
import { providers } from '../providers/index.ts'
import type { Provider } from '../providers/provider.ts'
import { routePrefix } from './chat.ts'
import type { Door } from './door.ts'
import type { RequestOptions } from './request-options.ts'

/** Whether a request asks for the models that chats can name. */
export function isModelList(door: Door, method: string): boolean {
  return method === 'GET' && /^(?:v1\/)?models\/?$/.test(door.path)
}

/**
 * OpenAI's list of the models that a chat can name at a gateway: those of its providers that the price table knows, or
 * `{provider}/*` where nobody knows them; those of the account's own providers, and the gateway's dynamic routes. Whoever comes
 * with a token and no key of a provider is told of those providers alone for which there is a key here.
 */
export type ListModels = (gateway: GatewaySnapshot, options: RequestOptions) => Buffer

export interface ListModelsDeps {
  config: Pick<Config, 'providers'>
  live: Pick<Live, 'providerKeys' | 'customProviders' | 'dynamicRoutes'>
}

export function createListModels({ config, live }: ListModelsDeps): ListModels {
  const hasKey = (gateway: GatewaySnapshot, slug: string): boolean => {
    if (live.providerKeys(gateway.number, slug)?.all.some(isUsable)) return true
    const { apiKey = null, baseUrl = null } = config.providers.get(slug) ?? {}
    // A server of the operator's own may want none.
    return !gateway.byokOnly && (apiKey !== null || baseUrl !== null)
  }
  return (gateway, options) => {
    const needsKey = options.authenticated && !bringsKey(options)
    const data = [
      ...live.dynamicRoutes(gateway.number).map(({ name }) => entry(`${routePrefix}${name}`, 'dynamic')),
      ...live.customProviders(gateway.accountId).flatMap(modelsOfCustom),
      ...providers.flatMap((provider) => {
        const isKeyed = hasKey(gateway, provider.slug)
        return isKeyed || !needsKey ? modelsOf(provider, isKeyed) : []
      }),
    ]
    return Buffer.from(JSON.stringify({ object: 'list', data }))
  }
}

/** A key of a provider's, in `Authorization` as chats have it. */
function bringsKey({ forwarded }: RequestOptions): boolean {
  return forwarded.some((text, at) => at % 2 === 0 && text.toLowerCase() === 'authorization')
}

/** Models that do something else than chat, by the words in their names; the price table does not tell them apart. */
const otherModels = /embed|rerank|whisper|transcri|tts|dall-e|moderation|image|audio|realtime|veo|sora|search-api/i

function modelsOf({ slug, priceId, chats = [] }: Provider, isKeyed: boolean): object[] {
  if (chats.length === 0) return []
  // Where a name holds more than the model, as a resource of Azure's, only the client knows it.
  const route = chats.find(({ model }) => model === '{model}' || !/\{(?!model\})/.test(model))
  const prefix = route?.model.replace('{model}', '') ?? ''
  const known = route && priceId !== null ? pricedModels(priceId).filter((model) => !otherModels.test(model)) : []
  if (known.length === 0) return isKeyed ? [entry(`${slug}/*`, slug)] : []
  return known.map((model) => entry(`${slug}/${prefix}${model}`, slug))
}

/** What such a server has is known where its costs name it. */
function modelsOfCustom({ slug, isEnabled, costs }: CustomProviderSnapshot): object[] {
  if (!isEnabled) return []
  const named = costs.filter(({ enable, model_rule: rule }) => enable && rule === 'equals').map(({ model }) => model)
  const models = named.length > 0 ? new Set(named) : ['*']
  return Array.from(models, (model) => entry(`${customPrefix}${slug}/${model}`, `${customPrefix}${slug}`))
}

function entry(id: string, owner: string): object {
  return { id, object: 'model', created: 0, owned_by: owner }
}
