import type { AuditEntry } from '../contract/audit-entry.ts'
import type { DocumentWrite } from '../contract/document.ts'
import { GatewayError } from '../kernel/errors.ts'
import { applyChange } from './apply-change.ts'
import type { ManagementDeps } from './deps.ts'

/**
 * Stores a change of documents and puts it in force. Throws `precondition_failed` where another change came first, and
 * what `taken` makes of the step whose name or id is taken.
 */
export async function changeDocuments(
  deps: Pick<ManagementDeps, 'store' | 'live' | 'kv' | 'log'>,
  steps: DocumentWrite[],
  audit: AuditEntry,
  taken?: (index: number) => GatewayError,
): Promise<void> {
  const outcome = await deps.store.documents.write(steps, audit)
  if (outcome.done) {
    const put = steps.flatMap((step) => (step.op === 'remove' ? [] : [step.document]))
    const removed = steps.flatMap((step) => (step.op === 'remove' ? [step.id] : []))
    await applyChange(deps, { type: 'documents', put, removed, version: outcome.version })
    return
  }
  if (outcome.reason === 'taken' && taken) throw taken(outcome.index)
  throw new GatewayError(
    'precondition_failed',
    `The ${audit.resource} ${audit.resourceId} was changed meanwhile. Read it again.`,
  )
}
