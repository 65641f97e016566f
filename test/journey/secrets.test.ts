import assert from 'node:assert/strict'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { answer } from '../fault/answers.ts'
import { echo, type FaultRequest, startFaultServer } from '../fault/fault-server.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { adminToken, manage, startServer } from './kill-driver.ts'
import { openJourney } from './open.ts'

const canary = 'sk-c4n4ry-7f3a9be1d2'

describe('secrets that are stored', () => {
  let tollgate: TestTollgate
  const answers: string[] = []
  before(async () => {
    tollgate = await startForTest()
  })
  after(() => tollgate.close())

  const call = async (method: string, below: string, body?: unknown) => {
    const answer = await tollgate.manage(method, below, body)
    answers.push(JSON.stringify(answer))
    return answer
  }

  it('are sealed with a key of this user, in no other file', () => {
    const file = path.join(tollgate.dataDir, 'encryption-key')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const key = readFileSync(file, 'utf8').trim()
    const others = filesOf(tollgate).filter((other) => other !== file)
    for (const text of [...others.map((other) => readFileSync(other, 'latin1')), ...tollgate.logLines]) {
      assert.ok(!text.includes(key))
    }
  })

  it('are sealed with the key that the operator gives, which is written nowhere', async () => {
    const own = await startForTest({ TOLLGATE_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64') })
    try {
      await own.gateway('g')
      const config = { alias: 'a', default_config: true, provider_slug: 'openai', secret: canary }
      assert.equal((await own.manage('POST', '/gateways/g/provider_configs', config)).status, 200)
      assert.ok(!existsSync(path.join(own.dataDir, 'encryption-key')))
    } finally {
      await own.close()
    }
  })

  it('are in no answer, log, audit entry or file, in any of their ways through the server', async () => {
    await tollgate.gateway('g')
    const configs = '/gateways/g/provider_configs'
    const config = { alias: 'a', default_config: true, provider_slug: 'openai', secret: `${canary}-1` }
    const made = await call('POST', configs, config)
    const { id } = made.body.result as { id: string }
    await call('PUT', `${configs}/${id}`, { secret: `${canary}-2` })
    await call('POST', configs, config)
    await call('POST', configs, { ...config, secret: [canary] })
    await call('POST', configs, { ...config, alias: 7 })
    await call('POST', configs, { ...config, provider_slug: 'none' })
    await call('POST', configs, { ...config, unknown: canary })
    await call('PUT', `${configs}/none`, { secret: canary })
    await call('GET', configs)
    await call('DELETE', `${configs}/${id}`)
    const base_url = 'https://api.example.com'
    const provider = { name: 'p', slug: 'p', base_url, headers: JSON.stringify({ 'x-key': canary }) }
    const own = await call('POST', '/custom-providers', { ...provider, slug: 'q', headers: '{"x-key":"a"}' })
    // Whoever may write them is shown the headers: what is answered to these calls is not looked at below.
    const shown = await tollgate.manage('POST', '/custom-providers', provider)
    const { id: providerId } = shown.body.result as { id: string }
    await tollgate.manage('PATCH', `/custom-providers/${providerId}`, { name: 'r' })
    await call('POST', '/custom-providers', { ...provider, base_url: `https://${canary}@api.example.com` })
    await call('POST', '/custom-providers', { ...provider, base_url: `https://api.example.com?key=${canary}` })
    await call('POST', '/custom-providers', { ...provider, slug: 's', headers: `{"x-key": "${canary}"` })
    await call('POST', '/custom-providers', { ...provider, slug: 's', headers: { 'x-key': canary } })
    await call('POST', '/custom-providers', provider)
    await call('GET', '/audit-logs?per_page=100')
    const broken = await fetch(`${tollgate.url}/client/v4/accounts/test/ai-gateway${configs}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tollgate.adminToken}` },
      body: `{"secret": "${canary}`,
    })
    answers.push(await broken.text())

    assert.deepEqual([made.status, own.status, shown.status, broken.status], [200, 200, 200, 400])
    for (const text of [...answers, ...tollgate.logLines]) assert.ok(!text.includes('c4n4ry'), text)
    const stored = filesOf(tollgate)
    assert.ok(
      stored.some((file) => readFileSync(file).includes('provider_config')),
      'the store was looked at',
    )
    for (const file of stored) assert.ok(!readFileSync(file).includes('c4n4ry'), file)
  })
})

