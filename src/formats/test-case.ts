import type { TestCase } from '../contract/dataset-record.ts'
import { inputOf, outputOf } from './conversation.ts'

/** The test case that a logged request makes, with its answer as the expected one if wanted; or why there is none. */
export function testCaseOf(
  logId: string,
  bodies: { request: Uint8Array | null; response: Uint8Array | null } | null,
  usesAnswer: boolean,
): TestCase | string {
  if (bodies === null) return 'there is no such log'
  const input = inputOf(parse(bodies.request))
  if (input === null) return 'its request was not kept, or has no prompt'
  const expected = usesAnswer ? outputOf(parse(bodies.response)) : null
  if (usesAnswer && expected === null) return 'its answer was not kept, or has no text'
  return { input, ...(expected !== null && { expected_output: expected }), metadata: { log_id: logId } }
}

function parse(body: Uint8Array | null): unknown {
  if (body === null) return null
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown
  } catch {
    // Not JSON, or cut off: nothing can be read of it.
    return null
  }
}
