import type { DocumentRecord } from '../contract/document.ts'
import { compileRoute } from '../routing/compile-route.ts'
import type { CompiledRoute } from '../routing/routing.ts'

/** What is deployed of the dynamic routes of all gateways, compiled once for each deployment. */
export interface LiveRoutes {
  find(gateway: number, name: string): CompiledRoute | undefined
  all(gateway: number): readonly CompiledRoute[]
  change(put: readonly DocumentRecord[], removed: readonly string[]): void
  replace(all: readonly DocumentRecord[]): void
  forget(gateway: number): void
}

type RouteDocument = DocumentRecord<'dynamic_route'>

export function createLiveRoutes(): LiveRoutes {
  const documents = new Map<string, RouteDocument>()
  const gateways = new Map<number, Map<string, CompiledRoute>>()

  const remove = (id: string): void => {
    const { gateway, name } = documents.get(id) ?? {}
    documents.delete(id)
    const routes = gateways.get(gateway ?? 0)
    // Another one may have its name by now.
    if (name !== undefined && routes?.get(name)?.id === id) routes.delete(name)
  }
  const put = (document: DocumentRecord): void => {
    const { kind, id, gateway, name, modifiedMs } = document
    if (kind !== 'dynamic_route' || gateway === null) return
    // Changes may arrive in another order than they were made in.
    if ((documents.get(id)?.modifiedMs ?? 0) > modifiedMs) return
    remove(id)
    const route = document as RouteDocument // Its kind says so.
    documents.set(id, route)
    const { elements, version } = route.body
    const routes = gateways.get(gateway) ?? new Map<string, CompiledRoute>()
    gateways.set(gateway, routes.set(name, compileRoute({ id, name, versionId: version.id, elements })))
  }

  return {
    find: (gateway, name) => gateways.get(gateway)?.get(name),
    all: (gateway) => [...(gateways.get(gateway)?.values() ?? [])],
    change(changed, removed) {
      for (const id of removed) remove(id)
      for (const document of changed) put(document)
    },
    replace(all) {
      documents.clear()
      gateways.clear()
      for (const document of all) put(document)
    },
    forget(gateway) {
      gateways.delete(gateway)
      for (const document of documents.values()) if (document.gateway === gateway) documents.delete(document.id)
    },
  }
}
