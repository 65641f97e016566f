import { Worker } from 'node:worker_threads'

export interface ReaderOptions {
  file: string
  /** How long one statement may look at rows; 10 s if not given. */
  deadlineMs?: number
}

/** Starts a thread that reads the SQLite file, for `connectStore`. The file must be there, with its tables. */
export function startReader({ file, deadlineMs = 10_000 }: ReaderOptions): Worker {
  const workerData: Required<ReaderOptions> = { file, deadlineMs }
  return new Worker(new URL('./reader-thread.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
}
