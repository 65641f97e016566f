import { Worker } from 'node:worker_threads'
import { ConfigError } from '../kernel/config.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { StorePlace } from '../store/engine.ts'
import { createWaiting } from './ingest-line.ts'

export interface IngestOptions {
  place: StorePlace
  journalDir: string
}

/** What was moved from the journal to the store; without entries: what was found torn, and skipped. */
export interface MovedPart {
  lane: string
  segment: number
  entries: number
  bytes: number
}

/** With an id: an answer is wanted. */
export type ToIngest = { kind: 'ingest-catch-up'; id: number | null }

export type FromIngest =
  | { kind: 'ingest-ready' }
  | ({ kind: 'ingest-stored' } & MovedPart)
  | { kind: 'ingest-damaged'; file: string; what: string }
  | { kind: 'ingest-set-aside'; dir: string }
  | { kind: 'ingest-caught-up'; id: number | null; error: string | null }

/** What moves the journal into the store, seen from those that write the journal. */
export interface Ingest {
  /** Told that the journal has more; the thread is woken soon, not for each entry. */
  poke: () => void
  /** Resolves when what stands in the journal now is in the store; rejects where the store failed. */
  caughtUp(): Promise<void>
}

/** The thread that does it. */
export interface IngestThread extends Ingest {
  /** Also the line to the one writing store. */
  worker: Worker
  close(): Promise<void>
}

/** Entries wait this long for more, so that one transaction takes many. Whoever looks at rows asks to be caught up. */
const pokeDelayMs = 250
/** After a failure of the store. */
const retryDelayMs = 1000
const hasEnded = 'the thread that writes to the store has ended'

/**
 * Starts the thread; resolves when it has opened the store (and brought its tables to the newest form). Rejects with
 * `ConfigError` where its database cannot be used.
 */
export async function startIngest(
  options: IngestOptions,
  log: TextLog,
  onMoved: (part: MovedPart) => void,
): Promise<IngestThread> {
  const worker = new Worker(new URL('./ingest-worker.ts', import.meta.url), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
  const ready = Promise.withResolvers<void>()
  const waiting = createWaiting(hasEnded)
  let timer: NodeJS.Timeout | null = null
  const noteTrouble = createTroubleNotes(log)

  const send = (message: ToIngest): void => worker.postMessage(message)
  const poke = (delayMs: number): void => {
    timer ??= setTimeout(() => {
      timer = null
      send({ kind: 'ingest-catch-up', id: null })
    }, delayMs)
  }
  worker.on('message', (message: FromIngest) => {
    if (message.kind === 'ingest-ready') ready.resolve()
    else if (message.kind === 'ingest-stored') onMoved(message)
    else if (message.kind === 'ingest-damaged') {
      log.warn('the journal holds damage, which is left out', { file: message.file, what: message.what })
    } else if (message.kind === 'ingest-set-aside') {
      log.warn('the journal of another database is set aside; it is moved when that one is used here again', {
        dir: message.dir,
      })
    } else if (message.kind === 'ingest-caught-up') {
      waiting.settle(message.id, message.error)
      noteTrouble(message.error)
      if (message.error !== null) poke(retryDelayMs)
    }
  })
  const end = (): void => {
    ready.reject(new Error(hasEnded))
    waiting.end()
  }
  worker.on('error', (error) => {
    // What an operator can mend is one line, which the start ends with.
    if (error.name === 'ConfigError') ready.reject(new ConfigError(error.message))
    else log.error(hasEnded, error)
    end()
  })
  worker.on('exit', end)

  await ready.promise
  return {
    worker,
    poke: () => poke(pokeDelayMs),
    caughtUp: () => waiting.add((id) => send({ kind: 'ingest-catch-up', id })),
    async close() {
      if (timer) clearTimeout(timer)
      await worker.terminate()
    },
  }
}

/** Tells of trouble when it begins, becomes another and ends: a database may be away for hours. */
function createTroubleNotes(log: TextLog): (error: string | null) => void {
  let trouble: string | null = null
  return (error) => {
    const [reason = null] = error?.split('\n') ?? []
    if (reason !== null && reason !== trouble) {
      log.error('the journal could not be moved to the store; it is kept and tried again', error)
    } else if (reason === null && trouble !== null) log.info('the journal is moved to the store again')
    trouble = reason
  }
}
