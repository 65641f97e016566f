import { errorMessage } from '../error-message.ts'
import type { AnswerFacts, StreamReader } from '../format.ts'
import type { CreateScanner } from '../framing.ts'
import { asList, asObject, asText } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { hubError, incomplete, toHubError } from './hub-error.ts'
import { objectsOf } from './hub-parts.ts'
import type { Asked, Emit, Translator } from './translator.ts'

/**
 * A whole chat answer as the chunks of a stream, for a client that asked for one: each choice's message in one piece, and
 * the reason of its end in another; the usage where it was asked for; `[DONE]`. Members that are not known here come along.
 * What tells of an error, or has no choices, becomes the chunk at which OpenAI's clients throw.
 */
export function giveAsChunks(answer: JsonObject, asked: Pick<Asked, 'includesUsage'>, emit: Emit): void {
  const { choices, usage, ...told } = answer
  const all = objectsOf(choices)
  if (told['error'] || all.length === 0) {
    const isTold = errorMessage(answer) !== null
    emit(JSON.stringify(isTold ? toHubError(answer, 502) : hubError(noChoices, 'server_error')))
    return
  }
  const head = { ...told, object: 'chat.completion.chunk' }
  const usageLater = asked.includesUsage ? { usage: null } : null
  const give = (choice: JsonObject): void => emit(JSON.stringify({ ...head, choices: [choice], ...usageLater }))
  for (const [at, { index = at, message, logprobs = null, finish_reason: reason, ...rest }] of all.entries()) {
    const delta = toDelta(asObject(message) ?? {})
    give({ index, delta, logprobs, finish_reason: null })
    const finish = asText(reason) ?? (delta['tool_calls'] ? 'tool_calls' : 'stop')
    give({ index, delta: {}, logprobs: null, finish_reason: finish, ...rest })
  }
  if (asked.includesUsage && asObject(usage)) emit(JSON.stringify({ ...head, choices: [], usage }))
  emit('[DONE]')
}

const noChoices = 'The provider answered without any choice.'

/** A message as one piece of itself: without what says nothing, its calls by their places. */
function toDelta(message: JsonObject): JsonObject {
  const delta: JsonObject = { role: 'assistant' }
  for (const [name, value] of Object.entries(message)) {
    const isEmpty = value === null || (Array.isArray(value) && value.length === 0)
    if (!isEmpty && name !== '__proto__') delta[name] = value
  }
  const calls = asList(delta['tool_calls'])
  if (calls.length > 0) delta['tool_calls'] = calls.map((call, index) => ({ index, ...asObject(call) }))
  return delta
}

/** A stream that was put together for a client that did not ask for one. */
export interface JoinedAnswer {
  /** Null where the stream said nothing. */
  answer: JsonObject | null
  /** As the provider told it in its own format. */
  facts: AnswerFacts
  /** Why it is no whole answer, in words. */
  failure: string | null
}

/** Puts a whole stream together. `translator`: null where its events are chunks already, which `reader` reads. */
export function joinStream(
  bytes: Uint8Array,
  createScanner: CreateScanner,
  { reader, translator, asked }: { reader: StreamReader; translator: Translator | null; asked: Asked },
): JoinedAnswer {
  let isTerminal = false
  const isEnded = (): boolean => isTerminal || reader.endIsComplete
  const read = (name: string | null, data: string): void => {
    if (reader.event(name, data) === 'terminal') isTerminal = true
  }
  const stream = translator?.createStream({ ...asked, includesUsage: true }, (data) => read(null, data)) ?? null
  const scanner = createScanner((name, data) => (stream ? stream.event(name, data) : read(name, data)))
  scanner.push(bytes)
  scanner.end()
  stream?.end()
  return {
    answer: asObject(reader.message()),
    facts: (stream ?? reader).facts(),
    failure: scanner.hasSkipped() ? tooLarge : (reader.facts().error ?? (isEnded() ? null : incomplete)),
  }
}

const tooLarge = 'The provider sent an event that is too large to be read.'
