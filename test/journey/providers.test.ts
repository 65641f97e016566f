import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { providers } from '../../src/providers/index.ts'
import type { ProviderAuth } from '../../src/providers/provider.ts'
import { answer, chunk, head, lastChunk } from '../fault/answers.ts'
import { eventFrame, exceptionFrame } from '../formats/event-stream.ts'
import { recordedStream } from '../formats/recorded.ts'
import { type Journey, openJourney } from './open.ts'

const json = { 'content-type': 'application/json' }
const environmentName = (slug: string): string => slug.toUpperCase().replaceAll('-', '_')
const instanceKey = (slug: string): string => `instance-key-of-${slug}-0123456789`

let journey: Journey
before(async () => {
  journey = await openJourney((faultUrl) =>
    Object.fromEntries(
      providers.flatMap(({ slug }) => [
        [`TOLLGATE_PROVIDER_${environmentName(slug)}_BASE_URL`, `${faultUrl}/base`],
        [`TOLLGATE_PROVIDER_${environmentName(slug)}_API_KEY`, instanceKey(slug)],
      ]),
    ),
  )
})
after(() => journey.close())

const lastRequest = (): Journey['fault']['requests'][number] => {
  const last = journey.fault.requests.at(-1)
  assert.ok(last)
  return last
}

/** A path that the provider has an address for. */
const paths: Readonly<Record<string, string>> = {
  'google-vertex-ai': 'v1/projects/p/locations/us-central1/publishers/google/models/m:generateContent',
  'azure-openai': 'resource/deployment/chat/completions',
  'aws-bedrock': 'bedrock-runtime/us-east-1/model/m/converse',
}
const pathOf = (slug: string): string => `${slug}/${paths[slug] ?? 'x/y'}`

const withKey = (place: ProviderAuth, key: string): { headers: Record<string, string>; query: string } => {
  if (place.in === 'query') return { headers: {}, query: `?${place.name}=${key}` }
  return { headers: { [place.name]: place.scheme === null ? key : `${place.scheme} ${key}` }, query: '' }
}

for (const { slug, auth } of providers) {
  describe(slug, () => {
    for (const place of auth) {
      it(`gets the client’s own credential in ${place.in} ${place.name}, no other one, and no row shows it`, async () => {
        const key = `clients-own-${slug}-key-987654321`
        const { headers, query } = withKey(place, key)
        const token = { 'cf-aig-authorization': `Bearer ${journey.tollgate.adminToken}` }
        const got = await journey.send(`${pathOf(slug)}${query}`, {
          body: '{"a":1}',
          headers: { ...headers, ...token },
        })
        const { rawHeaders, path } = lastRequest()
        assert.ok(`${rawHeaders.join()} ${path}`.includes(key))
        assert.ok(!`${rawHeaders.join()} ${path}`.includes(instanceKey(slug)))
        assert.ok(got.body.toString().includes(key), 'the echo tells it')
        const row = JSON.stringify(await journey.row(got.logId))
        assert.ok(!row.includes(key))
        assert.ok(!(await journey.kept(got.logId, 'response'))?.includes(key))
      })
    }

    it('gets the instance’s key in its first place, only of an authenticated request, and no row shows it', async () => {
      const token = { 'cf-aig-authorization': `Bearer ${journey.tollgate.adminToken}` }
      const got = await journey.send(pathOf(slug), { body: '{"a":1}', headers: token })
      const { headers } = withKey(auth[0] ?? assert.fail(), instanceKey(slug))
      for (const [name, value] of Object.entries(headers)) assert.equal(lastRequest().headers[name], value)
      assert.ok(!(await journey.kept(got.logId, 'response'))?.includes(instanceKey(slug)))
      await journey.send(pathOf(slug), { body: '{"a":1}' })
      assert.ok(!lastRequest().rawHeaders.join().includes(instanceKey(slug)))
    })
  })
}

