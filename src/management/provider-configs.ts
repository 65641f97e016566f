import type { DocumentWrite } from '../contract/document.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import { defaultPeriodSeconds, type ProviderKey, type providerConfigRoutes } from '../contract/provider-configs.ts'
import { customPrefix } from '../contract/custom-providers.ts'
import { GatewayError } from '../kernel/errors.ts'
import { canonicalSlug, findProvider, providers } from '../providers/index.ts'
import { auditEntry } from './audit.ts'
import type { ManagementDeps } from './deps.ts'
import { changeDocuments, newDocument, untilWritten, updateOf } from './documents.ts'
import { findGateway } from './find-gateway.ts'
import { requireUnchanged } from './if-match.ts'
import { pageOf } from './pages.ts'
import { allKeys, findKey, type FoundKey, presentKey } from './provider-config-view.ts'
import { previewOf, requireSecret } from './provider-secret.ts'
import type { Handlers, Input } from './routes.ts'

type Routes = typeof providerConfigRoutes

const noSecret = 'no secret is stored: secret_id names one that is not here'

export function createProviderConfigHandlers(deps: ManagementDeps): Handlers<Routes> {
  return {
    async list({ params, query }) {
      const gateway = await findGateway(deps, params.account_id, params.gateway_id)
      return pageOf(await allKeys(deps, gateway), query, presentKey)
    },

    create: (input) => untilWritten(() => create(deps, input)),

    async get({ params }) {
      return { result: presentKey(await findKey(deps, params)) }
    },

    update: (input) => untilWritten(() => update(deps, input)),

    delete: ({ params, ifMatch, caller }) =>
      untilWritten(async () => {
        const found = await findKey(deps, params)
        const { gateway, document, key } = found
        requireUnchanged(`The provider config ${key.id}`, key.modifiedMs, ifMatch)
        const keys = document.body.keys.filter(({ id }) => id !== key.id)
        const step: DocumentWrite =
          keys.length === 0
            ? { op: 'remove', kind: document.kind, id: document.id }
            : updateOf(document, { body: { keys } }, deps.clock.nowMs())
        await write(deps, caller, step, { gateway, before: found, after: null })
        return { result: presentKey(found) }
      }),
  }
}

async function create(deps: ManagementDeps, { params, body, caller }: Input<Routes['create']>) {
  const gateway = await findGateway(deps, params.account_id, params.gateway_id)
  const { alias, secret, secret_id: secretId = null } = body
  const slug = canonicalSlug(body.provider_slug)
  const parentId = await parentOf(deps, gateway.accountId, slug)
  if (secret === undefined && secretId === null) {
    const message = `secret: a stored secret ${gateway.id}_${slug}_${alias} was not found; give the secret itself`
    throw new GatewayError('input_invalid', message, { path: ['body', 'secret'] })
  }
  if (secret !== undefined) requireSecret(slug, secret)
  const nowMs = deps.clock.nowMs()
  const id = deps.newId()
  const key: ProviderKey = {
    id,
    alias,
    isDefault: body.default_config,
    sealed: secret === undefined ? null : deps.vault.seal(secret, id),
    preview: secret === undefined ? '' : previewOf(secret),
    secretId,
    rateLimit: body.rate_limit ?? null,
    rateLimitPeriod: typeof body.rate_limit === 'number' ? body.rate_limit_period : null,
    createdMs: nowMs,
    modifiedMs: nowMs,
  }
  const name = parentId ?? slug
  const stored = (await allKeys(deps, gateway)).find(({ document }) => document.name === name)?.document
  const keys = withKey(stored?.body.keys ?? [], key)
  const home = { accountId: gateway.accountId, gateway: gateway.number, parentId }
  const made = newDocument({ ...home, kind: 'provider_keys', id: deps.newId(), name }, { keys }, nowMs)
  const step: DocumentWrite = stored ? updateOf(stored, { body: { keys } }, nowMs) : { op: 'insert', document: made }
  const after = { gateway, document: stored ?? made, slug, key }
  await write(deps, caller, step, { gateway, before: null, after })
  return { result: presentKey(after), notes: secret === undefined ? [noSecret] : [] }
}

