import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { apiRoutes } from '../../src/contract/index.ts'
import type { Route } from '../../src/contract/route.ts'
import { createOpenApi } from '../../src/management/openapi.ts'
import { exceptions } from './cloudflare-exceptions.ts'
import { missingFacts, readCloudflareFacts } from './cloudflare-facts.ts'

describe("Cloudflare's own description of the API", () => {
  const routes = Object.values(apiRoutes).flatMap((ofNoun) => Object.values<Route>(ofNoun))
  const facts = readCloudflareFacts()
  const missing = missingFacts(facts, createOpenApi(routes))
  const isOf = (covers: string, fact: string): boolean =>
    fact.startsWith(covers) || fact.slice(fact.indexOf(' ') + 1).startsWith(covers)
  const isCovered = (fact: string): boolean => exceptions.some(({ covers }) => isOf(covers, fact))

  it('is held here whole: every call, parameter and field exists, or there is a reason why not', () => {
    assert.deepEqual(
      missing.filter((fact) => !isCovered(fact)),
      [],
    )
  })

  it('needs every exception that stands in the list', () => {
    const idle = exceptions.filter(({ covers }) => !missing.some((fact) => isOf(covers, fact)))
    assert.deepEqual(idle, [])
  })

  it('is seen by this test, and a field that is taken away is missed', () => {
    assert.equal(facts.size, 63)
    assert.ok([...facts.values()].flat().length > 1500, 'fewer names than Cloudflare has')
    const poorer = createOpenApi(routes.filter(({ name }) => name !== 'gateways.list'))
    assert.deepEqual(
      missingFacts(facts, poorer).filter((fact) => !missing.includes(fact)),
      ['GET /gateways'],
    )
    const document = createOpenApi(routes)
    const { parameters } = document.paths['/accounts/{account_id}/ai-gateway/gateways']?.['get'] ?? assert.fail()
    parameters.splice(0, parameters.length)
    assert.ok(missingFacts(facts, document).includes('GET /gateways query search'))
  })
})
