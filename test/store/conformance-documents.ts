import assert from 'node:assert/strict'
import type { DocumentRecord } from '../../src/contract/document.ts'
import type { Store } from '../../src/store/store.ts'
import { insertGateway, sampleAudit, type WithStore } from './samples.ts'

const token = (id: string, changes: Partial<DocumentRecord<'token'>> = {}): DocumentRecord<'token'> => ({
  kind: 'token',
  id,
  accountId: 'acme',
  gateway: null,
  parentId: null,
  name: id,
  body: { label: 'ü\u0000', hash: 'h', preview: 'tg_', permissions: [], gateways: [1], expiresMs: null },
  createdMs: 1,
  modifiedMs: 1,
  ...changes,
})
const insert = (store: Store, ...documents: DocumentRecord[]) =>
  store.documents.write(
    documents.map((document) => ({ op: 'insert', document })),
    sampleAudit(),
  )
const ids = (documents: DocumentRecord[]): string[] => documents.map(({ id }) => id)

/** What every engine does with documents and the audit log. */
export function documentConformance(withStore: WithStore): void {
  withStore('a document comes back as it was put in, and only to its account and gateway', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    assert.deepEqual(await insert(store, token('a'), token('b', { gateway: number })), { done: true, version: 2 })
    assert.deepEqual(await store.documents.get('token', 'a'), token('a'))
    assert.equal(await store.documents.get('token', 'x'), null)
    assert.deepEqual(ids(await store.documents.list('token', 'acme', null)), ['a'])
    assert.deepEqual(ids(await store.documents.list('token', 'acme', number)), ['b'])
    assert.deepEqual(await store.documents.list('token', 'other', null), [])
    assert.deepEqual(ids(await store.documents.all(['token'])), ['a', 'b'])
  })

  withStore('lists begin with the newest', async (store) => {
    for (const id of ['c', 'a', 'b']) await insert(store, token(id))
    assert.deepEqual(ids(await store.documents.list('token', 'acme', null)), ['b', 'a', 'c'])
  })

  withStore('the children of one parent are listed apart', async (store) => {
    await insert(store, token('p'), token('q'), token('a', { parentId: 'p' }), token('b', { parentId: 'q' }))
    await insert(store, token('c', { parentId: 'p' }), token('d', { parentId: 'p', accountId: 'other' }))
    assert.deepEqual(ids(await store.documents.list('token', 'acme', null, 'p')), ['c', 'a'])
    assert.deepEqual(await store.documents.list('token', 'acme', 7, 'p'), [])
  })

  withStore('a name is taken once per account and gateway, an id once', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    await insert(store, token('a', { name: 'n' }))
    const taken = { done: false, index: 0, reason: 'taken' }
    assert.deepEqual(await insert(store, token('b', { name: 'n' })), taken)
    assert.deepEqual(await insert(store, token('a', { name: 'm' })), taken)
    assert.equal((await insert(store, token('c', { name: 'n', gateway: number }))).done, true)
    assert.equal((await insert(store, token('d', { name: 'n', accountId: 'other' }))).done, true)
  })

  withStore('all steps are done or none, with the audit entry', async (store) => {
    await insert(store, token('a'))
    const audit = sampleAudit({ resourceId: 'refused' })
    const steps = [token('b'), token('a')].map((document) => ({ op: 'insert' as const, document }))
    assert.deepEqual(await store.documents.write(steps, audit), { done: false, index: 1, reason: 'taken' })
    assert.equal(await store.documents.get('token', 'b'), null)
    assert.equal(await store.gateways.version(), 1)
    const { rows } = await store.audit.page({ ...everything, resourceId: 'refused' })
    assert.deepEqual(rows, [])
  })

  withStore('of two changes to the same version only the first is written', async (store) => {
    await insert(store, token('a'), token('b'))
    const change = (name: string, expectedModifiedMs = 1) =>
      store.documents.write(
        [{ op: 'update', document: token('a', { name, modifiedMs: 2 }), expectedModifiedMs }],
        sampleAudit(),
      )
    assert.deepEqual(await change('first'), { done: true, version: 2 })
    assert.deepEqual(await change('second'), { done: false, index: 0, reason: 'changed' })
    assert.deepEqual(await change('b', 2), { done: false, index: 0, reason: 'taken' })
    assert.equal((await store.documents.get('token', 'a'))?.name, 'first')
  })

  withStore(
    'a document goes with its parent and with its gateway, and none comes to one that is gone',
    async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      await insert(store, token('parent'), token('child', { parentId: 'parent' }), token('b', { gateway: number }))
      const removal = await store.documents.write([{ op: 'remove', kind: 'token', id: 'parent' }], sampleAudit())
      assert.equal(removal.done, true)
      assert.deepEqual(ids(await store.documents.all(['token'])), ['b'])
      const gone = { done: false, index: 0, reason: 'changed' }
      assert.deepEqual(
        await store.documents.write([{ op: 'remove', kind: 'token', id: 'parent' }], sampleAudit()),
        gone,
      )
      assert.deepEqual(await insert(store, token('late', { parentId: 'parent' })), gone)
      await store.gateways.remove(number, sampleAudit())
      assert.deepEqual(await store.documents.all(['token']), [])
      assert.deepEqual(await insert(store, token('later', { gateway: number })), gone)
    },
  )

  withStore('two that take the same name at once: one of them has it', async (store) => {
    const outcomes = await Promise.all([1, 2, 3, 4].map((n) => insert(store, token(`t${n}`, { name: 'same' }))))
    assert.equal(outcomes.filter(({ done }) => done).length, 1)
    assert.equal((await store.documents.list('token', 'acme', null)).length, 1)
  })

  withStore('every change has its audit entry, newest first, for its account only', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    await insert(store, token('a'))
    const last = sampleAudit({ gatewayId: 'one', action: 'delete', before: { a: [1, 'ü'] }, actor: 't1' })
    await store.gateways.remove(number, last)
    await store.audit.append(sampleAudit({ accountId: 'other' }))
    const { rows, total } = await store.audit.page(everything)
    assert.equal(total, 3)
    assert.deepEqual(rows[0], last)
    const some = async (changes: Partial<typeof everything>) =>
      (await store.audit.page({ ...everything, ...changes })).rows.length
    assert.deepEqual(
      [
        await some({ gatewayId: 'one' }),
        await some({ actor: 't1' }),
        await some({ resource: 'x' }),
        await some({ page: 2 }),
      ],
      [1, 1, 0, 0],
    )
  })
}

const everything = {
  accountId: 'acme',
  gatewayId: null as string | null,
  resource: null as string | null,
  resourceId: null as string | null,
  actor: null as string | null,
  page: 1,
  perPage: 10,
}
