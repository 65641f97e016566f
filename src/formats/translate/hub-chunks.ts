import type { Usage } from '../../contract/usage.ts'
import type { JsonObject } from '../json.ts'
import type { FinishReason } from './hub-answer.ts'
import { hubError } from './hub-error.ts'
import { toHubUsage } from './hub-usage.ts'
import type { Asked, Emit } from './translator.ts'

/** Writes the chunks of one stream as OpenAI does: the role first, then pieces, the reason of the end, the usage. */
export interface ChunkWriter {
  /** What the provider calls its answer; before the first chunk. */
  name(id: string | null, model: string | null): void
  /** A piece of the choice's message. */
  delta(choice: number, delta: JsonObject): void
  finish(choice: number, reason: FinishReason): void
  hasFinished(): boolean
  /** The last chunks; nothing comes after them. */
  done(usage: Usage | null): void
  /** The stream cannot go on: OpenAI's clients throw where they read this. Nothing comes after it. */
  fail(message: string, type: string | null): void
  /** Whether nothing more will come. */
  isClosed(): boolean
}

/** A chat has a handful of choices; a bound keeps a broken provider from filling memory. */
const mostChoices = 128

export function createChunkWriter(asked: Asked, emit: Emit): ChunkWriter {
  const head = {
    id: asked.id,
    object: 'chat.completion.chunk',
    created: asked.createdSeconds,
    model: asked.model,
  }
  const begun = new Set<number>()
  const finished = new Set<number>()
  const usageLater = asked.includesUsage ? { usage: null } : null
  let isClosed = false

  function write(choice: number, delta: JsonObject, reason: FinishReason | null): void {
    if (isClosed || finished.has(choice) || choice >= mostChoices) return
    const whole = begun.has(choice) ? delta : { role: 'assistant', ...delta }
    begun.add(choice)
    const choices = [{ index: choice, delta: whole, logprobs: null, finish_reason: reason }]
    emit(JSON.stringify({ ...head, choices, ...usageLater }))
  }

  return {
    name(id, model) {
      if (id !== null) head.id = id
      if (model !== null) head.model = model
    },
    delta: (choice, delta) => write(choice, delta, null),
    finish(choice, reason) {
      write(choice, {}, reason)
      if (choice < mostChoices) finished.add(choice)
    },
    hasFinished: () => begun.size > 0 && begun.size === finished.size,
    done(usage) {
      if (isClosed) return
      if (asked.includesUsage && usage) emit(JSON.stringify({ ...head, choices: [], usage: toHubUsage(usage) }))
      emit('[DONE]')
      isClosed = true
    },
    fail(message, type) {
      if (isClosed) return
      emit(JSON.stringify(hubError(message, type ?? 'server_error')))
      isClosed = true
    },
    isClosed: () => isClosed,
  }
}
