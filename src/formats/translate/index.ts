import { fromAnthropic } from './anthropic-answer.ts'
import { toAnthropic } from './anthropic-request.ts'
import { createAnthropicStream } from './anthropic-stream.ts'
import { fromBedrock } from './bedrock-answer.ts'
import { toBedrock } from './bedrock-request.ts'
import { createBedrockStream } from './bedrock-stream.ts'
import { fromCohere } from './cohere-answer.ts'
import { toCohere } from './cohere-request.ts'
import { createCohereStream } from './cohere-stream.ts'
import { fromGemini } from './gemini-answer.ts'
import { toGemini } from './gemini-request.ts'
import { createGeminiStream } from './gemini-stream.ts'
import type { Translator } from './translator.ts'

/** The formats that a chat is translated to, by their names in `../index.ts`. */
export const translators: Readonly<Record<string, Translator>> = {
  'anthropic-messages': { toProvider: toAnthropic, fromProvider: fromAnthropic, createStream: createAnthropicStream },
  'bedrock-converse': { toProvider: toBedrock, fromProvider: fromBedrock, createStream: createBedrockStream },
  'cohere-chat': { toProvider: toCohere, fromProvider: fromCohere, createStream: createCohereStream },
  gemini: { toProvider: toGemini, fromProvider: fromGemini, createStream: createGeminiStream },
}
