import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Journey, openJourney, type Row } from '../journey/open.ts'
import { answer, chunk, cutAt, head, lastChunk, stream, streamHead } from './answers.ts'
import { close, reset, stall, type Step } from './fault-server.ts'

const json = { 'content-type': 'application/json' }
const done = 'data: [DONE]\n\n'
const event = (choice: unknown): string => `data: ${JSON.stringify({ choices: [choice] })}\n\n`
const opening = event({ delta: { role: 'assistant', content: '' } })
const delta = (content: string): string => event({ delta: { content } })
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n'
const plainOf = (content: string): string =>
  JSON.stringify({ choices: [{ message: { content } }], usage: { prompt_tokens: 7, completion_tokens: 2 } })
const streamOf = (content: string): string => opening + delta(content) + usage + done

/** What is asked first and fails; what takes over from it says another word. */
const [failing, good] = ['First', 'Second']
interface Kind {
  isStream: boolean
  /** The bytes of an answer that would have been good. */
  bytes: Buffer
  /** How many of them have to come until it cannot be taken back. */
  decidedAt: number
  wholeBody: string
  goodBody: string
  goodSteps: readonly Step[]
}
const streamPieces = [streamHead, chunk(opening), chunk(delta(failing))]
const plain = answer({ headers: json, body: plainOf(failing) })
const kinds: Readonly<Record<string, Kind>> = {
  'a plain answer': {
    isStream: false,
    bytes: plain,
    decidedAt: plain.length,
    wholeBody: plainOf(failing),
    goodBody: plainOf(good),
    goodSteps: [answer({ headers: json, body: plainOf(good) })],
  },
  'a stream': {
    isStream: true,
    bytes: Buffer.concat([...streamPieces, chunk(usage), chunk(done), lastChunk]),
    // An event with data counts at the end of its line: neither its blank line nor the end of its chunk is needed.
    decidedAt: Buffer.concat(streamPieces).length - 3,
    wholeBody: streamOf(failing),
    goodBody: streamOf(good),
    goodSteps: stream([streamOf(good)]),
  },
}

let journey: Journey
before(async () => {
  journey = await openJourney({}, { answerIdleMs: 700, headersMs: 5000, heldStartMs: 300 })
})
after(async () => {
  // Nothing hangs, and no call is left behind: what stalls is given up.
  for (const request of journey.fault.requests) await request.ended
  await journey.close()
})

interface Tried {
  status: number
  body: string
  /** Calls of what fails, and of what takes over. */
  calls: readonly [failing: number, good: number]
  /** The row of each step; of a request with retries the one. */
  rows: readonly Row[]
}

interface Ask {
  isStream: boolean
  failing: readonly Step[]
  goodSteps: readonly Step[]
  headers?: Readonly<Record<string, string>>
  asksUsage?: boolean
}

let names = 0

/** The two ways in which something else takes over. Models are never the same, so that no circuit opens. */
const ways: Readonly<Record<string, (ask: Ask) => Promise<Tried>>> = {
  async 'a second attempt'({ failing: first, goodSteps, headers = {}, ...ask }) {
    const name = `attempts-${names++}`
    journey.fault.plan(name, first, goodSteps)
    const often = { 'cf-aig-max-attempts': '2', 'cf-aig-retry-delay': '1', ...headers }
    const got = await journey.send('openai/chat/completions', {
      fault: name,
      headers: often,
      body: JSON.stringify(chatOf(name, ask)),
    })
    const count = callsOf(name)
    const row = await journey.row(got.logId)
    return { status: got.status, body: got.body.toString(), calls: [1, count - 1], rows: [row] }
  },
  async 'a second step'({ failing: first, goodSteps, headers = {}, ...ask }) {
    const name = `steps-${names++}`
    const step = (fault: string): object => ({
      provider: 'openai',
      endpoint: 'chat/completions',
      headers: { 'x-fault': fault },
      query: chatOf(fault, ask),
    })
    journey.fault.plan(`${name}-a`, first)
    journey.fault.plan(`${name}-b`, goodSteps)
    const body = JSON.stringify([step(`${name}-a`), step(`${name}-b`)])
    const answered = await fetch(journey.base, {
      method: 'POST',
      headers: { ...headers, 'cf-aig-event-id': name },
      body,
    })
    const text = await answered.text()
    const rows: Row[] = (await journey.tollgate.logs('g')).filter((row) => row['event_id'] === name)
    return {
      status: answered.status,
      body: text,
      calls: [callsOf(`${name}-a`), callsOf(`${name}-b`)],
      rows: rows.toSorted((a, b) => Number(a['step']) - Number(b['step'])),
    }
  },
}

