import assert from 'node:assert/strict'
import { type LogDetail, logDetailSchema } from '../../src/contract/logs.ts'
import { answer } from '../fault/answers.ts'
import type { TestTollgate } from '../tollgate.ts'

/** The row of an answer, which carries its id in `cf-aig-log-id`; it must hold the contract's members and no others. */
export async function rowOf(
  tollgate: TestTollgate,
  gateway: string,
  { headers }: Pick<Response, 'headers'>,
): Promise<LogDetail> {
  const id = headers.get('cf-aig-log-id')
  assert.ok(id, 'the answer names its row')
  return detailOf(tollgate, gateway, id)
}

/** The one row of a gateway, for clients that do not show an answer's headers: each test then has a gateway of its own. */
export async function onlyRow(tollgate: TestTollgate, gateway: string): Promise<LogDetail> {
  const [row, ...more] = await tollgate.logs(gateway)
  assert.ok(row && more.length === 0, `${gateway} has ${row ? 1 + more.length : 0} rows`)
  return detailOf(tollgate, gateway, String(row['id']))
}

async function detailOf(tollgate: TestTollgate, gateway: string, id: string): Promise<LogDetail> {
  const { status, body } = await tollgate.manage('GET', `/gateways/${gateway}/logs/${id}`)
  assert.equal(status, 200, JSON.stringify(body))
  const row = logDetailSchema.strict().parse(body.result)
  assert.equal(row.id, id)
  return row
}

/** The bytes of a provider's answer in JSON, for the fault server. */
export function jsonAnswer(status: number, body: unknown): Buffer {
  return answer({ status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

/** Everything that a stream or a list gives, to its end. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}
