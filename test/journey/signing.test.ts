import assert from 'node:assert/strict'
import { createHash, createHmac, createVerify, generateKeyPairSync } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { answer } from '../fault/answers.ts'
import { type FaultRequest, type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { type Got, type Journey, openJourney, type SendOptions } from './open.ts'

const json = { 'content-type': 'application/json' }
const tokenAnswer = (token: string, seconds: number) =>
  answer({ headers: json, body: JSON.stringify({ access_token: token, expires_in: seconds, token_type: 'Bearer' }) })

let journey: Journey
/** Stands in for Google's token endpoint. */
let issuer: FaultServer
let gateway: string
let count = 0
before(async () => {
  issuer = await startFaultServer()
  journey = await openJourney((faultUrl) => ({
    TOLLGATE_PROVIDER_AWS_BEDROCK_BASE_URL: faultUrl,
    TOLLGATE_PROVIDER_GOOGLE_VERTEX_AI_BASE_URL: faultUrl,
    TOLLGATE_PROVIDER_GOOGLE_VERTEX_AI_TOKEN_URL: `${issuer.url}/token`,
  }))
})
after(async () => {
  await journey.close()
  await issuer.close()
})
beforeEach(async () => {
  gateway = `s${++count}`
  await journey.tollgate.gateway(gateway)
})

async function store(slug: string, secret: unknown, alias = 'main'): Promise<void> {
  const text = typeof secret === 'string' ? secret : JSON.stringify(secret)
  const config = { alias, default_config: alias === 'main', provider_slug: slug, secret: text }
  const { status, body } = await journey.tollgate.manage('POST', `/gateways/${gateway}/provider_configs`, config)
  assert.equal(status, 200, JSON.stringify(body))
}
function send(path: string, options: SendOptions = {}): Promise<Got> {
  const token = { 'cf-aig-authorization': `Bearer ${journey.tollgate.adminToken}` }
  return journey.send(`../${gateway}/${path}`, {
    body: '{"a":"ü"}',
    ...options,
    headers: { ...json, ...token, ...options.headers },
  })
}
function last(): FaultRequest {
  return journey.fault.requests.at(-1) ?? assert.fail()
}

const hex = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Checks a signature as Amazon does, by https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html. */
function assertSigned({ method, path, headers, body }: FaultRequest, secret: string, service: string): string[] {
  const [, scope = '', signed = '', found = ''] =
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      headers.authorization ?? '',
    ) ?? []
  const [sentPath = '', query = ''] = path.split('?')
  const segments = sentPath.split('/').map((segment) => encodeURIComponent(segment))
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name])}\n`)
  const canonical = [method, segments.join('/'), query, lines.join(''), signed, hex(body)].join('\n')
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`)
  const text = ['AWS4-HMAC-SHA256', String(headers['x-amz-date']), scope, hex(canonical)].join('\n')
  assert.equal(found, hmac(key, text).toString('hex'))
  assert.match(scope, new RegExp(`^\\d{8}/eu-central-1/${service}/aws4_request$`))
  return signed.split(';')
}

