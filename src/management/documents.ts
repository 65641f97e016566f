import type { AuditEntry } from '../contract/audit-entry.ts'
import type { DocumentBodies, DocumentKind, DocumentRecord, DocumentWrite } from '../contract/document.ts'
import { GatewayError } from '../kernel/errors.ts'
import { applyChange } from './apply-change.ts'
import type { ManagementDeps } from './deps.ts'

/** Another change came between the reading and the writing of one. */
export class ChangedMeanwhile extends GatewayError {}

/** How often a change is begun anew because another one came first, before the caller is told. */
const maxAttempts = 20

/**
 * Stores a change of documents and puts it in force. Throws `precondition_failed` where another change came first, and
 * what `taken` makes of the step whose name or id is taken.
 */
export async function changeDocuments(
  deps: Pick<ManagementDeps, 'store' | 'live' | 'kv' | 'log'>,
  steps: DocumentWrite[],
  audit: AuditEntry,
  taken?: (index: number) => GatewayError | null,
): Promise<void> {
  const outcome = await deps.store.documents.write(steps, audit)
  if (outcome.done) {
    const put = steps.flatMap((step) => (step.op === 'remove' ? [] : [step.document]))
    const removed = steps.flatMap((step) => (step.op === 'remove' ? [step.id] : []))
    await applyChange(deps, { type: 'documents', put, removed, version: outcome.version })
    return
  }
  const reason = outcome.reason === 'taken' ? taken?.(outcome.index) : null
  if (reason) throw reason
  throw new ChangedMeanwhile(
    'precondition_failed',
    `The ${audit.resource} ${audit.resourceId} was changed meanwhile. Read it again.`,
  )
}

/** Does a change that reads before it writes; anew, as long as another one comes in between. */
export async function untilWritten<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile) || attempts === maxAttempts) throw error
    }
  }
}

/** A document that is not stored yet. Its name is its id where it has no other. */
export function newDocument<K extends DocumentKind>(
  place: Pick<DocumentRecord<K>, 'kind' | 'id' | 'accountId' | 'gateway'> &
    Partial<Pick<DocumentRecord<K>, 'name' | 'parentId'>>,
  body: DocumentBodies[K],
  nowMs: number,
): DocumentRecord<K> {
  return { name: place.id, parentId: null, ...place, body, createdMs: nowMs, modifiedMs: nowMs }
}

/** The step that writes another body, and another name, into a stored document; its time is always another too. */
export function updateOf<K extends DocumentKind>(
  before: DocumentRecord<K>,
  changes: { body: DocumentBodies[K]; name?: string },
  nowMs: number,
): { op: 'update'; document: DocumentRecord<K>; expectedModifiedMs: number } {
  const document = { ...before, ...changes, modifiedMs: Math.max(nowMs, before.modifiedMs + 1) }
  return { op: 'update', document, expectedModifiedMs: before.modifiedMs }
}
