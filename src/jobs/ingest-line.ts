import type { Line } from '../kernel/line.ts'
import { type LaneKind, laneName } from '../journal/segments.ts'
import type { FromIngest, Ingest, MovedPart, ToIngest } from './ingest.ts'

/*
 * The thread that moves the journal into the store belongs to one process. Others that write into the same journal reach
 * it over a line to that process.
 */

/** The ingest of another process. `onMoved` is told what of this process's lanes was moved. */
export function connectIngest(line: Line, onMoved: (part: MovedPart) => void): Ingest {
  const waiting = createWaiting('the process that writes to the store has ended')
  const send = (message: ToIngest): void => line.postMessage(message)
  line.on('message', (value) => {
    const message = value as FromIngest | { kind: 'other' } // Everything on a line has a kind.
    if (message.kind === 'ingest-stored') onMoved(message)
    else if (message.kind === 'ingest-caught-up') waiting.settle(message.id, message.error)
  })
  line.on('close', () => waiting.end())
  return {
    poke: () => send({ kind: 'ingest-catch-up', id: null }),
    caughtUp: () => waiting.add((id) => send({ kind: 'ingest-catch-up', id })),
  }
}

/** Answers another process on a line; `moved` is to be called with every part, of which those of this writer are passed on. */
export function serveIngest(ingest: Ingest, line: Line, writer: number): { moved(part: MovedPart): void } {
  const lanes = (['small', 'large'] satisfies LaneKind[]).map((kind) => laneName(kind, writer))
  const send = (message: FromIngest): void => line.postMessage(message)
  line.on('message', (value) => {
    const message = value as ToIngest | { kind: 'other' } // Everything on a line has a kind.
    if (message.kind !== 'ingest-catch-up') return
    const { id } = message
    if (id === null) ingest.poke()
    else {
      ingest.caughtUp().then(
        () => send({ kind: 'ingest-caught-up', id, error: null }),
        (error: unknown) => send({ kind: 'ingest-caught-up', id, error: String(error) }),
      )
    }
  })
  return {
    moved(part) {
      if (lanes.includes(part.lane)) send({ kind: 'ingest-stored', ...part })
    },
  }
}

/** Who waits to be caught up. */
export interface Waiting {
  add(ask: (id: number) => void): Promise<void>
  settle(id: number | null, error: string | null): void
  end(): void
}

/** `hasEnded`: what is said where the other side is gone. */
export function createWaiting(hasEnded: string): Waiting {
  const calls = new Map<number, PromiseWithResolvers<void>>()
  let lastId = 0
  let isEnded = false
  return {
    add(ask) {
      if (isEnded) return Promise.reject(new Error(hasEnded))
      const call = Promise.withResolvers<void>()
      calls.set(++lastId, call)
      ask(lastId)
      return call.promise
    },
    settle(id, error) {
      const call = id === null ? undefined : calls.get(id)
      if (id !== null) calls.delete(id)
      if (error === null) call?.resolve()
      else call?.reject(new Error('the journal could not be moved to the store'))
    },
    end() {
      isEnded = true
      for (const call of calls.values()) call.reject(new Error(hasEnded))
      calls.clear()
    },
  }
}