describe('secrets that are used', () => {
  it('are in no row, log, file, metric, error or audit entry, however the provider answers', async () => {
    const journey = await openJourney((faultUrl) => ({
      TOLLGATE_PROVIDER_AWS_BEDROCK_BASE_URL: faultUrl,
      TOLLGATE_PROVIDER_GOOGLE_AI_STUDIO_BASE_URL: faultUrl,
      TOLLGATE_PROVIDER_GROQ_BASE_URL: 'http://127.0.0.1:9',
    }))
    const { fault, tollgate, send } = journey
    const token = { 'cf-aig-authorization': `Bearer ${tollgate.adminToken}` }
    const keys: Record<string, string> = {
      openai: `${canary}-openai`,
      anthropic: `${canary}-anthropic`,
      groq: `${canary}-groq`,
      'google-ai-studio': `${canary}-google`,
      'aws-bedrock': JSON.stringify({
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: `${canary}-aws`,
        sessionToken: `${canary}-session`,
      }),
    }
    const paths: Record<string, string> = {
      'google-ai-studio': 'v1beta/models/m:generateContent',
      'aws-bedrock': 'bedrock-runtime/us-east-1/model/m/converse',
    }
    const seen: string[] = []
    for (const [provider_slug, secret] of Object.entries(keys)) {
      for (const alias of ['a', 'b']) {
        const config = { alias, default_config: alias === 'a', provider_slug, secret }
        const made = await tollgate.manage('POST', '/gateways/g/provider_configs', config)
        assert.equal(made.status, 200)
        seen.push(JSON.stringify(made))
      }
    }
    // It says again what it got, in its answer and in its errors: what a client is told is the provider's to say.
    const telling = (status: number) => (request: FaultRequest) =>
      answer({
        status,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ error: { message: `Incorrect API key: ${request.rawHeaders.join(' ')}` } }),
      })
    const statuses: number[] = []
    const ids: string[] = []
    for (const steps of [[echo], [telling(401)], [telling(500)], [{ end: 'reset' } as const]]) {
      fault.plan('default', steps)
      for (const slug of Object.keys(keys)) {
        const got = await send(`${slug}/${paths[slug] ?? 'v1/chat/completions'}`, {
          body: '{"model":"m"}',
          headers: token,
        })
        statuses.push(got.status)
        ids.push(got.logId)
      }
    }
    assert.deepEqual(new Set(statuses), new Set([200, 401, 500, 502]))
    assert.ok(fault.requests.some(({ rawHeaders }) => rawHeaders.join().includes(`${canary}-session`)))
    const bad = await send('openai/v1/chat/completions', {
      body: '{}',
      headers: { ...token, 'cf-aig-byok-alias': 'none' },
    })
    seen.push(bad.body.toString())
    for (const id of ids) {
      seen.push(JSON.stringify(await journey.row(id)))
      for (const which of ['request', 'response'] as const) seen.push(String(await journey.kept(id, which)))
    }
    for (const below of ['/gateways/g/logs?per_page=50', '/gateways/g/provider_configs', '/audit-logs?per_page=100']) {
      seen.push(JSON.stringify(await tollgate.manage('GET', below)))
    }
    seen.push(await (await fetch(`${tollgate.url}/metrics`)).text())
    for (const text of [...seen, ...tollgate.logLines]) assert.ok(!text.includes('c4n4ry'), text)
    const files = filesOf(tollgate)
    assert.ok(
      files.some((file) => readFileSync(file).includes('Incorrect API key')),
      'the rows are in a file',
    )
    for (const file of files) assert.ok(!readFileSync(file).includes('c4n4ry'), file)
    await journey.close()
  })

  it('are used after a restart, sealed anew with a newer key, and then with that alone', async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'tollgate-rotation-'))
    const fault = await startFaultServer()
    const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64')
    const told: string[] = []
    const start = (keys: string) =>
      startServer(dataDir, fault.url, {
        environment: { TOLLGATE_ENCRYPTION_KEY: keys },
        onLine: (line) => told.push(JSON.stringify(line)),
      })
    const send = async (url: string): Promise<number> => {
      const headers = { 'cf-aig-authorization': `Bearer ${adminToken}`, 'cf-aig-byok-alias': 'a' }
      const answered = await fetch(`${url}/v1/test/g/openai/chat/completions`, { method: 'POST', headers, body: '{}' })
      await answered.arrayBuffer()
      return answered.status
    }
    const first = await start(keyOf(1))
    await manage(first.url, 'POST', '/gateways', { id: 'g' })
    const config = { alias: 'a', default_config: true, provider_slug: 'openai', secret: canary }
    await manage(first.url, 'POST', '/gateways/g/provider_configs', config)
    await first.end('SIGTERM')
    for (const keys of [`${keyOf(2)},${keyOf(1)}`, keyOf(2)]) {
      const server = await start(keys)
      assert.equal(await send(server.url), 200)
      assert.equal(fault.requests.at(-1)?.headers.authorization, `Bearer ${canary}`)
      await server.end('SIGTERM')
    }
    assert.ok(told.some((line) => line.includes('may be taken away')))
    for (const line of told) assert.ok(!line.includes('c4n4ry') && !line.includes(keyOf(1)) && !line.includes(keyOf(2)))
    await fault.close()
    rmSync(dataDir, { recursive: true })
  })
})

function filesOf({ dataDir }: TestTollgate): string[] {
  const all = globSync('**/*', { cwd: dataDir }).map((file) => path.join(dataDir, file))
  return all.filter((file) => statSync(file).isFile())
}
