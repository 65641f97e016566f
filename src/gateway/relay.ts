import type { StreamFailure } from '../formats/format.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { Ending } from './draft.ts'
import type { Sink } from './exchange.ts'
import type { Tap } from './tap.ts'
import type { UpstreamAnswer } from './upstream.ts'

export interface RelayOptions {
  answer: UpstreamAnswer
  tap: Tap
  sink: Sink
  status: number
  headers: string[]
  /** Called with each piece of the body until the end is known. */
  onBytes: () => void
  /** Records how the answer ended; `written` is called once that is safe. Called exactly once. */
  onEnded: (ending: Ending, written: () => void) => void
  /** Gives the provider's connection up. */
  abort: () => void
  /** What tells the client at its end that the answer broke off; null: only that its connection is cut. */
  errorEvent: ((failure: StreamFailure) => string) | null
}

interface Relay extends RelayOptions {
  /** `open` until the end is known, `settling` while it is being recorded, `settled` after that. */
  phase: 'open' | 'settling' | 'settled'
  /** What waits behind the end until it is recorded. */
  held: Buffer[]
  heldBytes: number
  isUpstreamDone: boolean
  isClientGone: boolean
  hasWritten: boolean
  /** What was written last. */
  last: Buffer | null
  /** Nothing more will happen. */
  finished: () => void
}

/** How long a provider may take to end its stream after the client, who has all it wants, went away. */
const graceMs = 1000
/** Bytes that may pile up behind a terminal event while it waits for its record. */
const mostHeldBytes = 256 * 1024

/**
 * Writes an answer through to the client as it comes, with backpressure, while the tap reads it. The bytes that
 * carry the answer's end wait until the end is recorded. Resolves when nothing more will happen.
 */
export function relay(options: RelayOptions): Promise<void> {
  return new Promise((finished) => {
    const relay: Relay = {
      ...options,
      phase: 'open',
      held: [],
      heldBytes: 0,
      isUpstreamDone: false,
      isClientGone: false,
      hasWritten: false,
      last: null,
      finished,
    }
    options.sink.head(options.status, options.headers)
    options.sink.onLeave(() => onLeave(relay))
    options.answer.deliver({
      chunk: (bytes) => onChunk(relay, bytes),
      end: () => onEnd(relay),
      failed: (error) => onFailed(relay, error),
    })
    // The first piece takes the head along. Where none is here yet, the head does not wait for it.
    if (relay.phase === 'open' && !relay.hasWritten) relay.sink.flush()
  })
}

function onChunk(relay: Relay, bytes: Buffer): void {
  if (relay.phase === 'settled') write(relay, bytes)
  else if (relay.phase === 'settling') hold(relay, bytes)
  else {
    relay.onBytes()
    const pass = relay.tap.take(bytes)
    if (relay.tap.isTerminal()) {
      hold(relay, pass)
      // From here on the tap is passed by.
      hold(relay, relay.tap.rest())
      settle(relay, { outcome: 'complete', error: null })
    } else if (pass) write(relay, pass)
  }
}

function onEnd(relay: Relay): void {
  relay.isUpstreamDone = true
  if (relay.phase === 'settled') finish(relay)
  if (relay.phase !== 'open') return
  const ending = orderlyEnd(relay.tap)
  hold(relay, relay.tap.rest())
  if (ending.error !== null && !relay.tap.tellsError())
    holdError(relay, new GatewayError('upstream_failed', ending.error))
  settle(relay, ending)
}

/** What the end of the HTTP answer means for an answer whose connection held. */
export function orderlyEnd(tap: Tap): Ending {
  if (tap.endIsComplete()) return { outcome: 'complete', error: null }
  return { outcome: 'upstream_broken', error: 'The provider ended its answer before it was complete.' }
}

function onFailed(relay: Relay, error: GatewayError): void {
  relay.isUpstreamDone = true
  if (relay.phase === 'settled') finish(relay)
  if (relay.phase !== 'open') return
  const outcome = error.code === 'upstream_timeout' ? 'upstream_timeout' : 'upstream_broken'
  settle(relay, { outcome, error: error.message }, holdError(relay, error) ? 'end' : 'cut')
}

/** Puts the event that tells of a failure behind what the client has; false where there is no such event. */
function holdError(relay: Relay, error: GatewayError): boolean {
  if (!relay.errorEvent || relay.isClientGone) return false
  const event = relay.errorEvent(error)
  const last = relay.held.at(-1) ?? relay.last
  // A line that was cut cannot be taken back: it ends here, as an event of its own.
  hold(relay, Buffer.from(last === null || endsEvent(last) ? event : `\n\n${event}`))
  return true
}

const lf = 10
const cr = 13

/** Whether nothing of an event is open behind these bytes. */
function endsEvent(bytes: Buffer): boolean {
  const before = bytes.at(-1) === lf ? bytes.at(-2) : undefined
  return before === lf || (before === cr && bytes.at(-3) === lf)
}

function onLeave(relay: Relay): void {
  relay.isClientGone = true
  if (relay.phase === 'open') {
    settle(relay, { outcome: 'client_left', error: 'The client left before the answer was complete.' })
  } else setTimeout(() => giveUp(relay), graceMs).unref()
}

function settle(relay: Relay, ending: Ending, then: 'end' | 'cut' = 'end'): void {
  relay.phase = 'settling'
  relay.onEnded(ending, () => {
    relay.phase = 'settled'
    for (const bytes of relay.held) write(relay, bytes)
    relay.held = []
    if (relay.heldBytes > mostHeldBytes) relay.answer.resume()
    if (ending.outcome === 'client_left') giveUp(relay)
    else if (then === 'cut') {
      relay.sink.cut()
      relay.finished()
    } else if (relay.isUpstreamDone) finish(relay)
  })
}

function finish(relay: Relay): void {
  if (!relay.isClientGone) relay.sink.end()
  relay.finished()
}

function giveUp(relay: Relay): void {
  relay.abort()
  relay.finished()
}

function hold(relay: Relay, bytes: Buffer | null): void {
  if (!bytes) return
  relay.held.push(bytes)
  relay.heldBytes += bytes.length
  if (relay.heldBytes > mostHeldBytes) relay.answer.pause()
}

function write(relay: Relay, bytes: Buffer): void {
  relay.hasWritten = true
  relay.last = bytes
  if (relay.isClientGone || relay.sink.write(bytes)) return
  relay.answer.pause()
  relay.sink.onDrain(() => relay.answer.resume())
}