describe('another base URL', () => {
  for (const [sent, arrived] of [
    [
      'azure-openai/res/gpt-4o/chat/completions?api-version=2024-10-21',
      '/base/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21',
    ],
    ['aws-bedrock/bedrock-runtime/us-east-1/model/a.b-v1%3A0/invoke', '/base/model/a.b-v1%3A0/invoke'],
    [
      'google-vertex-ai/v1/projects/p/locations/global/publishers/google/models/m:generateContent',
      '/base/v1/projects/p/locations/global/publishers/google/models/m:generateContent',
    ],
    ['baseten/model/abc/environments/production/predict', '/base/environments/production/predict'],
    ['huggingface/org/model', '/base/hf-inference/models/org/model'],
    ['cohere/v2/chat', '/base/v2/chat'],
  ] as const) {
    it(`gets ${sent} as ${arrived}`, async () => {
      await journey.send(sent, { body: '{}' })
      assert.equal(lastRequest().path, arrived)
    })
  }

  it('is not called for a path without an address, which gets 400/2008 and a row', async () => {
    const countBefore = journey.fault.requests.length
    const got = await journey.send('aws-bedrock/bedrock-runtime/evil.com%2F/model/m/converse', { body: '{}' })
    assert.equal(got.status, 400)
    assert.match(got.body.toString(), /"internalCode":2008/)
    assert.match(got.body.toString(), /bedrock-runtime\/\{region\}/)
    assert.equal(journey.fault.requests.length, countBefore)
    assert.equal((await journey.row(got.logId))['provider'], 'aws-bedrock')
  })
})

describe('an alias', () => {
  it('is its provider, and rows show that', async () => {
    const got = await journey.send('xai/v1/chat/completions', { body: '{"model":"grok-4"}' })
    assert.equal(lastRequest().path, '/base/v1/chat/completions')
    assert.equal((await journey.row(got.logId))['provider'], 'grok')
    const refused = await journey.send('bedrock/model/x/converse', { body: '{}' })
    assert.equal((await journey.row(refused.logId))['provider'], 'aws-bedrock')
  })
})

describe('a request that its client signed', () => {
  const path = 'aws-bedrock/bedrock-runtime/us-east-1/openai/v1/chat/completions'
  const body = '{"model":"openai.gpt-oss-20b-1:0","stream":true,"messages":[]}'
  const signature =
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261126/us-east-1/bedrock/aws4_request, ' +
    'SignedHeaders=accept-encoding;content-type;host;x-amz-date;x-amz-security-token, Signature=fe5f80f77d5fa3beca038a248ff02'

  it('arrives with its bytes, its path and its signed headers as they were', async () => {
    const headers = {
      authorization: signature,
      'accept-encoding': 'gzip, x-unknown;q=0.5',
      'content-type': 'application/json',
      'x-amz-date': '20261126T101112Z',
      'x-amz-security-token': 'IQoJb3JpZ2luX2VjEA-session-token',
      'amz-sdk-invocation-id': '5f3',
    }
    const model = 'arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.a.b'
    await journey.send(`aws-bedrock/bedrock-runtime/us-east-1/model/${model}/converse`, { body, headers })
    assert.equal(lastRequest().path, `/base/model/${model}/converse`)
    const token = { 'cf-aig-authorization': `Bearer ${journey.tollgate.adminToken}` }
    const got = await journey.send(path, { body, headers: { ...headers, ...token } })
    assert.equal(lastRequest().body.toString(), body)
    for (const [name, value] of Object.entries(headers)) assert.equal(lastRequest().headers[name], value, name)
    const row = JSON.stringify(await journey.row(got.logId))
    for (const secret of ['session-token', 'Signature=fe5f', 'AKIDEXAMPLE']) assert.ok(!row.includes(secret), secret)
  })

  it('is told from one that was not, whose stream is asked for its usage', async () => {
    await journey.send(path, { body, headers: { authorization: 'Bearer bedrock-api-key' } })
    assert.match(lastRequest().body.toString(), /"include_usage":true/)
    await journey.send(`${path}?X-Amz-Signature=abc`, { body })
    assert.equal(lastRequest().body.toString(), body)
  })
})

