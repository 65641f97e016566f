import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { answer, stream } from '../fault/answers.ts'
import { type FaultRequest, type FaultServer, reset, startFaultServer, type Step } from '../fault/fault-server.ts'
import { adminToken, manage, type Row, type Server, startServer } from '../journey/kill-driver.ts'

// Every way in which a secret comes to a Tollgate, and everything in which it could come to light again.

const json = { 'content-type': 'application/json' }
/** What no secret is, in the provider's error: where it is found, a sink was really looked at. */
const marker = 'the provider did not like'
const credentials = ['authorization', 'x-api-key', 'x-goog-api-key', 'x-vendor-key']

/** The secrets, by where they are planted. Each is told from the others, so that a failure names the way it took. */
const planted = {
  'stored key': 'c4nary-of-a-stored-key-51',
  'rotated key': 'c4nary-of-a-rotated-key-52',
  'key of the environment': 'c4nary-of-the-environment-53',
  'encryption key': Buffer.alloc(32, 'c4nary').toString('base64'),
  'header of a custom provider': 'c4nary-of-a-custom-provider-54',
  'key of the client': 'c4nary-of-the-client-55',
  'key in x-api-key': 'c4nary-in-x-api-key-56',
  'key in the query': 'c4nary-in-the-query-57',
  'key in a step': 'c4nary-in-a-step-58',
  'any other header': 'c4nary-in-another-header-59',
  cookie: 'c4nary-in-a-cookie-60',
  'token that nobody holds': `tg_${'c4nary'.repeat(6)}`,
  'admin token': adminToken,
} as const

/** The forms in which a secret is still the secret. */
function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '')
  // Without its ends, which depend on what stands beside it.
  return [secret, encodeURIComponent(secret), base64.slice(0, -2), Buffer.from(secret).toString('hex')]
}

let dataDir: string
let fault: FaultServer
let server: Server
let token: string
/** What was seen of the server, by the sink. */
const sinks = new Map<string, string[]>()
const saw = (sink: string, text: string): void => void sinks.set(sink, [...(sinks.get(sink) ?? []), text])

/** Says again the credentials that it got, in the answer's body; nothing else of the request. */
function telling(status: number): Step {
  return ({ rawHeaders, path: sentPath }: FaultRequest) => {
    const told = rawHeaders.filter((_, at) => credentials.includes(rawHeaders[at - 1]?.toLowerCase() ?? ''))
    return answer({
      status,
      headers: json,
      body: JSON.stringify({ model: 'm', error: { message: `${marker} ${told.join(' ')} at ${sentPath}` } }),
    })
  }
}

const asked: { status: number; path: string }[] = []
async function send(below: string, headers: Record<string, string>, sent = '{"model":"m"}'): Promise<void> {
  const answered = await fetch(`${server.url}/v1/test/g/${below}`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: sent,
  })
  const text = await answered.text()
  asked.push({ status: answered.status, path: below })
  // What a provider says to the client that brought the secret is the provider's to say; Tollgate's own words are not.
  if (!text.includes(marker)) saw('error bodies', text)
  saw('answer heads', JSON.stringify([...answered.headers]))
}

async function read(url: string, headers: Record<string, string> = {}): Promise<string> {
  return (await fetch(url, { headers })).text()
}