describe('a key of Amazon’s', () => {
  const pair = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG-secret', region: 'us-east-1' }
  const model = 'us.anthropic.claude-3-5-haiku-20241022-v1%3A0'

  it('signs what is sent, for the path’s region, and none of it is in the row', async () => {
    await store('aws-bedrock', { ...pair, sessionToken: 'a-session-of-this-test' })
    const headers = {
      'X-Amzn-Bedrock-GuardrailIdentifier': 'gr-1',
      'x-amz-date': '20200101T000000Z',
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    }
    const got = await send(`aws-bedrock/bedrock-runtime/eu-central-1/model/${model}/converse?b=2&a=1`, { headers })
    assert.equal(last().path, `/model/${model}/converse?b=2&a=1`)
    const canonical = { ...last(), path: `/model/${model}/converse?a=1&b=2` }
    const signed = assertSigned(canonical, pair.secretAccessKey, 'bedrock')
    assert.deepEqual(signed, [
      'content-type',
      'host',
      'x-amz-date',
      'x-amz-security-token',
      'x-amzn-bedrock-guardrailidentifier',
    ])
    assert.equal(last().headers['x-amz-content-sha256'], undefined)
    assert.equal(last().body.toString(), '{"a":"ü"}')
    const row = JSON.stringify(await journey.row(got.logId, gateway))
    const signature = String(last().headers.authorization).split('Signature=')[1] ?? assert.fail()
    for (const text of [pair.secretAccessKey, 'a-session-of-this-test', signature]) assert.ok(!row.includes(text), text)
  })

  it('signs a request without a body, and one for the other host', async () => {
    await store('bedrock', pair)
    await send('aws-bedrock/bedrock-mantle/eu-central-1/v1/models', { method: 'GET', body: '' })
    assertSigned(last(), pair.secretAccessKey, 'bedrock-mantle')
    await send('bedrock/bedrock-mantle/eu-central-1/anthropic/v1/messages')
    assertSigned(last(), pair.secretAccessKey, 'bedrock-mantle')
    assert.equal(last().headers['x-api-key'], undefined)
  })

  it('does not sign what is longer than is held', async () => {
    await store('aws-bedrock', pair)
    const before = journey.fault.requests.length
    const got = await send(`aws-bedrock/bedrock-runtime/eu-central-1/model/${model}/invoke`, {
      body: Buffer.alloc(9 << 20, 32),
    })
    assert.deepEqual([got.status, journey.fault.requests.length], [413, before])
  })

  it('is left alone where the client signed', async () => {
    await store('aws-bedrock', pair)
    const authorization = 'AWS4-HMAC-SHA256 Credential=X/20261126/eu-central-1/bedrock/aws4_request, Signature=abc'
    await send(`aws-bedrock/bedrock-runtime/eu-central-1/model/${model}/converse`, { headers: { authorization } })
    assert.equal(last().headers.authorization, authorization)
  })

  it('that is a plain text goes where the host takes it', async () => {
    await store('aws-bedrock', 'bedrock-api-key-of-this-test')
    await send(`aws-bedrock/bedrock-runtime/eu-central-1/model/${model}/converse`)
    assert.equal(last().headers.authorization, 'Bearer bedrock-api-key-of-this-test')
    await send('aws-bedrock/bedrock-mantle/eu-central-1/anthropic/v1/messages')
    assert.deepEqual(
      [last().headers.authorization, last().headers['x-api-key']],
      [undefined, 'bedrock-api-key-of-this-test'],
    )
    const authorization = 'Bearer clients-own-key-0123'
    const got = await send('aws-bedrock/bedrock-mantle/eu-central-1/anthropic/v1/messages', {
      headers: { authorization },
    })
    assert.deepEqual([last().headers.authorization, last().headers['x-api-key']], [undefined, 'clients-own-key-0123'])
    assert.ok(!JSON.stringify(await journey.row(got.logId, gateway)).includes('clients-own-key'))
    await send('aws-bedrock/bedrock-mantle/eu-central-1/v1/chat/completions', { headers: { authorization } })
    assert.equal(last().headers.authorization, authorization)
  })
})

