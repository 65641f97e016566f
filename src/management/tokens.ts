import { randomUUID } from 'node:crypto'
import type { AuditEntry } from '../contract/audit-entry.ts'
import type { DocumentWrite } from '../contract/document.ts'
import type { Caller } from '../contract/permissions.ts'
import type { TokenBody, tokenRoutes } from '../contract/tokens.ts'
import { GatewayError } from '../kernel/errors.ts'
import { hashToken, makeToken } from '../kernel/secrets.ts'
import type { Live } from '../live/live.ts'
import { auditEntry } from './audit.ts'
import type { ManagementDeps } from './deps.ts'
import { changeDocuments } from './documents.ts'
import { requireUnchanged } from './if-match.ts'
import { pageOf } from './pages.ts'
import type { Handlers } from './routes.ts'
import { presentToken, type TokenDocument } from './token-view.ts'

/** How much of a token is shown to tell it from others: enough for that, nothing for a guess. */
const previewLength = 7

export function createTokenHandlers(deps: ManagementDeps): Handlers<typeof tokenRoutes> {
  const { store, live, clock } = deps
  return {
    async list({ params, query }) {
      const tokens = await store.documents.list('token', params.account_id, null)
      return pageOf(tokens, query, (token) => presentToken(token, deps))
    },

    async create({ params, body, caller }) {
      const value = makeToken()
      const token = newToken(params.account_id, clock.nowMs(), {
        label: body.name,
        hash: hashToken(value),
        preview: value.slice(0, previewLength),
        permissions: body.permissions,
        gateways: numbersOf(live, params.account_id, body.gateways),
        expiresMs: body.expires_on?.startMs ?? null,
      })
      await write(deps, caller, { before: null, after: token }, { op: 'insert', document: token })
      return { result: { ...presentToken(token, deps), value } }
    },

    async get({ params }) {
      return { result: presentToken(await findToken(deps, params), deps) }
    },

    async update({ params, body, ifMatch, caller }) {
      const before = await findToken(deps, params)
      requireUnchanged(`The token ${params.id}`, before.modifiedMs, ifMatch)
      const changed: TokenBody = {
        ...before.body,
        ...(body.name !== undefined && { label: body.name }),
        ...(body.permissions !== undefined && { permissions: body.permissions }),
        ...(body.gateways !== undefined && { gateways: numbersOf(live, params.account_id, body.gateways) }),
        ...(body.expires_on !== undefined && { expiresMs: body.expires_on?.startMs ?? null }),
      }
      const after = { ...before, body: changed, modifiedMs: Math.max(clock.nowMs(), before.modifiedMs + 1) }
      await write(
        deps,
        caller,
        { before, after },
        { op: 'update', document: after, expectedModifiedMs: before.modifiedMs },
      )
      return { result: presentToken(after, deps) }
    },

    async delete({ params, ifMatch, caller }) {
      const before = await findToken(deps, params)
      requireUnchanged(`The token ${params.id}`, before.modifiedMs, ifMatch)
      await write(deps, caller, { before, after: null }, { op: 'remove', kind: 'token', id: before.id })
      return { result: presentToken(before, deps) }
    },
  }
}

async function findToken(
  { store }: ManagementDeps,
  { account_id, id }: { account_id: string; id: string },
): Promise<TokenDocument> {
  const found = await store.documents.get('token', id)
  if (found?.accountId === account_id) return found
  throw new GatewayError('not_found', `Token not found: the account ${account_id} has no token ${id}.`)
}

function newToken(accountId: string, nowMs: number, body: TokenBody): TokenDocument {
  const id = randomUUID()
  // Two may have the same label.
  return {
    kind: 'token',
    id,
    accountId,
    gateway: null,
    parentId: null,
    name: id,
    body,
    createdMs: nowMs,
    modifiedMs: nowMs,
  }
}

/** Ids of gateways as their internal numbers. Throws `input_invalid` for one that the account does not have. */
function numbersOf(
  live: Pick<Live, 'gateway'>,
  accountId: string,
  ids: readonly string[] | null | undefined,
): number[] | null {
  if (!ids) return null
  return ids.map((id, index) => {
    const gateway = live.gateway(accountId, id)
    if (gateway) return gateway.number
    throw new GatewayError('input_invalid', `gateways: the account ${accountId} has no gateway ${id}`, {
      path: ['body', 'gateways', index],
    })
  })
}

async function write(
  deps: ManagementDeps,
  caller: Caller,
  { before, after }: { before: TokenDocument | null; after: TokenDocument | null },
  step: DocumentWrite,
): Promise<void> {
  const { accountId = '', id = '' } = after ?? before ?? {}
  const actions: Record<DocumentWrite['op'], AuditEntry['action']> = {
    insert: 'create',
    update: 'update',
    remove: 'delete',
  }
  const audit = auditEntry(deps, caller, {
    accountId,
    gatewayId: null,
    action: actions[step.op],
    resource: 'token',
    resourceId: id,
    before: before && presentToken(before, deps),
    after: after && presentToken(after, deps),
  })
  await changeDocuments(deps, [step], audit)
}
