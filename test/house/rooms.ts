/** What a room of `src/` may know. docs/house.md draws the same table as a house; this one is enforced. */
export interface Room {
  floor: 0 | 1 | 2 | 3 | 4
  /** Other rooms it may import. */
  rooms: readonly string[]
  /** Packages it may import. */
  packages: readonly string[]
}

const words = ['kernel', 'contract']
const knowledge = ['formats', 'providers', 'pricing', 'guardrails', 'routing', 'evaluators']
const engines = ['store', 'kv', 'journal', 'live']

const ofWords = (rooms: readonly string[], packages: readonly string[]): Room => ({ floor: 0, rooms, packages })
const ofKnowledge = (packages: readonly string[], more: readonly string[] = []): Room => ({
  floor: 1,
  rooms: [...words, ...more],
  packages,
})
const ofEngines = (packages: readonly string[]): Room => ({ floor: 2, rooms: [...words, ...knowledge], packages })
const ofWork = (packages: readonly string[]): Room => ({
  floor: 3,
  rooms: [...words, ...knowledge, ...engines],
  packages,
})

export const rooms: Readonly<Record<string, Room>> = {
  kernel: ofWords([], []),
  contract: ofWords([], ['zod']),
  formats: ofKnowledge([]),
  providers: ofKnowledge([], ['formats']),
  pricing: ofKnowledge(['@pydantic/genai-prices']),
  guardrails: ofKnowledge(['zod']),
  routing: ofKnowledge([]),
  evaluators: ofKnowledge(['zod']),
  store: ofEngines(['kysely', 'pg']),
  kv: ofEngines(['lru-cache', '@redis/client']),
  journal: ofEngines([]),
  live: ofEngines([]),
  gateway: ofWork(['undici']),
  management: ofWork(['hono', '@hono/node-server', 'zod']),
  jobs: ofWork([]),
  process: {
    floor: 4,
    rooms: [...words, ...knowledge, ...engines, 'gateway', 'management', 'jobs'],
    packages: ['hono', '@hono/node-server'],
  },
}

/** The only files that may import every room. */
export const stairwells: readonly string[] = ['main.ts', 'jobs/ingest-worker.ts']

/** Files of more than 400 lines, each with the reason why it is not two files. */
export const longFiles: Readonly<Record<string, string>> = { 'generated.ts': 'of the client: made from the contract' }