describe('a stream', () => {
  const streamOf = (contentType: string, pieces: readonly Buffer[]) => [
    head(200, { 'content-type': contentType, 'transfer-encoding': 'chunked' }),
    ...pieces.map((piece) => chunk(piece)),
    lastChunk,
  ]
  const amazon = 'application/vnd.amazon.eventstream'

  it('in Amazon’s framing passes byte for byte, cut anywhere, and its row has usage, cost and message', async () => {
    const { bytes } = recordedStream('bedrock-converse.events.txt')
    for (const size of [7, 500, bytes.length]) {
      const count = Math.ceil(bytes.length / size)
      const pieces = Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
      journey.fault.plan('converse', streamOf(amazon, pieces))
      const path = 'aws-bedrock/bedrock-runtime/us-east-1/model/us.amazon.nova-pro-v1%3A0/converse-stream'
      const got = await journey.send(path, { fault: 'converse', body: '{"messages":[]}' })
      assert.ok(got.body.equals(bytes))
      assert.equal(got.headers['content-type'], amazon)
      const row = await journey.row(got.logId)
      assert.deepEqual(
        [row['model'], row['success'], row['tokens_in'], row['tokens_out']],
        ['us.amazon.nova-pro-v1:0', true, 4245, 78],
      )
      assert.ok(Number(row['cost']) > 0)
      assert.match(String(row['response_head']), /"input":\{"city":"Zürich"\}/)
    }
  })

  it('that an exception ends is no success, and its row tells why', async () => {
    const pieces = [
      eventFrame('messageStart', '{"role":"assistant"}'),
      exceptionFrame('throttlingException', 'Too fast'),
    ]
    journey.fault.plan('throttled', streamOf(amazon, pieces))
    const path = 'aws-bedrock/bedrock-runtime/us-east-1/model/m/converse-stream'
    const got = await journey.send(path, { fault: 'throttled', body: '{}' })
    const row = await journey.row(got.logId)
    assert.deepEqual([row['status_code'], row['success'], row['error']], [200, false, 'Too fast'])
  })

  it('of JSON lines passes and is read', async () => {
    const { bytes } = recordedStream('cohere-chat-v1.jsonl.txt')
    journey.fault.plan('lines', streamOf('application/stream+json', [bytes.subarray(0, 100), bytes.subarray(100)]))
    const body = '{"model":"command-r","message":"Bonjour","stream":true}'
    const got = await journey.send('cohere/v1/chat', { fault: 'lines', body })
    assert.ok(got.body.equals(bytes))
    const row = await journey.row(got.logId)
    assert.deepEqual([row['model'], row['success'], row['tokens_in'], row['tokens_out']], ['command-r', true, 3, 4])
  })
})

