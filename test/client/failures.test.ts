import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import Tollgate, * as client from '@tollgate/client'
import { envelope, type Planned, type Recorder, startRecorder } from './recorder.ts'

const account = { account_id: 'a' }
const refusal = (message: string, path?: string[]): object => ({
  success: false,
  errors: [{ code: 7001, message, ...(path && { path }) }],
  messages: [],
  result: null,
})
/** An answer after which one may come back at once. */
const soon = (status: number): Planned => ({ status, headers: { 'retry-after-ms': '1' }, body: refusal('busy') })

describe('the client, when things fail,', () => {
  let recorder: Recorder
  before(async () => {
    recorder = await startRecorder()
  })
  after(() => recorder.close())
  beforeEach(() => void (recorder.requests.length = 0))
  const connect = (options: ConstructorParameters<typeof Tollgate>[0] = {}): Tollgate =>
    new Tollgate({ apiToken: 'token', baseURL: `${recorder.url}/client/v4`, ...options })

  /** What a call raises. */
  async function failure(call: PromiseLike<unknown>): Promise<client.APIError> {
    const error = await Promise.resolve(call).then(
      () => assert.fail('the call must fail'),
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof client.APIError, String(error))
    return error
  }

  const classes = {
    400: client.BadRequestError,
    401: client.AuthenticationError,
    403: client.PermissionDeniedError,
    404: client.NotFoundError,
    405: client.APIError,
    409: client.ConflictError,
    412: client.PreconditionFailedError,
    422: client.UnprocessableEntityError,
    429: client.RateLimitError,
    500: client.InternalServerError,
    503: client.InternalServerError,
  }
  for (const [status, Class] of Object.entries(classes)) {
    it(`raises ${Class.name} at ${status}`, async () => {
      recorder.plan({ status: Number(status), headers: { 'x-a': 'b' }, body: refusal('cache_ttl: too big', ['body']) })
      const error = await failure(connect({ maxRetries: 0 }).aiGateway.get('g', account))
      assert.equal(error.constructor, Class)
      assert.deepEqual([error.status, error.headers?.get('x-a'), error.name], [Number(status), 'b', Class.name])
      assert.deepEqual(error.errors, [{ code: 7001, message: 'cache_ttl: too big', path: ['body'] }])
      assert.deepEqual(error.error, refusal('cache_ttl: too big', ['body']))
      assert.equal(error.message, `${status} cache_ttl: too big`)
      assert.equal(Tollgate[Class.name as 'APIError'], Class, 'it is at the class too, as in the official client')
    })
  }

  it('says what came instead of the API', async () => {
    recorder.plan({ status: 502, body: '<h1>Bad gateway</h1>' }, { status: 200, body: '<h1>Welcome</h1>' })
    const error = await failure(connect({ maxRetries: 0 }).aiGateway.get('g', account))
    assert.deepEqual(
      [error.error, error.errors, error.message],
      ['<h1>Bad gateway</h1>', [], '502 <h1>Bad gateway</h1>'],
    )
    const page = await failure(connect().aiGateway.get('g', account))
    assert.deepEqual([page.status, page.message], [200, '200 <h1>Welcome</h1>'])
  })

  it('asks again where that helps, twice if nothing else is said', async () => {
    recorder.plan(soon(503), soon(429), { body: envelope({ id: 'g' }) })
    assert.equal((await connect().aiGateway.get('g', account)).id, 'g')
    assert.equal(recorder.requests.length, 3)
    recorder.plan(soon(503), soon(503), soon(503))
    assert.equal((await failure(connect().aiGateway.get('g', account))).status, 503)
    assert.equal(recorder.requests.length, 6)
    recorder.plan(soon(503))
    await failure(connect().aiGateway.get('g', account, { maxRetries: 0 }))
    assert.equal(recorder.requests.length, 7)
  })

  it('makes nothing twice: a creation, a removal of the oldest rows, a change of one version', async () => {
    const { aiGateway } = connect()
    for (const call of [
      () => aiGateway.create({ ...account, id: 'g' }),
      () => aiGateway.logs.delete('g', account),
      () => aiGateway.update('g', account, { ifMatch: 'x' }),
    ]) {
      recorder.requests.length = 0
      recorder.plan(soon(503))
      assert.equal((await failure(call())).status, 503)
      recorder.plan({ drop: true })
      assert.ok((await failure(call())) instanceof client.APIConnectionError)
      assert.equal(recorder.requests.length, 2)
    }
    recorder.requests.length = 0
    recorder.plan(soon(429), { body: envelope({ id: 'g' }) })
    await aiGateway.create({ ...account, id: 'g' })
    assert.equal(recorder.requests.length, 2)
  })

  it('asks again when the connection breaks, and says what broke when it goes on', async () => {
    recorder.plan({ drop: true }, { body: envelope({ id: 'g' }) })
    assert.equal((await connect().aiGateway.get('g', account)).id, 'g')
    assert.equal(recorder.requests.length, 2)
    const error = await failure(
      connect({ baseURL: 'http://127.0.0.1:1/client/v4', maxRetries: 0 }).aiGateway.get('g', account),
    )
    assert.ok(error instanceof client.APIConnectionError)
    assert.equal(error.status, undefined)
    assert.match(error.message, /^Connection error: /)
    assert.ok(error.cause instanceof Error)
  })

  it('waits as long as it is told to', async () => {
    recorder.plan({ late: 5000 })
    const begun = performance.now()
    const error = await failure(connect({ timeout: 50, maxRetries: 0 }).aiGateway.get('g', account))
    assert.ok(error instanceof client.APIConnectionTimeoutError)
    assert.equal(error.message, 'No answer within 50 ms.')
    assert.ok(performance.now() - begun < 3000)
    recorder.plan({ late: 5000 }, { body: envelope({ id: 'g' }) })
    assert.equal((await connect().aiGateway.get('g', account, { timeout: 50 })).id, 'g')
  })

  it('gives up at once when the caller does: before, during, and between attempts', async () => {
    const before = await failure(connect().aiGateway.get('g', account, { signal: AbortSignal.abort('done') }))
    assert.ok(before instanceof client.APIUserAbortError)
    assert.deepEqual([before.cause, recorder.requests.length], ['done', 0])

    recorder.plan({ late: 5000 })
    const during = new AbortController()
    const call = failure(connect().aiGateway.get('g', account, { signal: during.signal }))
    setTimeout(() => during.abort(), 50)
    assert.ok((await call) instanceof client.APIUserAbortError)

    recorder.plan({ status: 503, headers: { 'retry-after': '30' } })
    const between = new AbortController()
    const begun = performance.now()
    const waiting = failure(connect().aiGateway.get('g', account, { signal: between.signal }))
    setTimeout(() => between.abort(), 100)
    assert.ok((await waiting) instanceof client.APIUserAbortError)
    assert.ok(performance.now() - begun < 10_000, 'it waited for the next attempt')
    assert.equal(recorder.requests.length, 2)
  })

  it('hands out the HTTP answer too, as often as one likes', async () => {
    recorder.plan({ body: envelope({ id: 'g' }), headers: { 'x-a': 'b' } })
    const promise = connect().aiGateway.get('g', account)
    const { data, response } = await promise.withResponse()
    assert.deepEqual([data.id, response.headers.get('x-a')], ['g', 'b'])
    assert.deepEqual(await response.json(), envelope({ id: 'g' }))
    assert.deepEqual(await (await promise.asResponse()).json(), envelope({ id: 'g' }))
    assert.equal((await promise).id, 'g')
    assert.equal(recorder.requests.length, 1)
    recorder.plan({ status: 404 })
    await assert.rejects(connect().aiGateway.get('g', account).asResponse(), client.NotFoundError)
  })

  it('gives a stored body as what it is, and an export as it comes', async () => {
    const bytes = 'not JSON at all'
    recorder.plan({ body: { any: 1 } }, { body: bytes }, { body: bytes, headers: { 'content-type': 'audio/mpeg' } })
    const { logs } = connect().aiGateway
    assert.deepEqual(await logs.response('g', 'l', account), { any: 1 })
    assert.equal(await logs.response('g', 'l', account), bytes)
    assert.deepEqual(await logs.response('g', 'l', account), new TextEncoder().encode(bytes))
    recorder.plan({ body: bytes })
    const exported = await logs.export('g', account)
    assert.equal(exported.bodyUsed, false)
    assert.equal(await exported.text(), bytes)
    recorder.plan({ status: 404, body: refusal('no such gateway') })
    assert.equal((await failure(logs.export('g', account))).message, '404 no such gateway')
  })
})