describe('a service account of Google’s', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const path = 'google-vertex-ai/v1/projects/p/locations/us-central1/publishers/google/models/m:generateContent'
  const account = (name: string) => ({
    type: 'service_account',
    client_email: `${name}@p.iam.gserviceaccount.com`,
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    private_key_id: 'key-1',
    token_uri: 'http://169.254.169.254/token',
  })
  const exchanges = (name: string): FaultRequest[] =>
    issuer.requests.filter(({ body }) => {
      const [, claims = ''] = (new URLSearchParams(body.toString()).get('assertion') ?? '').split('.')
      return Buffer.from(claims, 'base64url').toString().includes(`${name}@`)
    })

  it('is exchanged once for a token, whatever comes at once, and neither is in a row', async () => {
    issuer.plan('default', [{ pauseMs: 50 }, tokenAnswer('ya29.the-token-of-once', 3600)])
    await store('google-vertex-ai', account('once'))
    const all = await Promise.all(Array.from({ length: 20 }, () => send(path)))
    assert.ok(all.every(({ status }) => status === 200))
    for (const { rawHeaders } of journey.fault.requests.slice(-20))
      assert.ok(rawHeaders.includes('Bearer ya29.the-token-of-once'))
    const [exchange, ...more] = exchanges('once')
    assert.ok(exchange)
    assert.deepEqual([exchange.path, more], ['/token', []])
    for (const { logId } of all.slice(0, 3)) {
      const row = JSON.stringify(await journey.row(logId, gateway))
      assert.ok(!row.includes('the-token-of-once') && !row.includes('PRIVATE KEY'))
      assert.ok(!(await journey.kept(logId, 'response'))?.includes('the-token-of-once'))
    }

    const form = new URLSearchParams(exchange.body.toString())
    assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer')
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
    assert.ok(createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url'))
    const read = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
    assert.deepEqual(read(head), { alg: 'RS256', typ: 'JWT', kid: 'key-1' })
    const { iat, exp, ...told } = read(claims)
    assert.equal(Number(exp) - Number(iat), 3600)
    assert.deepEqual(told, {
      iss: 'once@p.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: 'https://oauth2.googleapis.com/token',
    })
  })

  it('gets another token before the old one expires, and nobody waits for it', async () => {
    await store('google-vertex-ai', account('renewed'))
    issuer.plan('default', [tokenAnswer('ya29.short', 200)], [tokenAnswer('ya29.long', 3600)])
    await send(path)
    await send(path)
    assert.equal(last().headers.authorization, 'Bearer ya29.short')
    while (last().headers.authorization !== 'Bearer ya29.long') await send(path)
    await send(path)
    assert.equal(exchanges('renewed').length, 2)
  })

  it('whose token is as good as expired gets another one first', async () => {
    await store('google-vertex-ai', account('expired'))
    issuer.plan('default', [tokenAnswer('ya29.over', 5)], [tokenAnswer('ya29.fresh', 3600)])
    await send(path)
    await send(path)
    assert.equal(last().headers.authorization, 'Bearer ya29.fresh')
  })

  it('that is refused is told as that, and asked for again with the next request', async () => {
    await store('google-vertex-ai', account('refused'))
    const no = answer({ status: 400, headers: json, body: '{"error":"invalid_grant","error_description":"canary"}' })
    issuer.plan('default', [no], [tokenAnswer('ya29.now', 3600)])
    const got = await send(path)
    assert.equal(got.status, 502)
    assert.match(got.body.toString(), /did not take the service account \(status 400, invalid_grant\)/)
    assert.ok(!got.body.toString().includes('canary'))
    assert.equal((await send(path)).status, 200)
  })

  it('that has no usable private key, or an issuer that breaks off, fails the request alone', async () => {
    await store('google-vertex-ai', { ...account('broken'), private_key: '-----BEGIN PRIVATE KEY-----\nnone' })
    const got = await send(path)
    assert.equal(got.status, 502)
    assert.match(got.body.toString(), /no usable private key/)
    await store('google-vertex-ai', account('cut'), 'cut')
    issuer.plan('default', [{ end: 'reset' }])
    assert.equal((await send(path, { headers: { 'cf-aig-byok-alias': 'cut' } })).status, 502)
  })

  it('may be the client’s own, in base64, also without a Tollgate token', async () => {
    issuer.plan('default', [tokenAnswer('ya29.of-the-client', 3600)])
    const text = Buffer.from(JSON.stringify({ ...account('own'), region: 'us-central1' })).toString('base64')
    const headers = { ...json, authorization: `Bearer ${text}` }
    const got = await journey.send(`../${gateway}/${path}`, { body: '{}', headers })
    assert.deepEqual([got.status, last().headers.authorization], [200, 'Bearer ya29.of-the-client'])
    assert.equal(exchanges('own').length, 1)
    assert.ok(!(await journey.kept(got.logId, 'response'))?.includes('of-the-client'))
    const other = Buffer.from(JSON.stringify({ not: 'an account'.repeat(50) })).toString('base64')
    await journey.send(`../${gateway}/${path}`, { body: '{}', headers: { ...json, authorization: `Bearer ${other}` } })
    assert.equal(last().headers.authorization, `Bearer ${other}`)
  })

  it('is not needed where the key is a token', async () => {
    await store('google-vertex-ai', 'ya29.a-plain-token')
    await send(path)
    assert.equal(last().headers.authorization, 'Bearer ya29.a-plain-token')
  })
})
