import { asObject } from './json.ts'
import type { JsonObject } from './json.ts'

/** Strings with these names are told whole (and by some providers again in every chunk), never in pieces. */
const whole = new Set(['id', 'type', 'role', 'name', 'object', 'model', 'format', 'finish_reason', 'service_tier'])

/** An answer has a handful of tool calls; a bound keeps a broken provider from costing quadratic time. */
const mostIndexed = 1024

/** Deeper members than any provider's are replaced instead of merged, so that no nesting can exhaust the stack. */
const deepest = 8

/**
 * Merges one streamed delta into what was assembled so far, by the rule that the OpenAI family follows: strings grow,
 * objects merge, list entries with an `index` merge by it, other list entries are appended, null changes nothing that
 * is there, and everything else replaces. So members that are not known here are kept too.
 */
export function mergeDelta(target: JsonObject, delta: JsonObject, depth = 0): void {
  for (const key in delta) {
    // Read from an object, this name gives its prototype, which must never be merged into.
    if (key === '__proto__') continue
    const piece = delta[key]
    const known = target[key]
    if (typeof piece === 'string' && typeof known === 'string' && known !== '') {
      if (!whole.has(key)) target[key] = known + piece
      else if (piece !== '') target[key] = piece
    } else if (piece === null) {
      if (known === undefined) target[key] = null
    } else if (Array.isArray(piece) && depth < deepest) {
      const list: unknown[] = Array.isArray(known) ? known : []
      target[key] = list
      for (const entry of piece) mergeEntry(list, entry, depth + 1)
    } else if (typeof piece === 'object' && depth < deepest) {
      const object = asObject(known) ?? {}
      target[key] = object
      mergeDelta(object, asObject(piece) ?? {}, depth + 1)
    } else {
      target[key] = piece
    }
  }
}

function mergeEntry(list: unknown[], entry: unknown, depth: number): void {
  const fields = asObject(entry)
  const index = fields?.['index']
  if (!fields || typeof index !== 'number') {
    list.push(entry)
    return
  }
  mergeDelta(entryAt(list, index) ?? {}, fields, depth)
}

/** The entry of a list of choices or tool calls with this `index`, made where it is new; null where there are too many. */
export function entryAt(list: unknown[], index: number): JsonObject | null {
  // Streams almost always go on with the entry they began last.
  const last = asObject(list.at(-1))
  if (last?.['index'] === index) return last
  const known = list.find((entry) => asObject(entry)?.['index'] === index)
  if (known !== undefined) return asObject(known)
  if (list.length >= mostIndexed) return null
  const entry: JsonObject = { index }
  list.push(entry)
  return entry
}
