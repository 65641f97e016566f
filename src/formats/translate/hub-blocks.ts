import type { JsonObject } from '../json.ts'

/** The deltas of a message that its provider streams as numbered blocks, as Anthropic and Bedrock do. */
export interface Blocks {
  text(index: number, piece: string): void
  /** A piece of the thoughts, or of their signature. */
  thinking(index: number, piece: string, signature: string): void
  /** Thoughts that only their provider can read. */
  redacted(block: JsonObject): void
  /** A call begins; `input` where it is known from the start. */
  call(index: number, id: string, name: string, input: JsonObject): void
  /** A piece of a call's input, as JSON text. */
  written(index: number, piece: string): void
  /** What a text cites, told when its end is known. */
  cited(index: number, cite: Cite): void
  stop(index: number): void
}

type Cite = (start: number, end: number) => JsonObject[]

interface Call {
  place: number
  input: JsonObject
  hasInput: boolean
}

/** An answer has a handful of blocks; a bound keeps a broken provider from filling memory. */
const mostBlocks = 1024

export function createBlocks(give: (delta: JsonObject) => void): Blocks {
  const calls = new Map<number, Call>()
  const thoughts = new Map<number, { text: string; signature: string }>()
  const texts = new Map<number, { start: number; cites: Cite[] }>()
  let length = 0
  let callCount = 0

  function textAt(index: number): { start: number; cites: Cite[] } {
    const known = texts.get(index)
    if (known) return known
    const text = { start: length, cites: [] }
    if (texts.size < mostBlocks) texts.set(index, text)
    return text
  }

  function stopCall(call: Call): void {
    // Clients parse the arguments: a function that takes nothing still needs an object.
    if (!call.hasInput) give(written(call.place, JSON.stringify(call.input)))
    call.hasInput = true
  }

  return {
    text(index, piece) {
      textAt(index)
      length += piece.length
      if (piece !== '') give({ content: piece })
    },
    thinking(index, piece, signature) {
      const thought = thoughts.get(index) ?? { text: '', signature: '' }
      if (thoughts.size < mostBlocks) thoughts.set(index, thought)
      thought.text += piece
      thought.signature += signature
      if (piece !== '') give({ reasoning_content: piece })
    },
    redacted: (block) => give({ thinking_blocks: [block] }),
    call(index, id, name, input) {
      if (calls.size >= mostBlocks || calls.has(index)) return
      const call = { place: callCount++, input, hasInput: false }
      calls.set(index, call)
      const named = { name, arguments: '' }
      give({ tool_calls: [{ index: call.place, id, type: 'function', function: named }] })
    },
    written(index, piece) {
      const call = calls.get(index)
      if (!call || piece === '') return
      call.hasInput = true
      give(written(call.place, piece))
    },
    cited: (index, cite) => void textAt(index).cites.push(cite),
    stop(index) {
      const call = calls.get(index)
      if (call) stopCall(call)
      const thought = thoughts.get(index)
      // Whole, because it is given back as it is; its provider checks the signature.
      if (thought && thought.signature !== '') {
        give({ thinking_blocks: [{ type: 'thinking', thinking: thought.text, signature: thought.signature }] })
      }
      thoughts.delete(index)
      const text = texts.get(index)
      const annotations = text?.cites.flatMap((cite) => cite(text.start, length)) ?? []
      if (annotations.length > 0) give({ annotations })
      texts.delete(index)
    },
  }
}

function written(place: number, piece: string): JsonObject {
  return { tool_calls: [{ index: place, function: { arguments: piece } }] }
}