async function update(deps: ManagementDeps, { params, body, ifMatch, caller }: Input<Routes['update']>) {
  const before = await findKey(deps, params)
  const { gateway, document, slug, key } = before
  requireUnchanged(`The provider config ${key.id}`, key.modifiedMs, ifMatch)
  if (body.provider_slug !== undefined && body.provider_slug !== slug) {
    throw new GatewayError('input_invalid', `provider_slug: it cannot be changed, expected ${slug}`, {
      path: ['body', 'provider_slug'],
    })
  }
  const { alias, default_config: isDefault, secret, secret_id: secretId } = body
  if (secret !== undefined) requireSecret(slug, secret)
  const rateLimit = body.rate_limit === undefined ? key.rateLimit : body.rate_limit
  const changed: ProviderKey = {
    ...key,
    ...(alias !== undefined && { alias }),
    ...(isDefault !== undefined && { isDefault }),
    ...(secret !== undefined && { sealed: deps.vault.seal(secret, key.id), preview: previewOf(secret) }),
    ...(secretId !== undefined && { secretId }),
    rateLimit,
    rateLimitPeriod:
      rateLimit === null ? null : (body.rate_limit_period ?? key.rateLimitPeriod ?? defaultPeriodSeconds),
    modifiedMs: Math.max(deps.clock.nowMs(), key.modifiedMs + 1),
  }
  const step = updateOf(document, { body: { keys: withKey(document.body.keys, changed) } }, deps.clock.nowMs())
  const after = { ...before, key: changed }
  await write(deps, caller, step, { gateway, before, after })
  return { result: presentKey(after) }
}

/** A provider's keys with one put in, or in the place of its older form. Throws where its alias is another one's. */
function withKey(keys: readonly ProviderKey[], key: ProviderKey): ProviderKey[] {
  const others = keys.filter(({ id }) => id !== key.id)
  if (others.some(({ alias }) => alias === key.alias)) {
    throw new GatewayError(
      'input_invalid',
      `A provider config with the alias ${key.alias} already exists for this provider.`,
      {
        path: ['body', 'alias'],
      },
    )
  }
  const isDeposed = ({ isDefault }: ProviderKey): boolean => isDefault && key.isDefault
  const left = others.map((other) =>
    isDeposed(other)
      ? { ...other, isDefault: false, modifiedMs: Math.max(key.modifiedMs, other.modifiedMs + 1) }
      : other,
  )
  return [...left, key]
}

/** The custom provider that its keys go with; null for a built-in one. Throws `input_invalid` where there is neither. */
async function parentOf({ store }: ManagementDeps, accountId: string, slug: string): Promise<string | null> {
  if (findProvider(slug)) return null
  if (slug.startsWith(customPrefix)) {
    const own = await store.documents.list('custom_provider', accountId, null)
    const found = own.find(({ name }) => `${customPrefix}${name}` === slug)
    if (found) return found.id
  }
  const known = providers.map((provider) => provider.slug).join(', ')
  throw new GatewayError(
    'input_invalid',
    `provider_slug: there is no provider ${slug.slice(0, 128)}; there are ${known}, and ${customPrefix}SLUG for those of the account`,
    { path: ['body', 'provider_slug'] },
  )
}

async function write(
  deps: ManagementDeps,
  caller: Input<Routes['create']>['caller'],
  step: DocumentWrite,
  { gateway, before, after }: { gateway: GatewayRecord; before: FoundKey | null; after: FoundKey | null },
): Promise<void> {
  const audit = auditEntry(deps, caller, {
    accountId: gateway.accountId,
    gatewayId: gateway.id,
    action: before === null ? 'create' : after === null ? 'delete' : 'update',
    resource: 'provider_config',
    resourceId: (after ?? before)?.key.id ?? '',
    before: before && presentKey(before),
    after: after && presentKey(after),
  })
  await changeDocuments(deps, [step], audit)
}
