import { type JsonObject, parseObject } from './json.ts'

/** How far from its end an edge is looked for. What stands deeper is worth parsing the whole. */
const edgeBytes = 4096

/**
 * The last members of a JSON object, from its top-level member `name` on, without reading what stands before; null
 * where that cannot be told. Where providers put the usage: one small parse, whatever the length of the answer.
 *
 * Why it is exact for valid JSON: a quote inside a string is escaped, so `"name":` is always a member's name; and the
 * rest of the text behind it closes exactly one brace more than it opens only if that member is at the top.
 */
export function lastMembers(bytes: Buffer, name: string): JsonObject | null {
  const edge = bytes.subarray(Math.max(0, bytes.length - edgeBytes))
  const at = edge.lastIndexOf(`"${name}":`)
  return at === -1 ? null : parseObject(`{${edge.toString('utf8', at)}`)
}

/**
 * The first members of a JSON object, up to its top-level member `name`, whose value is a text without escapes; null
 * where that cannot be told. Where clients and providers put the model. Exact for the same reason as `lastMembers`.
 */
export function firstMembers(bytes: Buffer, name: string): JsonObject | null {
  const edge = bytes.subarray(0, edgeBytes)
  const label = `"${name}":`
  const at = edge.indexOf(label)
  if (at === -1) return null
  const open = edge.indexOf('"', at + label.length)
  const close = open === -1 ? -1 : edge.indexOf('"', open + 1)
  return close === -1 ? null : parseObject(`${edge.toString('utf8', 0, close + 1)}}`)
}
