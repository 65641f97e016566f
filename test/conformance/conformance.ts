import assert from 'node:assert/strict'
import { openaiChat } from '../../src/formats/openai-chat.ts'
import { providers } from '../../src/providers/index.ts'
import { answer, chunk, head, lastChunk } from '../fault/answers.ts'
import type { Step } from '../fault/fault-server.ts'
import { type Got, type Journey, openJourney } from '../journey/open.ts'
import { anthropicMessages } from './anthropic-messages.ts'
import { asks, type Feature } from './asks.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { cohereChat } from './cohere-chat.ts'
import type { Expected, ExpectedOfFormat } from './expected.ts'
import { findFixture, type Fixture } from './fixture.ts'
import { gemini } from './gemini.ts'
import type { Target } from './targets.ts'

/** The formats that chats are translated to. All others get every byte as it came. */
const translations: Readonly<Record<string, ExpectedOfFormat>> = {
  'anthropic-messages': anthropicMessages,
  'bedrock-converse': bedrockConverse,
  'cohere-chat': cohereChat,
  gemini,
}

/** A whole Tollgate in front of a provider that answers with fixtures. */
export interface Conformance {
  /** Sends the chat of one cell; throws where the provider is not asked the right thing, or the client not told what it said. */
  check(target: Target, feature: Feature): Promise<Fixture>
  close(): Promise<void>
}

export async function openConformance(): Promise<Conformance> {
  const journey = await openJourney((faultUrl) => ({
    TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1',
    ...Object.fromEntries(
      providers.map(({ slug }) => [`TOLLGATE_PROVIDER_${slug.toUpperCase().replaceAll('-', '_')}_BASE_URL`, faultUrl]),
    ),
  }))
  const own = { name: 'own', slug: 'own', base_url: journey.fault.url, enable: true }
  assert.equal((await journey.tollgate.manage('POST', '/custom-providers', own)).status, 200)
  return {
    async check(target, feature) {
      const fixture = findFixture(target, feature)
      const script = `${target.name} ${feature}`.replaceAll(/[^\w]/g, '-')
      journey.fault.plan(script, stepsOf(fixture))
      const chat = { model: target.model, ...asks[feature] }
      const got = await journey.send('compat/chat/completions', {
        fault: script,
        headers: { authorization: 'Bearer key-of-the-client', 'content-type': 'application/json' },
        body: JSON.stringify(chat),
      })
      const expected = translations[target.format]?.[feature]
      checkSent(journey, target, feature, expected)
      if (expected) checkTranslated(got, feature, fixture, expected)
      else checkUntouched(got, fixture)
      assert.equal(got.headers['cf-aig-provider'], target.slug)
      const row = await journey.row(got.logId)
      const isGood = fixture.answer.status < 300
      assert.deepEqual([row['provider'], row['success']], [target.slug, isGood])
      const isCounted = Number(row['tokens_in']) > 0 && Number(row['tokens_out']) > 0
      assert.equal(
        isCounted,
        isGood && /"usage/.test(fixture.answer.bytes.toString()),
        'the row has the tokens of its answer',
      )
      return fixture
    },
    close: () => journey.close(),
  }
}

/** A stream comes in pieces that cut its events. */
function stepsOf({ answer: { status, contentType, bytes } }: Fixture): Step[] {
  const headers = { 'content-type': contentType }
  if (/json/.test(contentType)) return [answer({ status, headers, body: bytes })]
  const pieces = Array.from({ length: Math.ceil(bytes.length / 97) }, (_, at) => bytes.subarray(at * 97, at * 97 + 97))
  return [
    head(status, { ...headers, 'transfer-encoding': 'chunked' }),
    ...pieces.map((piece) => chunk(piece)),
    lastChunk,
  ]
}

function checkSent({ fault }: Journey, target: Target, feature: Feature, expected: Expected | undefined): void {
  const request = fault.requests.at(-1)
  const isStream = feature === 'stream'
  assert.equal(request?.path, (isStream ? target.streamPath : undefined) ?? target.path)
  const keys = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'].filter((name) =>
    request.headers[name]?.toString().endsWith('key-of-the-client'),
  )
  assert.equal(keys.length, 1, `the key is sent once: ${keys.join(', ')}`)
  const body = JSON.parse(request.body.toString()) as Record<string, unknown>
  const inPath = decodeURIComponent(request.path)
  const model =
    typeof body['model'] === 'string'
      ? body['model']
      : (/models?\/([^/]+?)(?::[a-z]+(?:\?|$)|\/)/i.exec(inPath)?.[1] ?? '')
  assert.ok(model !== '' && target.model.endsWith(model), `the model is ${model}`)
  delete body['model']
  assert.deepEqual(body, expected ? { ...expected.sent, ...ofVertex(target) } : asks[feature])
}

/** What Claude on Vertex is told beside. */
function ofVertex({ slug, format }: Target): object {
  return slug === 'google-vertex-ai' && format === 'anthropic-messages'
    ? { anthropic_version: 'vertex-2023-10-16' }
    : {}
}

function checkUntouched({ status, body }: Got, fixture: Fixture): void {
  assert.equal(status, fixture.answer.status)
  if (status < 300) assert.equal(body.toString(), fixture.answer.bytes.toString())
  else checkError(body, fixture)
}

function checkTranslated({ status, body }: Got, feature: Feature, fixture: Fixture, { got }: Expected): void {
  assert.equal(status, fixture.answer.status)
  if (feature === 'error') return assert.partialDeepStrictEqual(checkError(body, fixture), got)
  if (feature !== 'stream') return assert.partialDeepStrictEqual(JSON.parse(body.toString()), got)
  const events = body.toString().split('\n\n').slice(0, -1)
  assert.equal(events.at(-1), 'data: [DONE]')
  const reader = openaiChat.createStreamReader?.()
  for (const event of events) reader?.event(null, event.slice('data: '.length))
  assert.partialDeepStrictEqual(reader?.message(), got)
}

/** OpenAI's shape, with the words of the provider. */
function checkError(body: Buffer, { answer: { bytes } }: Fixture): unknown {
  const { error } = JSON.parse(body.toString()) as { error: Record<string, unknown> }
  assert.ok(typeof error['message'] === 'string' && error['message'] !== '')
  assert.ok(bytes.toString().includes(error['message']), error['message'])
  assert.ok('type' in error && 'code' in error)
  return error
}