describe('a secret', () => {
  before(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'tollgate-canaries-'))
    fault = await startFaultServer()
    server = await startServer(dataDir, fault.url, {
      environment: {
        TOLLGATE_LOG_LEVEL: 'debug',
        TOLLGATE_ENCRYPTION_KEY: planted['encryption key'],
        TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1',
        TOLLGATE_PROVIDER_ANTHROPIC_BASE_URL: `${fault.url}/v1`,
        TOLLGATE_PROVIDER_GOOGLE_AI_STUDIO_BASE_URL: fault.url,
        TOLLGATE_PROVIDER_MISTRAL_BASE_URL: `${fault.url}/v1`,
        TOLLGATE_PROVIDER_MISTRAL_API_KEY: planted['key of the environment'],
        TOLLGATE_PROVIDER_GROQ_BASE_URL: 'http://127.0.0.1:1/v1',
        TOLLGATE_PROVIDER_GROQ_API_KEY: planted['key of the environment'],
      },
      onLine: (line) => saw('stdout', JSON.stringify(line)),
    })
    server.child.stderr.on('data', (bytes: Buffer) => saw('stderr', bytes.toString()))
    await plant()
  })
  after(async () => {
    await fault.close()
    rmSync(dataDir, { recursive: true })
  })

  /** All ways in. */
  async function plant(): Promise<void> {
    const { url } = server
    await manage(url, 'POST', '/gateways', { id: 'g', log_text_search: true })
    await manage(url, 'POST', '/gateways', { id: 'closed', authentication: true })
    const config = { alias: 'a', default_config: true, provider_slug: 'openai', secret: planted['rotated key'] }
    const { result } = await manage(url, 'POST', '/gateways/g/provider_configs', config)
    saw('management API', JSON.stringify(result))
    const { id } = result as { id: string }
    await manage(url, 'PUT', `/gateways/g/provider_configs/${id}`, { secret: planted['stored key'] })
    const headers = JSON.stringify({ 'X-Vendor-Key': planted['header of a custom provider'] })
    const provider = { name: 'v', slug: 'vendor', base_url: `${fault.url}/v1`, headers, enable: true }
    await manage(url, 'POST', '/custom-providers', provider)
    const made = await manage(url, 'POST', '/tokens', { name: 't', permissions: ['AI Gateway Run', 'AI Gateway Read'] })
    token = (made.result as { value: string }).value

    const shown = { 'cf-aig-authorization': `Bearer ${token}` }
    const own = { authorization: `Bearer ${planted['key of the client']}` }
    for (const steps of [[telling(200)], [telling(401)], [telling(500)], [reset]]) {
      fault.plan('default', steps)
      await send('openai/chat/completions', shown)
      await send('mistral/v1/chat/completions', { 'cf-aig-authorization': adminToken })
      await send('custom-vendor/chat/completions', shown)
      await send('openai/chat/completions', own)
      await send('anthropic/v1/messages', { 'x-api-key': planted['key in x-api-key'] })
      await send(`google-ai-studio/v1beta/models/m:generateContent?key=${planted['key in the query']}`, {})
      const step = { provider: 'openai', endpoint: 'chat/completions', query: { model: 'm' } }
      const withKey = { ...step, headers: { Authorization: `Bearer ${planted['key in a step']}` } }
      await send('', {}, JSON.stringify([withKey, withKey]))
      await send('', {}, JSON.stringify([withKey, { provider: 7 }]))
      await send('', {}, `[${JSON.stringify(withKey)},`)
    }
    fault.plan('default', stream([`data: {"error":{"message":"${marker} it"}}\n\n`, 'data: [DONE]\n\n']))
    await send('openai/chat/completions', own, '{"model":"m","stream":true}')
    const kept = { 'x-internal-secret': planted['any other header'], cookie: planted.cookie, 'x-auth-key': 'none' }
    await send('openai/chat/completions', { ...own, ...kept, 'cf-aig-max-attempts': 'many' })
    await send('groq/chat/completions', { ...kept, ...shown })
    await send('groq/chat/completions', { ...own, 'cf-aig-max-attempts': '2', 'cf-aig-retry-delay': '1' })
    await send('no-such-provider/chat/completions', { ...own, ...kept })
    await send('custom-none/chat/completions', { ...own, ...kept })
    await send('openai/chat/completions', { ...shown, 'cf-aig-byok-alias': 'none' })
    for (const header of ['authorization', 'cf-aig-authorization', 'x-auth-key'])
      await send('../closed/openai/chat/completions', { [header]: planted['token that nobody holds'] })
    await send(`../closed/openai/chat/completions?key=${planted['token that nobody holds']}`, {})
  }

  it('reached those that it is for', () => {
    const arrived = fault.requests.map(({ rawHeaders, path: sent }) => `${rawHeaders.join('\n')}\n${sent}`).join('\n')
    for (const name of ['stored key', 'key of the environment', 'header of a custom provider'] as const)
      assert.ok(arrived.includes(planted[name]), name)
    for (const name of ['key of the client', 'key in x-api-key', 'key in the query', 'key in a step'] as const)
      assert.ok(arrived.includes(planted[name]), name)
    for (const secret of [token, adminToken, planted['token that nobody holds'], planted.cookie])
      assert.ok(!arrived.includes(secret), secret)
    assert.deepEqual(new Set(asked.map(({ status }) => status)), new Set([200, 400, 401, 500, 502]))
  })

  it('is in nothing that the server says of itself or its traffic', async () => {
    const { url } = server
    const authorization = `Bearer ${adminToken}`
    for (const below of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/'])
      saw(below, await read(`${url}${below}`))
    const api = `${url}/client/v4/accounts/test/ai-gateway`
    const places = ['/audit-logs?per_page=100', '/tokens', '/gateways', '/gateways/g/provider_configs']
    for (const below of places) saw('management API', await read(api + below, { authorization }))
    // Whoever may not write them is not shown the headers of a custom provider.
    saw('management API', await read(`${api}/custom-providers`, { authorization: `Bearer ${token}` }))
    const refused = { authorization: `Bearer ${planted['token that nobody holds']}` }
    saw('error bodies', await read(`${api}/gateways`, refused))
    const rows: Row[] = []
    for (const gateway of ['g', 'closed']) {
      const { result } = await manage(url, 'GET', `/gateways/${gateway}/logs?per_page=50`)
      rows.push(...(result as Row[]))
      saw('logs', JSON.stringify(result))
      for (const form of ['csv', 'ndjson&bodies=true'])
        saw('exports', await read(`${api}/gateways/${gateway}/logs/export?format=${form}`, { authorization }))
      for (const { id } of result as { id: string }[]) {
        for (const part of ['', '/request', '/response'])
          saw('logs', await read(`${api}/gateways/${gateway}/logs/${id}${part}`, { authorization }))
      }
    }
    assert.ok(rows.length >= 40, `${rows.length} rows`)
    for (const sink of ['logs', 'exports'])
      assert.ok(
        sinks.get(sink)?.some((text) => text.includes(marker)),
        sink,
      )
    search()
  })

  it('is in no file of the data folder, while it runs and after, and in nothing that it said till its end', async () => {
    const files = (): string[] => globSync('**/*', { cwd: dataDir }).map((file) => path.join(dataDir, file))
    const take = (when: string): void => {
      for (const file of files().filter((one) => statSync(one).isFile()))
        saw(`${path.relative(dataDir, file)} ${when}`, readFileSync(file, 'latin1'))
    }
    take('while it runs')
    const { code } = await server.end('SIGTERM')
    assert.equal(code, 0)
    take('after its end')
    assert.ok([...sinks].some(([sink, texts]) => sink.endsWith('its end') && texts.join().includes(marker)))
    assert.ok((sinks.get('stdout')?.length ?? 0) > 2)
    search()
  })

  function search(): void {
    for (const [name, secret] of [...Object.entries(planted), ['API token', token] as const]) {
      for (const form of formsOf(secret)) {
        for (const [sink, texts] of sinks) {
          const found = texts.find((text) => text.includes(form))
          assert.ok(found === undefined, `${name} is in ${sink}: ${excerpt(found, form)}`)
        }
      }
    }
  }
})

function excerpt(text: string | undefined, form: string): string {
  const at = text?.indexOf(form) ?? 0
  return text?.slice(Math.max(0, at - 200), at + form.length + 50) ?? ''
}
