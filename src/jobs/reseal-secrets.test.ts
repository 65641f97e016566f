import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertGateway, sampleAudit } from '../../test/store/samples.ts'
import { openTestStore } from '../../test/store/open.ts'
import type { DocumentRecord } from '../contract/document.ts'
import type { ProviderKey } from '../contract/provider-configs.ts'
import { systemClock } from '../kernel/clock.ts'
import { createTextLog } from '../kernel/text-log.ts'
import { createVault } from '../kernel/vault.ts'
import { resealSecrets } from './reseal-secrets.ts'

const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64')
const old = createVault(keyOf(1))
const both = createVault(`${keyOf(2)} ${keyOf(1)}`)
const newest = createVault(keyOf(2))

const keyNamed = (id: string, sealed: string | null): ProviderKey => ({
  id,
  alias: id,
  isDefault: false,
  sealed,
  preview: '',
  secretId: null,
  rateLimit: null,
  rateLimitPeriod: null,
  createdMs: 1,
  modifiedMs: 1,
})

async function open() {
  const store = await openTestStore()
  const { number } = await insertGateway(store, 'acme', 'gate')
  const lines: string[] = []
  const log = createTextLog('debug', systemClock, (line) => lines.push(line))
  const put = async (document: Partial<DocumentRecord> & Pick<DocumentRecord, 'kind' | 'id' | 'body'>) => {
    const place = { accountId: 'acme', gateway: null, parentId: null, name: document.id, createdMs: 1, modifiedMs: 1 }
    const { done } = await store.documents.write([{ op: 'insert', document: { ...place, ...document } }], sampleAudit())
    assert.ok(done)
  }
  const sealedOf = async (): Promise<(string | null)[]> =>
    (await store.documents.all(['provider_keys', 'custom_provider'])).flatMap(({ body }) =>
      'keys' in body ? body.keys.map(({ sealed }) => sealed) : 'sealedHeaders' in body ? [body.sealedHeaders] : [],
    )
  return { store, number, lines, put, sealedOf, deps: { store, clock: systemClock, log } }
}

test('with a newer key in front all that is sealed is sealed with it, once, and the newer key alone opens it', async () => {
  const { store, number, lines, put, sealedOf, deps } = await open()
  const keys = [keyNamed('a', old.seal('sk-a', 'a')), keyNamed('b', newest.seal('sk-b', 'b')), keyNamed('c', null)]
  await put({ kind: 'provider_keys', id: 'x', gateway: number, name: 'openai', body: { keys } })
  const described = { name: 'p', base_url: 'https://p.example', beta: false, enable: true }
  const sealedHeaders = old.seal('{"x-key":"sk-p"}', 'p')
  await put({ kind: 'custom_provider', id: 'p', body: { described, sealedHeaders } })
  await put({ kind: 'custom_provider', id: 'q', accountId: 'other', body: { described, sealedHeaders: null } })

  await resealSecrets({ ...deps, vault: both })
  const places = ['a', 'b', null, 'p', null]
  const opened = (await sealedOf()).map((sealed, at) => sealed && newest.open(sealed, places[at] ?? ''))
  assert.deepEqual(opened, ['sk-a', 'sk-b', null, '{"x-key":"sk-p"}', null])
  const version = await store.gateways.version()
  const { keyIds } = both
  assert.match(lines.at(-1) ?? '', new RegExp(`may be taken away.*${keyIds[0]}.*${keyIds[1]}`))
  const { rows } = await store.audit.page({
    accountId: 'acme',
    gatewayId: null,
    resource: 'encryption_key',
    resourceId: null,
    actor: null,
    page: 1,
    perPage: 5,
  })
  assert.deepEqual(
    rows.map(({ actor, resourceId }) => [actor, resourceId]),
    [['system', keyIds[0]]],
  )

  await resealSecrets({ ...deps, vault: both })
  assert.equal(await store.gateways.version(), version)
  await store.close()
})

test('with one key nothing is read, and what cannot be opened stays as it is', async () => {
  const { store, number, lines, put, sealedOf, deps } = await open()
  const foreign = createVault(keyOf(3)).seal('sk-a', 'a')
  await put({
    kind: 'provider_keys',
    id: 'x',
    gateway: number,
    name: 'openai',
    body: { keys: [keyNamed('a', foreign)] },
  })
  await resealSecrets({ ...deps, vault: newest })
  assert.deepEqual(lines, [])
  await resealSecrets({ ...deps, vault: both })
  assert.deepEqual(await sealedOf(), [foreign])
  await store.close()
})

test('of two processes that do it at once one gives way, and all is done', async () => {
  const { store, number, lines, put, sealedOf, deps } = await open()
  for (const id of ['a', 'b', 'c']) {
    const keys = [keyNamed(id, old.seal(`sk-${id}`, id))]
    await put({ kind: 'provider_keys', id, gateway: number, name: id, body: { keys } })
  }
  await Promise.all([resealSecrets({ ...deps, vault: both }), resealSecrets({ ...deps, vault: both })])
  const opened = (await sealedOf()).map((sealed, at) => newest.open(sealed ?? '', ['a', 'b', 'c'][at] ?? ''))
  assert.deepEqual(opened, ['sk-a', 'sk-b', 'sk-c'])
  assert.equal(lines.filter((line) => line.includes('may be taken away')).length, 2)
  await store.close()
})

test('a store that is away holds up no start', async () => {
  const { store, lines, deps } = await open()
  await store.close()
  await resealSecrets({ ...deps, vault: both })
  assert.match(lines.at(-1) ?? '', /could not be sealed/)
})
