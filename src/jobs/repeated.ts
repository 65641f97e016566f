/** A job that looks again and again whether there is something to do, never twice at the same time. */
export interface Repeated {
  /** Looks once; what is under way already is waited for. Never rejects. */
  run(): Promise<void>
  /** Looks every so often from now on; at once, if it is such a job. */
  start(): void
  /** Resolves when what is under way has ended. */
  stop(): Promise<void>
}

/** `look` should end soon once `stopping` is aborted; where it rejects, `onFailure` hears why, and it is tried again. */
export function createRepeated({
  everyMs,
  startsAtOnce,
  look,
  onFailure,
}: {
  everyMs: number
  startsAtOnce: boolean
  look(stopping: AbortSignal): Promise<void>
  onFailure(reason: string): void
}): Repeated {
  const stopping = new AbortController()
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> | null = null

  function run(): Promise<void> {
    running ??= look(stopping.signal)
      .catch((error: unknown) => onFailure(String(error)))
      .finally(() => {
        running = null
      })
    return running
  }

  return {
    run,
    start() {
      timer ??= setInterval(() => void run(), everyMs).unref()
      if (startsAtOnce) void run()
    },
    async stop() {
      stopping.abort()
      if (timer) clearInterval(timer)
      await running
    },
  }
}
