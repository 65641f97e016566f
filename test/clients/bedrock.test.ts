import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { aimockText, startAimock } from '../aimock.ts'
import { answer, chunk, head, lastChunk } from '../fault/answers.ts'
import { type FaultRequest, type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { exceptionFrame } from '../formats/event-stream.ts'
import { recordedStream } from '../formats/recorded.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all, jsonAnswer } from './journey.ts'

const host = 'bedrock-runtime.us-east-1.amazonaws.com'
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG', sessionToken: 'a-session' }
const model = 'us.anthropic.claude-3-5-haiku-20241022-v1:0'
const messages = [{ role: 'user' as const, content: [{ text: 'Grüezi' }] }]

let fault: FaultServer
let tollgate: TestTollgate
let client: BedrockRuntimeClient
let lastLogId: string | undefined
before(async () => {
  fault = await startFaultServer()
  tollgate = await startForTest({ TOLLGATE_PROVIDER_AWS_BEDROCK_BASE_URL: fault.url })
  client = clientOf(new URL(`${await tollgate.gateway('g')}/aws-bedrock/bedrock-runtime/us-east-1`))
})
after(async () => {
  client.destroy()
  await fault.close()
  await tollgate.close()
})

/** A client that signs for Amazon, and then sends to Tollgate. */
function clientOf(base: URL): BedrockRuntimeClient {
  const handler = new NodeHttpHandler()
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
    requestHandler: {
      async handle(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
        assert.equal(request.hostname, host)
        const path = base.pathname + request.path
        const to = { protocol: 'http:', hostname: base.hostname, port: Number(base.port), path }
        const sent = Object.assign(request.clone(), to)
        delete sent.headers['host']
        const answered = await handler.handle(sent, options)
        lastLogId = answered.response.headers['cf-aig-log-id']
        return answered
      },
      destroy: () => handler.destroy(),
    },
  })
}

async function row(): Promise<Record<string, unknown>> {
  const { body } = await tollgate.manage('GET', `/gateways/g/logs/${lastLogId}`)
  // The management API's own tests look at its shape.
  return body.result as Record<string, unknown>
}

