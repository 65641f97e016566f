import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { ApiError, GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { chunk, streamHead } from '../fault/answers.ts'
import { reset } from '../fault/fault-server.ts'
import { type Journey, openJourney } from '../journey/open.ts'
import { all } from './journey.ts'

/** A stream with one event, and then nothing but the end of its connection. */
const breaking = (event: string): Parameters<Journey['fault']['plan']>[1] => [
  streamHead,
  chunk(event),
  { pauseMs: 100 },
  reset,
]
const told = /Failed to get response from provider/

describe('of a stream that breaks off tells its own client, as an error of its own:', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney((url) => ({ TOLLGATE_PROVIDER_GOOGLE_AI_STUDIO_BASE_URL: url }))
  })
  after(() => journey.close())

  const openai = (): OpenAI => new OpenAI({ apiKey: 'sk', baseURL: `${journey.base}/openai`, maxRetries: 0 })

  it("openai's chat", async () => {
    journey.fault.plan('default', breaking('data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n'))
    const stream = await openai().chat.completions.create({ model: 'm', messages: [], stream: true })
    await assert.rejects(all(stream), (error) => error instanceof OpenAI.APIError && told.test(error.message))
  })

  it("openai's responses", async () => {
    journey.fault.plan(
      'default',
      breaking('event: response.created\ndata: {"type":"response.created","response":{}}\n\n'),
    )
    const stream = await openai().responses.create({ model: 'm', input: 'Hi', stream: true })
    await assert.rejects(all(stream), (error) => error instanceof OpenAI.APIError && told.test(error.message))
  })

  it("anthropic's", async () => {
    journey.fault.plan('default', breaking('event: ping\ndata: {"type":"ping"}\n\n'))
    const anthropic = new Anthropic({ apiKey: 'sk', baseURL: `${journey.base}/anthropic`, maxRetries: 0 })
    const stream = await anthropic.messages.create({ model: 'm', max_tokens: 9, messages: [], stream: true })
    await assert.rejects(all(stream), (error) => error instanceof Anthropic.APIError && told.test(error.message))
  })

  it("google's", async () => {
    journey.fault.plan('default', breaking('data: {"candidates":[{"content":{"parts":[{"text":"Hel"}]}}]}\n\n'))
    const google = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: `${journey.base}/google-ai-studio` } })
    const stream = await google.models.generateContentStream({ model: 'gemini-2.5-flash', contents: 'Hi' })
    await assert.rejects(
      all(stream),
      (error) => error instanceof ApiError && error.status === 502 && told.test(error.message),
    )
  })
})
