import { Worker } from 'node:worker_threads'
import type { StorePlace } from './engine.ts'

export interface ReaderOptions {
  place: StorePlace
  /** How long one statement may look at rows; 10 s if not given. */
  deadlineMs?: number
}

/** Starts a thread that reads, for `connectStore`. The tables must be there. */
export function startReader({ place, deadlineMs = 10_000 }: ReaderOptions): Worker {
  const workerData: Required<ReaderOptions> = { place, deadlineMs }
  return new Worker(new URL('./reader-thread.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
}
