import { customProvider } from './custom.ts'
import { providers } from './index.ts'
import type { ChatRoute } from './provider.ts'

/** Where the chats of one model go. */
export interface ChatAddress {
  /** The provider's slug, and the path behind it with its query. */
  slug: string
  path: string
  query: string
  /** What the provider calls the model. */
  model: string
  adds: Readonly<Record<string, unknown>>
  omits: readonly string[]
  renames: Readonly<Record<string, string>>
}

interface CompiledRoute extends ChatRoute {
  pattern: RegExp
}

const routesBySlug: ReadonlyMap<string, readonly CompiledRoute[]> = new Map(
  providers.flatMap(({ slug, aliases = [], chats = [] }) =>
    [slug, ...aliases].map((name) => [name, chats.map(compile)] as const),
  ),
)

/** Of a slug that is no built-in provider's. */
const customRoutes = (customProvider.chats ?? []).map(compile)

/** The provider's slug and the rest of a model's name, `anthropic/claude-x`; null where it names no provider. */
export function splitModel(name: string): { slug: string; model: string } | null {
  for (const { slug, ownModels = [] } of providers) {
    if (ownModels.some((beginning) => name.startsWith(beginning))) return { slug, model: name }
  }
  const slash = name.indexOf('/')
  return slash < 1 || slash === name.length - 1 ? null : { slug: name.slice(0, slash), model: name.slice(slash + 1) }
}

/** Where a provider takes the chats of a model; null where it takes none, or none of a model with such a name. */
export function chatAddressOf(slug: string, name: string, isStream: boolean): ChatAddress | null {
  for (const route of routesBySlug.get(slug) ?? customRoutes) {
    const values = route.pattern.exec(name)?.groups
    if (!values) continue
    const whole = fill((isStream ? route.streamPath : undefined) ?? route.path, values)
    const [path = '', query = ''] = whole.split('?')
    const { adds = {}, omits = [], renames = {} } = route
    return { slug, path, query, model: values['model'] ?? name, adds, omits, renames }
  }
  return null
}

function compile(route: ChatRoute): CompiledRoute {
  // Every second part is a placeholder's name.
  const parts = route.model.split(/\{(\w+)\}/)
  const source = parts.map((part, at) => {
    if (at % 2 === 0) return RegExp.escape(part)
    return `(?<${part}>${part === 'model' ? '.+' : (route.where?.[part]?.source ?? '[^/]+')})`
  })
  return { ...route, pattern: new RegExp(`^${source.join('')}$`) }
}

/** What a name brings stays one segment: `a/b` is `a%2Fb`. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => encode(values[name] ?? whole))
}

function encode(text: string): string {
  // A lone surrogate has no UTF-8, and encoding it throws.
  return encodeURIComponent(text.toWellFormed())
}
