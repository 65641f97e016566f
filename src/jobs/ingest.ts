import { Worker } from 'node:worker_threads'
import type { TextLog } from '../kernel/text-log.ts'
import type { StorePlace } from '../store/engine.ts'

export interface IngestOptions {
  place: StorePlace
  journalDir: string
}

export interface LanePosition {
  lane: string
  segment: number
  offset: number
}

/** What was moved from the journal to the store; without entries: what was found torn, and skipped. */
export interface MovedPart {
  lane: string
  segment: number
  entries: number
  bytes: number
}

export type ToIngest = { kind: 'ingest-catch-up'; id: number | null }

export type FromIngest =
  | { kind: 'ingest-ready'; positions: LanePosition[] }
  | ({ kind: 'ingest-stored' } & MovedPart)
  | { kind: 'ingest-damaged'; file: string; what: string }
  | { kind: 'ingest-caught-up'; id: number | null; error: string | null }

/** The thread that moves the journal into the store, seen from the main thread. */
export interface Ingest {
  /** Also the line to the one writing store. */
  worker: Worker
  /** Where the store had read the journal up to at start. */
  positions: LanePosition[]
  /** Told that the journal has more; the thread is woken soon, not for each entry. */
  poke: () => void
  /** Resolves when what stands in the journal now is in the store; rejects where the store failed. */
  caughtUp(): Promise<void>
  close(): Promise<void>
}

/** Entries wait this long for more, so that one transaction takes many. Whoever looks at rows asks to be caught up. */
const pokeDelayMs = 250
/** After a failure of the store. */
const retryDelayMs = 1000

/** Starts the thread; resolves when it has opened the store (and brought its tables to the newest form). */
export async function startIngest(
  options: IngestOptions,
  log: TextLog,
  onMoved: (part: MovedPart) => void,
): Promise<Ingest> {
  const worker = new Worker(new URL('./ingest-worker.ts', import.meta.url), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
  const ready = Promise.withResolvers<LanePosition[]>()
  const waiting = createWaiting()
  let timer: NodeJS.Timeout | null = null

  const send = (message: ToIngest): void => worker.postMessage(message)
  const poke = (delayMs: number): void => {
    timer ??= setTimeout(() => {
      timer = null
      send({ kind: 'ingest-catch-up', id: null })
    }, delayMs)
  }
  worker.on('message', (message: FromIngest) => {
    if (message.kind === 'ingest-ready') ready.resolve(message.positions)
    else if (message.kind === 'ingest-stored') onMoved(message)
    else if (message.kind === 'ingest-damaged') {
      log.warn('the journal holds damage, which is left out', { file: message.file, what: message.what })
    } else if (message.kind === 'ingest-caught-up') {
      waiting.settle(message.id, message.error)
      if (message.error === null) return
      log.error('the journal could not be moved to the store; it is kept and tried again', message.error)
      poke(retryDelayMs)
    }
  })
  const end = (): void => {
    ready.reject(new Error(hasEnded))
    waiting.end()
  }
  worker.on('error', (error) => {
    log.error(hasEnded, error)
    end()
  })
  worker.on('exit', end)

  return {
    worker,
    positions: await ready.promise,
    poke: () => poke(pokeDelayMs),
    caughtUp: () => waiting.add((id) => send({ kind: 'ingest-catch-up', id })),
    async close() {
      if (timer) clearTimeout(timer)
      await worker.terminate()
    },
  }
}

const hasEnded = 'the thread that writes to the store has ended'

interface Waiting {
  add(ask: (id: number) => void): Promise<void>
  settle(id: number | null, error: string | null): void
  end(): void
}

/** Who waits to be caught up. */
function createWaiting(): Waiting {
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
