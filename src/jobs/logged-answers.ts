import { inputOf, outputOf } from '../formats/conversation.ts'
import type { Store } from '../store/store.ts'

/** How far one looks back for an answer to the same input. */
const rowsLookedAt = 1000
const idsPerRead = 50
const walkMs = 2000

export interface LoggedAnswer {
  logId: string
  output: string
}

/** The latest logged answers of a gateway, by their input. */
export async function readLoggedAnswers(
  { logs }: Pick<Store, 'logs'>,
  gateway: number,
): Promise<(input: unknown) => LoggedAnswer | null> {
  const { rows: ids } = await logs.walkIds({
    gateway,
    filters: [
      { key: 'model_type', operator: 'eq', values: ['chat'] },
      { key: 'success', operator: 'eq', values: [true] },
    ],
    search: null,
    orderBy: 'created_at',
    direction: 'desc',
    after: null,
    limit: rowsLookedAt,
    budgetMs: walkMs,
  })
  const known = new Map<string, LoggedAnswer>()
  for (let at = 0; at < ids.length; at += idsPerRead) {
    const some = ids.slice(at, at + idsPerRead)
    const bodies = await logs.manyBodies(gateway, some)
    for (const [index, logId] of some.entries()) {
      const input = inputOf(parse(bodies[index]?.request ?? null))
      const output = outputOf(parse(bodies[index]?.response ?? null))
      const key = JSON.stringify(input)
      if (input !== null && output !== null && !known.has(key)) known.set(key, { logId, output })
    }
  }
  return (input) => known.get(JSON.stringify(inputOf({ messages: input }) ?? input)) ?? null
}

function parse(body: Uint8Array | null): unknown {
  if (body === null) return null
  try {
    return JSON.parse(Buffer.from(body).toString()) as unknown
  } catch {
    // Not JSON, or cut off.
    return null
  }
}