describe('what is not text', () => {
  const binary = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256))

  it('comes back byte for byte, an audio with its characters in the row', async () => {
    const headers = { 'content-type': 'audio/mpeg', 'character-cost': '403', 'request-id': 'r1' }
    journey.fault.plan('audio', [answer({ headers, body: binary })])
    const path = 'elevenlabs/v1/text-to-speech/voice?output_format=mp3_44100_128'
    const body = '{"text":"Hallo","model_id":"eleven_v3"}'
    const got = await journey.send(path, { fault: 'audio', body })
    assert.ok(got.body.equals(binary))
    assert.equal(got.headers['content-type'], 'audio/mpeg')
    assert.equal(got.headers['character-cost'], '403')
    const row = await journey.row(got.logId)
    assert.deepEqual([row['model'], row['model_type'], row['usage']], ['eleven_v3', 'audio', { characters: 403 }])
    assert.equal(row['cost'], null)
    assert.partialDeepStrictEqual(row['cost_detail'], { unknown: 'there are no prices for this provider' })
  })

  it('comes back byte for byte as it is streamed, an image too', async () => {
    const pieces = [binary.subarray(0, 1000), binary.subarray(1000)]
    const streamed = [
      head(200, { 'content-type': 'image/png', 'transfer-encoding': 'chunked' }),
      ...pieces.map((piece) => chunk(piece)),
      lastChunk,
    ]
    journey.fault.plan('image', streamed)
    const got = await journey.send('huggingface/org/model', { fault: 'image', body: '{"inputs":"a tollgate"}' })
    assert.ok(got.body.equals(binary))
    assert.deepEqual([got.status, (await journey.row(got.logId))['model']], [200, 'org/model'])
  })

  it('is uploaded byte for byte, with its boundary', async () => {
    const boundary = '----WebKitFormBoundary7MA4YWxkTrZu0gW'
    const body = Buffer.concat([
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na tollgate\r\n--${boundary}\r\n`,
      ),
      Buffer.from(
        'Content-Disposition: form-data; name="image_file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n',
      ),
      binary,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ])
    const contentType = `multipart/form-data; boundary=${boundary}`
    for (const path of [
      'ideogram/v1/ideogram-v3/edit',
      'deepgram/v1/listen?model=nova-3',
      'elevenlabs/v1/speech-to-text',
    ]) {
      await journey.send(path, { body, headers: { 'content-type': contentType } })
      assert.ok(lastRequest().body.equals(body), path)
      assert.equal(lastRequest().headers['content-type'], contentType)
    }
  })
})

describe('the header with the address of the call', () => {
  const send = (url: string | string[]) =>
    journey.send('fal/proxy?x=1', {
      body: '{}',
      headers: { 'x-fal-target-url': url, authorization: 'Key id:secret-of-fal' },
    })

  it('is followed to the provider’s own hosts, and not passed on', async () => {
    await send('https://queue.fal.run/fal-ai/flux/dev?fal_webhook=https%3A%2F%2Fx.example')
    assert.equal(lastRequest().path, '/base/fal-ai/flux/dev?fal_webhook=https%3A%2F%2Fx.example')
    assert.equal(lastRequest().headers['x-fal-target-url'], undefined)
    assert.equal(lastRequest().headers.authorization, 'Key id:secret-of-fal')
    await send('https://fal.run/fal-ai/flux/dev')
    assert.equal(lastRequest().path, '/base/fal-ai/flux/dev')
  })

  for (const url of [
    'http://fal.run/x',
    'https://fal.run:8443/x',
    'https://user@fal.run/x',
    'https://fal.run@evil.com/x',
    'https://evil.com/fal.run',
    'https://evilfal.run/x',
    'https://fal.run.evil.com/x',
    'https://fal.run./x',
    'https://evil.com\\@fal.run/x',
    'https://127.0.0.1/x',
    'https://fal.run/%252e%252e/x',
    '//fal.run/x',
    'fal.run/x',
    'file:///etc/passwd',
    '',
  ]) {
    it(`with ${url} is 400/2008, and nothing is sent`, async () => {
      const countBefore = journey.fault.requests.length
      const got = await send(url)
      assert.equal(got.status, 400)
      assert.match(got.body.toString(), /"internalCode":2008/)
      assert.equal(journey.fault.requests.length, countBefore)
      assert.equal((await journey.row(got.logId))['status_code'], 400)
    })
  }

  it('twice is 400/2008, and of another provider it is a header like any other', async () => {
    assert.equal((await send(['https://fal.run/x', 'https://fal.run/y'])).status, 400)
    await journey.send('replicate/predictions', { body: '{}', headers: { 'x-fal-target-url': 'https://evil.com/' } })
    assert.equal(lastRequest().path, '/base/predictions')
  })
})

describe('a cost', () => {
  it('is that of the model asked for, where its id decides the price and answers do not tell it', async () => {
    const message = { model: 'claude-haiku-4-5-20251001', usage: { input_tokens: 1000, output_tokens: 1000 } }
    journey.fault.plan('claude', [answer({ headers: json, body: JSON.stringify(message) })])
    for (const [model, cost] of [
      ['global.anthropic.claude-haiku-4-5-20251001-v1:0', 0.006],
      ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 0.0066],
    ] as const) {
      const body = JSON.stringify({ model, messages: [] })
      const path = 'aws-bedrock/bedrock-runtime/us-east-1/anthropic/v1/messages'
      const native = `aws-bedrock/bedrock-runtime/us-east-1/model/${encodeURIComponent(model)}/invoke`
      for (const sent of [path, native]) {
        const row = await journey.row((await journey.send(sent, { fault: 'claude', body })).logId)
        assert.deepEqual([row['model'], row['cost']], [model, cost], sent)
      }
    }
  })

  it('is null with a reason where the endpoint has no price, and 0 only where it costs nothing', async () => {
    for (const [path, method, cost, unknown] of [
      ['openai/models', 'GET', null, /no price/],
      ['openai/batches', 'POST', null, /no price/],
      ['replicate/files', 'POST', null, /no price/],
      ['openai/never-heard-of', 'POST', null, /no price/],
      ['openai/moderations', 'POST', 0, null],
      ['anthropic/v1/messages/count_tokens', 'POST', 0, null],
    ] as const) {
      journey.fault.plan('plain', [answer({ headers: json, body: '{"id":"x"}' })])
      const row = await journey.row((await journey.send(path, { method, fault: 'plain' })).logId)
      assert.equal(row['cost'], cost, path)
      const detail = row['cost_detail'] as { unknown: string | null }
      if (unknown) assert.match(detail.unknown ?? '', unknown, path)
      else assert.equal(detail.unknown, null, path)
    }
  })
})
