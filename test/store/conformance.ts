import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Store } from '../../src/store/store.ts'
import { datasetConformance } from './conformance-datasets.ts'
import { documentConformance } from './conformance-documents.ts'
import { evaluationConformance } from './conformance-evaluations.ts'
import { gatewayConformance } from './conformance-gateways.ts'
import { logConformance } from './conformance-logs.ts'
import { logChangeConformance } from './conformance-logs-changes.ts'
import { logFilterConformance } from './conformance-logs-filters.ts'
import { logWalkConformance } from './conformance-logs-walks.ts'
import { wordConformance } from './conformance-words.ts'
import type { WithStore } from './samples.ts'

/** What every engine and every way to reach one must do. `open` gives an empty store; each test closes its own. */
export function storeConformance(name: string, open: () => Promise<Store>): void {
  const withStore: WithStore = (sentence, body) => {
    it(sentence, async () => {
      const store = await open()
      try {
        await body(store)
      } finally {
        await store.close()
      }
    })
  }
  describe(`store: ${name}: gateways`, () => {
    gatewayConformance(withStore)
    withStore('an identity stays, and no other store has it', async (store) => {
      const identity = await store.logs.storeId()
      assert.match(identity, /^[0-9a-f-]{36}$/)
      assert.equal(await store.logs.storeId(), identity)
      const other = await open()
      assert.notEqual(await other.logs.storeId(), identity)
      await other.close()
    })
  })
  describe(`store: ${name}: documents`, () => documentConformance(withStore))
  describe(`store: ${name}: datasets`, () => datasetConformance(withStore))
  describe(`store: ${name}: evaluations`, () => evaluationConformance(withStore))
  describe(`store: ${name}: logs`, () => logConformance(withStore))
  describe(`store: ${name}: changes of logs`, () => logChangeConformance(withStore))
  describe(`store: ${name}: filters of logs`, () => logFilterConformance(withStore))
  describe(`store: ${name}: walks over logs`, () => logWalkConformance(withStore))
  describe(`store: ${name}: words of bodies`, () => wordConformance(withStore))
}
