import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, describe, it } from 'node:test'
import { evaluate, type Terminal } from '../../cli/evaluate.ts'
import { type EvaluationProvider, startEvaluationProvider } from '../journey/evaluation-provider.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'

const root = path.join(import.meta.dirname, '..', '..')

describe('the command line, eval', () => {
  let provider: EvaluationProvider
  let tollgate: TestTollgate
  let folder: string
  let env: Record<string, string>
  before(async () => {
    provider = await startEvaluationProvider()
    tollgate = await startForTest({
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${provider.url}/v1`,
      TOLLGATE_PROVIDER_OPENAI_API_KEY: 'sk-test',
    })
    folder = mkdtempSync(path.join(tmpdir(), 'tollgate-cli-'))
    env = { TOLLGATE_URL: tollgate.url, TOLLGATE_TOKEN: tollgate.adminToken, TOLLGATE_ACCOUNT: 'test' }
    await tollgate.gateway('g')
    const data = ['one', 'two', 'three <&"\u0001>', 'four'].map((input) => ({ input, expected_output: input }))
    await tollgate.manage('POST', '/gateways/g/datasets', { name: 'd', data })
  })
  after(async () => {
    await tollgate.close()
    await provider.close()
    rmSync(folder, { recursive: true })
  })
  beforeEach(() => {
    provider.answerTo = (text) => ({ text: text === 'two' ? 'wrong' : text })
  })

  /** As a shell runs it. */
  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const child = spawn(process.execPath, ['cli/main.ts', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
    })
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    return { code: Number(code), out, err }
  }
  const usual = ['--gateway', 'g', '--dataset', 'd', '--type', 'exact_match', '--model', 'openai/gpt-4o-mini']

  it('ends with 0 where the score is good enough, with 1 where not, and writes what CI reads', async () => {
    const [junit, json] = [path.join(folder, 'junit.xml'), path.join(folder, 'results.json')]
    const good = await run(
      'eval',
      ...usual,
      '--name',
      'first',
      '--fail-under',
      '0.75',
      '--junit',
      junit,
      '--json',
      json,
    )
    assert.equal(good.code, 0, good.err)
    assert.match(
      good.out,
      /^model +evaluator +score +passed +errors +USD +ms\nopenai\/gpt-4o-mini +exact_match +0\.7500 +3\/4 +0 +0\.0000\d+ +\d+\n/,
    )
    assert.match(good.out, /\nscore 0\.7500 {3}4 of 4 answers/)
    assert.equal(good.err, 'evaluating: first\n')

    const xml = readFileSync(junit, 'utf8')
    assert.match(xml, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites tests="4" failures="1" errors="0"/)
    assert.match(
      xml,
      /name="2: two"[^>]*><failure message="[^"]*expected text &quot;two&quot;[^"]*">expected: &quot;two&quot;&#10;answer: wrong</,
    )
    assert.match(xml, /name="3: three &lt;&amp;&quot;\?&gt;"[^>]*\/>/)
    const written = JSON.parse(readFileSync(json, 'utf8')) as { score: number; results: { output: string }[] }
    assert.deepEqual([written.score, written.results.map(({ output }) => output)[1]], [0.75, 'wrong'])

    provider.answerTo = () => ({ text: 'wrong' })
    const bad = await run('eval', ...usual, '--fail-under', '0.9', '--compare', 'first')
    assert.equal(bad.code, 1)
    assert.match(bad.out, /openai\/gpt-4o-mini +exact_match +-0\.7500 +0\/3\/1 +0\.250 +may be chance/)
    assert.match(bad.out, /\nfailed: the score is 0, and 0\.9 was asked for\n$/)
  })

  it('ends with 1 where a case has no score, unless that is allowed', async () => {
    provider.answerTo = (asked) => (asked === 'two' ? { status: 400 } : {})
    const junit = path.join(folder, 'errors.xml')
    const refused = await run('eval', ...usual, '--junit', junit)
    assert.deepEqual(
      [refused.code, /failed: 1 results have no score, and 0 may: .*status 400/.test(refused.out)],
      [1, true],
    )
    const xml = readFileSync(junit, 'utf8')
    // A case without a score is an error, and no failure.
    assert.match(xml, /<testsuites tests="4" failures="0" errors="1"/)
    assert.match(xml, /name="2: two"[^>]*><error message="[^"]*status 400/)
    assert.equal((await run('eval', ...usual, '--max-errors', '1')).code, 0)
    provider.answerTo = () => ({ status: 400 })
    const none = await run('eval', ...usual, '--max-errors', '4', '--fail-under', '0')
    assert.deepEqual([none.code, /failed: there is no score, and 0 was asked for/.test(none.out)], [1, true])
  })

  it('ends with 1 where the evaluation failed, whatever its score is', async () => {
    const junit = path.join(folder, 'budget.xml')
    const spent = await run('eval', ...usual, '--budget-usd', '0.000001', '--concurrency', '1', '--junit', junit)
    assert.equal(spent.code, 1, spent.err)
    assert.match(spent.out, /score 1\.0000 {3}1 of 4 answers[^]*failed: The budget of 0\.000001 USD is used up/)
    assert.match(readFileSync(junit, 'utf8'), /<testsuites tests="2" failures="0" errors="1"[^]*The budget of/)
  })

  it('reports all results, of a dataset by its id, also where they are several pages', async () => {
    const data = Array.from({ length: 130 }, (_, at) => ({ input: `${at}`, expected_output: `${at}` }))
    const { body } = await tollgate.manage('POST', '/gateways/g/datasets', { name: 'large', data })
    const large = usual.map((word) => (word === 'd' ? (body.result as { id: string }).id : word))
    const { code, out, err } = await run('eval', ...large)
    assert.equal(code, 0, err)
    assert.match(out, /exact_match +1\.0000 +130\/130 +0 /)
  })

  it('ends with 2 and says why where it cannot be run', async () => {
    const said = async (...args: string[]): Promise<string> => {
      const { code, err } = await run(...args)
      assert.equal(code, 2, err)
      return err
    }
    assert.match(await said('evil'), /there is no command "evil", expected eval/)
    assert.match(await said('eval', '--gateway', 'g', '--type', 'x'), /--dataset is missing/)
    assert.match(await said('eval', ...usual, '--colour'), /--colour/)
    assert.match(await said('eval', ...usual, '--fail-under', '90%'), /--fail-under must be a number from 0 to 1/)
    assert.match(await said('eval', ...usual, '--settings', '{'), /--settings must be JSON/)
    assert.match(await said('eval', ...usual, '--dataset', 'none'), /the gateway g has no dataset none/)
    assert.match(await said('eval', ...usual, '--type', 'exact'), /there is no evaluator exact/)
    assert.match(await said('eval', ...usual, '--token', 'wrong'), /Authentication/)
    assert.match(await said('eval', ...usual, '--url', 'http://127.0.0.1:1'), /Connection error/)
    assert.match((await run('eval', '--help')).out, /--fail-under N/)
  })

  it('draws a bar on a terminal', async () => {
    let drawn = ''
    let printed = ''
    const terminal: Terminal = {
      env,
      err: { write: (part) => (drawn += part), isTTY: true, columns: 100 },
      out: { write: (part) => (printed += part) },
      signal: new AbortController().signal,
    }
    assert.equal(await evaluate(usual, terminal), 0)
    assert.match(drawn, /\[#{40}\] 4\/4 complete, 0 without an answer, 0\.\d{4} USD\n$/)
    assert.match(printed, /score 0\.7500/)
  })

  it('cancels the evaluation where it is interrupted', async () => {
    const stopping = new AbortController()
    const asked = Promise.withResolvers<void>()
    provider.answerTo = () => {
      asked.resolve()
      return { breaks: 'hang' }
    }
    const out = { write: () => true }
    const ended = evaluate([...usual, '--name', 'interrupted'], { env, err: out, out, signal: stopping.signal })
    await asked.promise
    stopping.abort()
    assert.equal(await ended, 130)
    const { body } = await tollgate.manage('GET', '/gateways/g/evaluations?name=interrupted')
    assert.equal((body.result as { error: string }[])[0]?.error, 'It was cancelled.')
  })
})
