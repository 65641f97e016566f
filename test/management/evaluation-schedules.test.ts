import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { runDueSchedules } from '../../src/management/due-schedules.ts'
import type { ScheduleDocument } from '../../src/management/evaluation-schedules.ts'
import { sampleAudit } from '../store/samples.ts'
import { accountId, type Management, openManagement } from './open.ts'

// The results of whichever route was called: each test knows their shape.
// oxlint-disable-next-line typescript/no-explicit-any -- see above
type Result = any

describe('evaluation schedules', () => {
  let api: Management
  let datasetId: string
  const base = 'gateways/g/evaluation-schedules'
  before(async () => {
    api = await openManagement()
    await api.call('POST', 'gateways', { id: 'g' })
    datasetId = (await api.call('POST', 'gateways/g/datasets', { name: 'd', data: [{ input: 'a' }] })).result.id
  })
  after(() => api.close())

  const evaluation = () => ({ dataset_id: datasetId, evaluation_type: 'contains', model: 'openai/gpt-4o-mini' })
  const madeBy = async (id: string): Promise<Result[]> =>
    (await api.call('GET', `gateways/g/evaluations?schedule_id=${id}`)).result
  const minutes = (count: number) => (api.clock.now += count * 60_000)

  it('make an evaluation each time they are due, whose results are a list over time', async () => {
    const { status, result, text } = await api.call('POST', base, {
      name: 'nightly',
      cron: '*/10 * * * *',
      evaluation: evaluation(),
    })
    assert.equal(status, 200, text)
    assert.deepEqual([result.next_run_at, result.last_run_at, result.enable], ['2026-03-01T00:10:00.000Z', null, true])
    assert.equal(result.evaluation.concurrency, 8)
    minutes(9)
    await runDueSchedules(api.deps)
    assert.deepEqual(await madeBy(result.id), [])
    minutes(1)
    await runDueSchedules(api.deps)
    await runDueSchedules(api.deps)
    minutes(10)
    // Two processes that look at the same time.
    await Promise.all([runDueSchedules(api.deps), runDueSchedules(api.deps)])
    // What was missed is made up for once.
    minutes(35)
    await runDueSchedules(api.deps)
    await runDueSchedules(api.deps)
    const made = await madeBy(result.id)
    assert.deepEqual(
      made.map(({ name, schedule_id: by }: Result) => [name, by]),
      ['00:30', '00:20', '00:10'].map((time) => [`nightly 2026-03-01T${time}Z`, result.id]),
    )
    const { result: now } = await api.call('GET', `${base}/${result.id}`)
    assert.deepEqual(
      [now.last_run_at, now.next_run_at, now.last_error],
      ['2026-03-01T00:30:00.000Z', '2026-03-01T01:00:00.000Z', null],
    )
    assert.deepEqual((await api.call('GET', base)).result, [now])
  })

  it('make it once where a process died when it had made it and before it said so', async () => {
    const { id } = (await api.call('POST', base, { name: 'died', cron: '0 * * * *', evaluation: evaluation() })).result
    minutes(60)
    const { documents } = api.deps.store
    const dying = { ...documents, write: () => Promise.reject(new Error('the process died')) }
    await assert.rejects(runDueSchedules({ ...api.deps, store: { ...api.deps.store, documents: dying } }), /died/)
    assert.equal((await madeBy(id)).length, 1)
    await runDueSchedules(api.deps)
    assert.equal((await madeBy(id)).length, 1)
    const shown = (await api.call('GET', `${base}/${id}`)).result
    assert.deepEqual([shown.last_error, shown.last_run_at === null], [null, false])
    await api.call('DELETE', `${base}/${id}`)
  })

  it('go on at the usual times where the clock was ahead, and run nothing twice', async () => {
    const body = { name: 'stepped', cron: '*/10 * * * *', evaluation: evaluation() }
    const { id } = (await api.call('POST', base, body)).result
    const startMs = api.clock.now
    minutes(24 * 60)
    await runDueSchedules(api.deps)
    api.clock.now = startMs
    await runDueSchedules(api.deps)
    assert.equal((await madeBy(id)).length, 1)
    // The first of these was made while the clock was ahead.
    for (let times = 0; times < 3; times++) {
      minutes(10)
      await runDueSchedules(api.deps)
    }
    assert.equal((await madeBy(id)).length, 3)
    // The day after it comes to the time that it was at already.
    api.clock.now = startMs + 24 * 60 * 60_000
    await runDueSchedules(api.deps)
    const made = await madeBy(id)
    assert.equal(new Set(made.map(({ name }) => name)).size, made.length)
    await api.call('DELETE', `${base}/${id}`)
  })

  it('hold up no other where they cannot be read', async () => {
    const [{ result: first }, { result: second }] = [
      await api.call('POST', base, { name: 'unreadable', cron: '0 * * * *', evaluation: evaluation() }),
      await api.call('POST', base, { name: 'readable', cron: '0 * * * *', evaluation: evaluation() }),
    ]
    const schedules = await api.deps.store.documents.all(['evaluation_schedule'])
    const broken = schedules.find((one) => one.id === first.id) as ScheduleDocument
    const document = { ...broken, body: { ...broken.body, evaluation: {} } as ScheduleDocument['body'] }
    const step = { op: 'update', document, expectedModifiedMs: broken.modifiedMs } as const
    assert.equal((await api.deps.store.documents.write([step], sampleAudit())).done, true)
    minutes(60)
    await assert.rejects(runDueSchedules(api.deps))
    assert.equal((await madeBy(second.id)).length, 1)
    await api.call('DELETE', `${base}/${second.id}`)
    await api.deps.store.documents.write([{ op: 'remove', kind: broken.kind, id: first.id }], sampleAudit())
  })

  it('say why there is no evaluation, stand still where they are switched off, and go', async () => {
    const body = { name: 'broken', cron: '0 * * * *', evaluation: evaluation() }
    const { id } = (await api.call('POST', base, body)).result
    await api.call('PUT', `gateways/g/datasets/${datasetId}`, { enable: false })
    minutes(60)
    await runDueSchedules(api.deps)
    const shown = (await api.call('GET', `${base}/${id}`)).result
    assert.match(shown.last_error, /is switched off/)
    await api.call('PUT', `gateways/g/datasets/${datasetId}`, { enable: true })
    const off = await api.call('PUT', `${base}/${id}`, { ...shown, enable: false })
    assert.deepEqual([off.status, off.result.next_run_at], [200, null], off.text)
    minutes(120)
    await runDueSchedules(api.deps)
    const on = await api.call('PUT', `${base}/${id}`, { enable: true, name: 'mended' })
    await runDueSchedules(api.deps)
    assert.deepEqual([on.result.name, (await madeBy(id)).length], ['mended', 0])
    minutes(60)
    await runDueSchedules(api.deps)
    assert.equal((await madeBy(id)).length, 1)
    assert.equal((await api.call('DELETE', `${base}/${id}`)).status, 200)
    assert.equal((await api.call('GET', `${base}/${id}`)).status, 404)
    assert.equal((await madeBy(id)).length, 1)
  })

  it('use the rights of whoever made them, as long as there are any', async () => {
    const token = async (permissions: string[]): Promise<Result> =>
      (await api.call('POST', `/client/v4/accounts/${accountId}/ai-gateway/tokens`, { name: 't', permissions })).result
    const body = { name: 'of a token', cron: '0 * * * *', evaluation: evaluation() }
    const as = ({ value }: { value: string }) => ({ authorization: `Bearer ${value}` })
    const weak = await api.call('POST', base, body, as(await token(['AI Gateway Write'])))
    assert.deepEqual([weak.status, /AI Gateway Run/.test(weak.text)], [403, true])
    const owner = await token(['AI Gateway Write', 'AI Gateway Run'])
    const { status, result, text } = await api.call('POST', base, body, as(owner))
    assert.equal(status, 200, text)
    await api.call('DELETE', `/client/v4/accounts/${accountId}/ai-gateway/tokens/${owner.id}`)
    minutes(60)
    await runDueSchedules(api.deps)
    const shown = (await api.call('GET', `${base}/${result.id}`)).result
    assert.match(shown.last_error, /token that made this schedule was removed/)
    assert.deepEqual(await madeBy(result.id), [])
  })

  it('are refused where they could never run', async () => {
    const refused = async (more: object): Promise<string> => {
      const answer = await api.call('POST', base, { name: 'x', cron: '* * * * *', evaluation: evaluation(), ...more })
      assert.deepEqual([answer.status, answer.body.errors[0]?.code], [400, 7001], answer.text)
      return answer.body.errors[0]?.message ?? ''
    }
    assert.match(await refused({ cron: '99 * * * *' }), /^cron: 99 \* \* \* \* is no schedule: 99 is no minute/)
    assert.match(await refused({ cron: '0 0 31 2 *' }), /there is no such day/)
    assert.match(
      await refused({ evaluation: { ...evaluation(), evaluation_type: 'exact' } }),
      /there is no evaluator exact/,
    )
    assert.match(await refused({ evaluation: { ...evaluation(), dataset_id: 'none' } }), /has no dataset none/)
    assert.match(await refused({ evaluation: { ...evaluation(), dataset_id: undefined } }), /dataset_id: Required/)
    assert.match(await refused({ name: 'nightly' }), /already exists/)
    const [{ id }] = (await api.call('GET', base)).result
    const body = { evaluation: { ...evaluation(), dataset_id: 'none' } }
    const changed = await api.call('PUT', `${base}/${id}`, body)
    assert.deepEqual([changed.status, /has no dataset none/.test(changed.text)], [400, true])
  })
})
