import type { Sink } from './exchange.ts'

/** Where an answer goes that no client is to see; that the client leaves is still heard. */
export function nowhere(sink: Pick<Sink, 'onLeave'>): Sink {
  const ignore = (): void => {}
  return {
    head: ignore,
    flush: ignore,
    write: () => true,
    onDrain: ignore,
    end: ignore,
    cut: ignore,
    onLeave: sink.onLeave,
  }
}

/** Whether the client has gone by now. Nobody else hears of it from then on, until they ask to. */
export function hasLeft(sink: Sink): boolean {
  let isGone = false
  sink.onLeave(() => {
    isGone = true
  })
  return isGone
}
