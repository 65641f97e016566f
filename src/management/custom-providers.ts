import type { AuditEntry } from '../contract/audit-entry.ts'
import {
  type CustomProviderBody,
  customPrefix,
  type customProviderRoutes,
  readOnlyProviderFields,
} from '../contract/custom-providers.ts'
import type { DocumentWrite } from '../contract/document.ts'
import { type Caller, mayUse } from '../contract/permissions.ts'
import { withoutReadOnly } from '../contract/read-only.ts'
import { GatewayError } from '../kernel/errors.ts'
import { findProvider } from '../providers/index.ts'
import { auditEntry } from './audit.ts'
import { requireHeaders } from './custom-provider-headers.ts'
import { type CustomProviderDocument, findCustomProvider, presentCustomProvider } from './custom-provider-view.ts'
import type { ManagementDeps } from './deps.ts'
import { changeDocuments, newDocument, untilWritten, updateOf } from './documents.ts'
import { requireUnchanged } from './if-match.ts'
import { pageOf } from './pages.ts'
import type { Handlers, Input } from './routes.ts'

type Routes = typeof customProviderRoutes

export function createCustomProviderHandlers(deps: ManagementDeps): Handlers<Routes> {
  return {
    async list({ params, query, caller }) {
      const all = await deps.store.documents.list('custom_provider', params.account_id, null)
      const wanted = all.filter((provider) => isWanted(provider, query)).toSorted(byPositionAndName)
      return pageOf(wanted, query, (provider) => presentCustomProvider(deps, caller, provider))
    },

    create: (input) => create(deps, input),

    async get({ params, caller }) {
      const provider = await findCustomProvider(deps, params.account_id, params.id)
      return { result: presentCustomProvider(deps, caller, provider) }
    },

    update: (input) => untilWritten(() => update(deps, input)),

    delete: ({ params, ifMatch, caller }) =>
      untilWritten(async () => {
        const before = await findCustomProvider(deps, params.account_id, params.id)
        requireUnchanged(`The custom provider ${before.id}`, before.modifiedMs, ifMatch)
        // Its costs and the keys for it have it as their parent.
        await write(deps, caller, { op: 'remove', kind: before.kind, id: before.id }, { before, after: null })
        return { result: presentCustomProvider(deps, caller, before) }
      }),
  }
}

async function create(deps: ManagementDeps, { params, body, caller }: Input<Routes['create']>) {
  const { slug, headers, ...described } = body
  requireAddress(deps, described.base_url)
  requireOwnSlug(slug)
  const id = deps.newId()
  const provider = newDocument(
    { kind: 'custom_provider', id, accountId: params.account_id, gateway: null, name: slug },
    { described, sealedHeaders: seal(deps, id, headers) },
    deps.clock.nowMs(),
  )
  await write(deps, caller, { op: 'insert', document: provider }, { before: null, after: provider })
  return { result: presentCustomProvider(deps, caller, provider) }
}

async function update(deps: ManagementDeps, { params, body, ifMatch, caller }: Input<Routes['update']>) {
  const before = await findCustomProvider(deps, params.account_id, params.id)
  requireUnchanged(`The custom provider ${before.id}`, before.modifiedMs, ifMatch)
  const { slug = before.name, headers, ...changes } = withoutReadOnly(body, readOnlyProviderFields)
  if (changes.base_url !== undefined) requireAddress(deps, changes.base_url)
  requireOwnSlug(slug)
  const described = { ...before.body.described, ...changes }
  const changed: CustomProviderBody = {
    described,
    sealedHeaders: headers === undefined ? before.body.sealedHeaders : seal(deps, before.id, headers),
  }
  const isElsewhere = originOf(described.base_url) !== originOf(before.body.described.base_url)
  if (isElsewhere && (await hasKeys(deps, before))) requireSecretsPermission(caller, before)
  const step = updateOf(before, { body: changed, name: slug }, deps.clock.nowMs())
  await write(deps, caller, step, { before, after: step.document })
  return { result: presentCustomProvider(deps, caller, step.document) }
}

function isWanted({ id, name: slug, body }: CustomProviderDocument, query: Input<Routes['list']>['query']): boolean {
  const { name, beta, enable } = body.described
  const part = query.search?.toLowerCase() ?? ''
  return (
    (query.beta === undefined || query.beta === beta) &&
    (query.enable === undefined || query.enable === enable) &&
    [id, name, slug].some((text) => text.toLowerCase().includes(part))
  )
}

function byPositionAndName(
  { body: { described: a } }: CustomProviderDocument,
  { body }: CustomProviderDocument,
): number {
  const b = body.described
  const [first, second] = [a.position ?? Infinity, b.position ?? Infinity]
  if (first !== second) return first < second ? -1 : 1
  return a.name < b.name ? -1 : Number(a.name > b.name)
}

function requireAddress({ upstreamPolicy }: ManagementDeps, baseUrl: string): void {
  const fault = upstreamPolicy.faultOf(baseUrl)
  if (fault === null) return
  throw new GatewayError('custom_provider_address', `base_url ${fault}.`, { path: ['body', 'base_url'] })
}

function requireOwnSlug(slug: string): void {
  if (!findProvider(slug)) return
  throw new GatewayError('input_invalid', `slug: ${slug} is a built-in provider; choose another one`, {
    path: ['body', 'slug'],
  })
}

/** An empty text takes the headers away. */
function seal({ vault }: ManagementDeps, id: string, headers: string | undefined): string | null {
  if (headers === undefined || headers === '') return null
  requireHeaders(headers)
  return vault.seal(headers, id)
}

function originOf(baseUrl: string): string {
  return new URL(baseUrl).origin
}

/** Whether any gateway has a key for a custom provider. */
async function hasKeys({ store }: ManagementDeps, { id }: CustomProviderDocument): Promise<boolean> {
  return (await store.documents.all(['provider_keys'])).some(({ parentId }) => parentId === id)
}

/** Who may not read the stored keys must not have them sent to a host of their choice either. */
function requireSecretsPermission(caller: Caller, { accountId, name }: CustomProviderDocument): void {
  if (mayUse(caller, 'Secrets Store Write', { accountId, gateway: null })) return
  throw new GatewayError(
    'forbidden',
    `Keys are stored for ${customPrefix}${name}: to send them to another host, a token needs the permission Secrets Store Write.`,
  )
}

async function write(
  deps: ManagementDeps,
  caller: Caller,
  step: DocumentWrite,
  { before, after }: { before: CustomProviderDocument | null; after: CustomProviderDocument | null },
): Promise<void> {
  const { accountId = '', id = '', name = '' } = after ?? before ?? {}
  const action: AuditEntry['action'] = before === null ? 'create' : after === null ? 'delete' : 'update'
  const audit = auditEntry(deps, caller, {
    accountId,
    gatewayId: null,
    action,
    resource: 'custom_provider',
    resourceId: id,
    before: before && presentCustomProvider(deps, caller, before),
    after: after && presentCustomProvider(deps, caller, after),
  })
  await changeDocuments(deps, [step], audit, () => {
    const message = `A custom provider with the slug ${name} already exists in the account ${accountId}.`
    return new GatewayError('custom_provider_taken', message, { path: ['body', 'slug'] })
  })
}