function chatOf(model: string, { isStream, asksUsage = true }: Pick<Ask, 'isStream' | 'asksUsage'>): object {
  const asked = asksUsage && { stream_options: { include_usage: true } }
  return { model, messages: [], ...(isStream && { stream: true, ...asked }) }
}

const callsOf = (name: string): number =>
  journey.fault.requests.filter(({ headers }) => headers['x-fault'] === name).length

/** The other one answered, and the rows say so: what failed has a reason. */
function assertTakenOver({ status, body, calls, rows }: Tried, kind: Kind, what: string): void {
  assert.deepEqual([status, body, calls], [200, kind.goodBody, [1, 1]], what)
  const last = rows.at(-1)
  assert.deepEqual([last?.['success'], last?.['outcome'], last?.['tokens_in']], [true, 'complete', 7], what)
  if (rows.length === 2) {
    assert.equal(rows[0]?.['success'], false, what)
    assert.ok(rows[0]['error'], what)
    return
  }
  const attempts = (last?.['attempts'] ?? []) as { status_code: number | null; error: string | null }[]
  assert.equal(attempts.length, 2, what)
  assert.ok(attempts[0]?.error, what)
  assert.deepEqual([attempts[1]?.status_code, attempts[1]?.error], [200, null], what)
}

/** The client has content of what failed, and so nobody else was asked. */
function assertStood({ status, body, calls, rows }: Tried, kind: Kind, what: string): void {
  assert.deepEqual([status, calls, rows.length], [200, [1, 0], 1], what)
  // The line that ends a stream needs no blank line behind it.
  const isWhole = !body.includes('"error"')
  if (isWhole) assert.equal(body.trimEnd(), kind.wholeBody.trimEnd(), what)
  else assert.match(body, /First[^]*\n\ndata: \{"error":\{"message":"[^\n]*"code":"2005"\}\}\n\n$/, what)
  assert.deepEqual(
    [rows[0]?.['success'], rows[0]?.['outcome']],
    isWhole ? [true, 'complete'] : [false, 'upstream_broken'],
    what,
  )
}

for (const [way, ask] of Object.entries(ways)) {
  for (const [name, kind] of Object.entries(kinds)) {
    it(`${name} that is cut at any byte is replaced by ${way} until its client has content, and its rows are true`, async () => {
      const cuts = Array.from({ length: kind.bytes.length + 1 }, (_, at) => at)
      const cut = async (count: number): Promise<void> => {
        const isReset = count % 3 === 2
        const failingSteps = cutAt(kind.bytes, count, isReset ? reset : close)
        const tried = await ask({ isStream: kind.isStream, failing: failingSteps, goodSteps: kind.goodSteps })
        const what = `${isReset ? 'reset' : 'closed'} at ${count} of ${kind.bytes.length}: ${tried.body}`
        const stands = tried.body.includes(failing)
        // A reset may take back what was not read yet.
        if (!isReset || stands) assert.equal(stands, count >= kind.decidedAt, what)
        if (stands) assertStood(tried, kind, what)
        else assertTakenOver(tried, kind, what)
      }
      for (let at = 0; at < cuts.length; at += 8) await Promise.all(cuts.slice(at, at + 8).map(cut))
    })
  }

  describe(`${way} takes over from`, () => {
    const [plainKind, streamKind] = [kinds['a plain answer'], kinds['a stream']]
    if (!plainKind || !streamKind) throw new Error('the kinds have other names')
    const errorEvent = 'data: {"error":{"message":"no capacity"}}\n\n'
    const replaced: readonly (readonly [name: string, kind: Kind, steps: readonly Step[]])[] = [
      ['a provider that stalls before its head', streamKind, [stall]],
      ['one that closes without a byte', plainKind, [close]],
      ['garbage', plainKind, ['\x00no http\r\n\r\n', close]],
      ['a stream that begins with an error event', streamKind, stream([errorEvent])],
      ['one with an error event behind its opening', streamKind, stream([opening, errorEvent, done])],
      ['an empty stream', streamKind, [streamHead, lastChunk]],
      ['a stream that has nothing but its end', streamKind, stream([done])],
      ['half a JSON', plainKind, [answer({ headers: json, body: plainOf(failing).slice(0, 40) })]],
      ['a 200 with an error inside', plainKind, [answer({ headers: json, body: '{"error":{"message":"no"}}' })]],
      ['a body that breaks off', plainKind, [head(200, { ...json, 'content-length': '999' }), '{"half":', reset]],
      ['503', plainKind, [answer({ status: 503, headers: json, body: '{"error":{"message":"down"}}' })]],
    ]
    for (const [name, kind, failingSteps] of replaced) {
      it(name, async () => {
        const headers = { 'cf-aig-request-timeout': '250' }
        const tried = await ask({ isStream: kind.isStream, failing: failingSteps, goodSteps: kind.goodSteps, headers })
        if (name !== '503') assertTakenOver(tried, kind, name)
        else assert.deepEqual([tried.status, tried.body, tried.calls], [200, kind.goodBody, [1, 1]])
      })
    }
  })

  describe(`${way} cannot help any more where`, () => {
    const isStream = true
    const goodSteps = stream([streamOf(good)])

    it('a stream stalls behind its content: the client is told, and the row says a timeout', async () => {
      const { status, body, calls, rows } = await ask({
        isStream,
        failing: [streamHead, chunk(delta(failing)), stall],
        goodSteps,
      })
      assert.deepEqual([status, calls], [200, [1, 0]])
      assert.match(body, /First[^]*data: \{"error":\{"message":"No answer from the provider[^\n]*\}\}\n\n$/)
      assert.deepEqual([rows[0]?.['success'], rows[0]?.['outcome']], [false, 'upstream_timeout'])
    })

    it('a stream tells of an error behind its content: it goes on as it came, and the row says the error', async () => {
      const error = 'data: {"error":{"message":"The engine broke"}}\n\n'
      const { body, calls, rows } = await ask({ isStream, failing: stream([delta(failing), error]), goodSteps })
      assert.deepEqual([body, calls], [delta(failing) + error, [1, 0]])
      assert.deepEqual([rows[0]?.['success'], rows[0]?.['error']], [false, 'The engine broke'])
    })

    it('a body stalls for longer than it is held: 504, and the row says a timeout', async () => {
      const { status, body, calls, rows } = await ask({
        isStream: false,
        failing: [head(200, { ...json, 'content-length': '99' }), '{"half":', stall],
        goodSteps: [answer({ headers: json, body: plainOf(good) })],
      })
      assert.deepEqual([status, calls], [504, [1, 0]])
      assert.match(body, /"internalCode":2005/)
      assert.deepEqual([rows[0]?.['success'], rows[0]?.['outcome']], [false, 'upstream_timeout'])
    })
  })

  it(`a stream whose usage comes late needs no ${way.slice(2)}, and its row has the tokens, asked for or not`, async () => {
    const late: Step[] = [streamHead, chunk(opening + delta(failing)), { pauseMs: 100 }, chunk(usage + done), lastChunk]
    for (const asksUsage of [true, false]) {
      const tried = await ask({ isStream: true, failing: late, goodSteps: stream([streamOf(good)]), asksUsage })
      const expected = opening + delta(failing) + (asksUsage ? usage : '') + done
      assert.deepEqual([tried.status, tried.body, tried.calls], [200, expected, [1, 0]])
      const [row] = tried.rows
      assert.deepEqual([row?.['success'], row?.['tokens_in'], row?.['tokens_out']], [true, 7, 2])
    }
  })
}

it('a redirect is never followed: it is the answer for retries, and a failure for steps', async () => {
  const to = `${journey.fault.url}/v1/elsewhere`
  const failingSteps = [answer({ status: 307, headers: { location: to }, body: 'moved' })]
  const goodSteps = [answer({ headers: json, body: plainOf(good) })]
  const [retried, stepped] = [ways['a second attempt'], ways['a second step']]
  const first = await retried?.({ isStream: false, failing: failingSteps, goodSteps })
  assert.deepEqual([first?.status, first?.body, first?.calls], [307, 'moved', [1, 0]])
  assert.deepEqual([first?.rows[0]?.['success'], first?.rows[0]?.['status_code']], [false, 307])
  const second = await stepped?.({ isStream: false, failing: failingSteps, goodSteps })
  assert.deepEqual([second?.status, second?.calls], [200, [1, 1]])
  assert.deepEqual(
    second?.rows.map((row) => [row['success'], row['status_code']]),
    [
      [false, 307],
      [true, 200],
    ],
  )
  assert.ok(!journey.fault.requests.some(({ path }) => path.includes('elsewhere')))
})
