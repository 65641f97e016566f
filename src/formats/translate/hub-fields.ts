import { asObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { Untranslatable } from './translator.ts'

/** The top-level members of one chat, and which of them a format has carried so far. */
export interface HubFields {
  /** The member's value, which the format carries; undefined where the chat does not have it or has it as null. */
  take(name: string): unknown
  takeNumber(name: string): number | undefined
  takeText(name: string): string | undefined
  /** A member was taken, and the format has no word for its value after all. */
  drop(name: string): void
  /**
   * The members that were not taken and ask for something. Throws `Untranslatable` where one of them must not be left
   * out, because the answer would be another one than was asked for.
   */
  dropped(): string[]
}

/** Read by everybody: the messages by `readMessages`, the rest by the stream's translator. */
const structural = new Set(['model', 'messages', 'stream', 'stream_options'])

/** What is left out only with a refusal, and what the refusal says. */
const indispensable: Readonly<Record<string, string>> = {
  n: 'this provider gives one choice: ask n times',
  logprobs: 'this provider tells no log probabilities',
  top_logprobs: 'this provider tells no log probabilities',
  audio: 'this provider makes no audio in a chat',
  modalities: 'this provider answers in text only',
  functions: 'functions are for OpenAI alone: use tools',
  function_call: 'function_call is for OpenAI alone: use tool_choice',
  response_format: 'this provider cannot be held to a JSON schema',
  web_search_options: 'this provider does not search the web in a chat',
}

export function readFields(body: JsonObject): HubFields {
  const taken = new Set(structural)
  const dropped: string[] = []

  function take(name: string): unknown {
    taken.add(name)
    return Object.hasOwn(body, name) ? (body[name] ?? undefined) : undefined
  }
  return {
    take,
    takeNumber(name) {
      const value = take(name)
      if (value === undefined || typeof value === 'number') return value
      throw new Untranslatable(name, `${name} is not a number`)
    },
    takeText(name) {
      const value = take(name)
      if (value === undefined || typeof value === 'string') return value
      throw new Untranslatable(name, `${name} is not a text`)
    },
    drop: (name) => void dropped.push(name),
    dropped() {
      const left = Object.keys(body).filter((name) => !taken.has(name) && asks(name, body[name]))
      for (const name of left) {
        const reason = Object.hasOwn(indispensable, name) ? indispensable[name] : undefined
        const isLoose = name === 'response_format' && asObject(body[name])?.['type'] === 'json_object'
        if (reason !== undefined && !isLoose) throw new Untranslatable(name, `${name} cannot be carried: ${reason}`)
      }
      return [...dropped, ...left]
    },
  }
}

/** Values that ask for what happens anyway. Nobody need be told that they were left out. */
const usual: Readonly<Record<string, readonly unknown[]>> = {
  n: [1],
  logprobs: [false],
  top_logprobs: [0],
  frequency_penalty: [0],
  presence_penalty: [0],
  store: [false],
  service_tier: ['auto', 'default'],
  parallel_tool_calls: [true],
  function_call: ['none', 'auto'],
  tool_choice: ['auto', 'none'],
  verbosity: ['medium'],
}

function asks(name: string, value: unknown): boolean {
  if (value === null || value === undefined) return false
  if (Array.isArray(value))
    return value.length > 0 && !(name === 'modalities' && value.every((mode) => mode === 'text'))
  if (name === 'response_format' && asObject(value)?.['type'] === 'text') return false
  const fields = asObject(value)
  if (fields) return name === 'web_search_options' || Object.keys(fields).length > 0
  return !(Object.hasOwn(usual, name) && usual[name]?.includes(value))
}