const hex = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** The signature that what arrived must have, by https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html. */
function signatureOf(
  { method, path, headers, body }: FaultRequest,
  signedHost: string,
): { expected: string; found: string } {
  const [, scope = '', signed = '', found = ''] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(headers.authorization ?? '') ?? []
  const canonicalPath = path
    .split('/')
    .map((segment) => encodeURIComponent(segment))
    .join('/')
  const lines = signed.split(';').map((name) => `${name}:${name === 'host' ? signedHost : String(headers[name])}\n`)
  const canonical = [method, canonicalPath, '', lines.join(''), signed, hex(body)].join('\n')
  const [date = '', region = '', service = '', end = ''] = scope.split('/')
  const keys = [date, region, service, end]
  const key = keys.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${credentials.secretAccessKey}`)
  const text = ['AWS4-HMAC-SHA256', String(headers['x-amz-date']), scope, hex(canonical)].join('\n')
  return { expected: hmac(key, text).toString('hex'), found }
}

function assertSigned(signedHost = host): void {
  const last = fault.requests.at(-1)
  assert.ok(last)
  const { expected, found } = signatureOf(last, signedHost)
  assert.equal(found, expected)
}

const streamOf = (bytes: Buffer, size: number) => [
  head(200, { 'content-type': 'application/vnd.amazon.eventstream', 'transfer-encoding': 'chunked' }),
  ...Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    chunk(bytes.subarray(at * size, (at + 1) * size)),
  ),
  lastChunk,
]

describe('Amazon’s own client', () => {
  it('converses, and what arrives is signed as it was', async () => {
    const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 }
    const output = { message: { role: 'assistant', content: [{ text: 'Hoi' }] } }
    fault.plan('default', [jsonAnswer(200, { output, stopReason: 'end_turn', usage, metrics: { latencyMs: 1 } })])
    const answered = await client.send(new ConverseCommand({ modelId: model, messages }))
    assert.equal(answered.output?.message?.content?.[0]?.text, 'Hoi')
    assertSigned()
    const { model: named, tokens_in, tokens_out, cost, request_head } = await row()
    assert.deepEqual([named, tokens_in, tokens_out, cost], [model, 10, 5, 0.000028])
    assert.match(String(request_head), /Grüezi/)
  })

  it('reads a streamed conversation', async () => {
    fault.plan('default', streamOf(recordedStream('bedrock-converse.events.txt').bytes, 50))
    const { stream } = await client.send(new ConverseStreamCommand({ modelId: model, messages }))
    const events = await all(stream ?? assert.fail())
    assert.equal(
      events.map((event) => event.contentBlockDelta?.delta?.text ?? '').join(''),
      'Let me look that up für Sie.',
    )
    assert.equal(events.at(-1)?.metadata?.usage?.outputTokens, 78)
    assertSigned()
    const { success, tokens_out } = await row()
    assert.deepEqual([success, tokens_out], [true, 78])
  })

  it('invokes a model by its ARN, with usage in the answer’s head', async () => {
    const headers = {
      'content-type': 'application/json',
      'x-amzn-bedrock-input-token-count': '12',
      'x-amzn-bedrock-output-token-count': '34',
    }
    fault.plan('default', [answer({ headers, body: '{"outputs":[{"text":"Hoi"}]}' })])
    const modelId = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.meta.llama3-3-70b-instruct-v1:0'
    const answered = await client.send(new InvokeModelCommand({ modelId, body: '{"prompt":"Grüezi"}' }))
    assert.equal(answered.body.transformToString(), '{"outputs":[{"text":"Hoi"}]}')
    assertSigned()
    const { model: named, tokens_in, tokens_out, cost } = await row()
    assert.deepEqual([named, tokens_in, tokens_out], [modelId, 12, 34])
    assert.ok(Number(cost) > 0)
  })

  it('reads a streamed invocation', async () => {
    fault.plan('default', streamOf(recordedStream('bedrock-invoke.events.txt').bytes, 333))
    const command = new InvokeModelWithResponseStreamCommand({ modelId: model, body: '{"messages":[]}' })
    const events = await all((await client.send(command)).body ?? assert.fail())
    const texts = events.map((event) => new TextDecoder().decode(event.chunk?.bytes))
    assert.match(texts.at(-1) ?? '', /"message_stop"/)
    assertSigned()
    const { success, tokens_in, tokens_out } = await row()
    assert.deepEqual([success, tokens_in, tokens_out], [true, 11, 14])
  })

  it('raises its own errors: of an answer, and of an exception in a stream', async () => {
    const headers = { 'content-type': 'application/json', 'x-amzn-errortype': 'ThrottlingException' }
    fault.plan('default', [answer({ status: 429, headers, body: '{"message":"Too many requests"}' })])
    await assert.rejects(client.send(new ConverseCommand({ modelId: model, messages })), {
      name: 'ThrottlingException',
      message: 'Too many requests',
    })
    assert.equal((await row())['error'], 'Too many requests')
    fault.plan('default', streamOf(exceptionFrame('modelStreamErrorException', 'Model stream error'), 1000))
    const streamed = async () => {
      const { stream } = await client.send(new ConverseStreamCommand({ modelId: model, messages }))
      return all(stream ?? assert.fail())
    }
    await assert.rejects(streamed(), { name: 'ModelStreamErrorException' })
    const { success, error } = await row()
    assert.deepEqual([success, error], [false, 'Model stream error'])
  })
})

describe('Amazon’s own client, with a key that is stored here', () => {
  const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 }
  let keyless: BedrockRuntimeClient
  before(async () => {
    const base = await tollgate.gateway('kept')
    const config = {
      alias: 'a',
      default_config: true,
      provider_slug: 'aws-bedrock',
      secret: JSON.stringify(credentials),
    }
    assert.equal((await tollgate.manage('POST', '/gateways/kept/provider_configs', config)).status, 200)
    keyless = new BedrockRuntimeClient({
      region: 'us-east-1',
      endpoint: `${base}/aws-bedrock/bedrock-runtime/us-east-1`,
      // It signs nothing: the token is Tollgate's.
      token: { token: tollgate.adminToken },
      authSchemePreference: ['httpBearerAuth'],
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler(),
    })
  })
  after(() => keyless.destroy())

  /** What arrived is signed for the host that was called, and has nothing of Tollgate's. */
  function assertSignedHere(): void {
    assertSigned(new URL(fault.url).host)
    const sent = fault.requests.at(-1)?.rawHeaders.join() ?? ''
    assert.ok(sent.includes(credentials.sessionToken) && !sent.includes(tollgate.adminToken))
  }

  it('converses, signed by Tollgate', async () => {
    const output = { message: { role: 'assistant', content: [{ text: 'Hoi' }] } }
    fault.plan('default', [jsonAnswer(200, { output, stopReason: 'end_turn', usage, metrics: { latencyMs: 1 } })])
    const answered = await keyless.send(new ConverseCommand({ modelId: model, messages }))
    assert.equal(answered.output?.message?.content?.[0]?.text, 'Hoi')
    assertSignedHere()
    const [latest = {}] = await tollgate.logs('kept')
    assert.deepEqual([latest['provider'], latest['model'], latest['success']], ['aws-bedrock', model, true])
    assert.deepEqual([latest['tokens_in'], latest['tokens_out'], latest['cost']], [10, 5, 0.000028])
    assert.ok(!JSON.stringify(latest).includes(credentials.secretAccessKey))
  })

  it('reads a streamed conversation, signed by Tollgate', async () => {
    fault.plan('default', streamOf(recordedStream('bedrock-converse.events.txt').bytes, 50))
    const { stream } = await keyless.send(new ConverseStreamCommand({ modelId: model, messages }))
    const events = await all(stream ?? assert.fail())
    assert.match(events.map((event) => event.contentBlockDelta?.delta?.text ?? '').join(''), /für Sie/)
    assert.equal(events.at(-1)?.metadata?.usage?.outputTokens, 78)
    assertSignedHere()
    const [latest = {}] = await tollgate.logs('kept')
    assert.deepEqual([latest['success'], latest['outcome'], latest['tokens_out']], [true, 'complete', 78])
  })
})

describe('Amazon’s own client, before a provider that others wrote', () => {
  it('reads plain and streamed conversations with their text and usage', async () => {
    const aimock = await startAimock()
    const other = await startForTest({ TOLLGATE_PROVIDER_AWS_BEDROCK_BASE_URL: aimock.url })
    const through = clientOf(new URL(`${await other.gateway('g')}/aws-bedrock/bedrock-runtime/us-east-1`))
    try {
      const answered = await through.send(new ConverseCommand({ modelId: model, messages }))
      assert.equal(answered.output?.message?.content?.[0]?.text, aimockText)
      const { stream } = await through.send(new ConverseStreamCommand({ modelId: model, messages }))
      const events = await all(stream ?? assert.fail())
      assert.equal(events.map((event) => event.contentBlockDelta?.delta?.text ?? '').join(''), aimockText)
      for (const found of await other.logs('g')) {
        assert.deepEqual([found['success'], found['outcome'], found['model']], [true, 'complete', model])
        assert.deepEqual([found['tokens_in'], found['tokens_out'], found['cost']], [11, 7, 0.0000368])
      }
    } finally {
      through.destroy()
      await other.close()
      await aimock.close()
    }
  })
})
