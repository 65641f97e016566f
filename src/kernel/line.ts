import type { Transferable } from 'node:worker_threads'

/**
 * One end of a line on which two sides exchange values that can be cloned: a thread, a port, or another process
 * (`createProcessLine`). `error`, `exit` and `close` tell that nothing more will come.
 */
export interface Line {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void
  on(event: 'message' | 'error' | 'exit' | 'close', listener: (value: unknown) => void): unknown
}

/** What of a process a line needs: Node's `process` in a child, a child in its parent. */
export interface OtherProcess {
  connected?: boolean
  send?(message: unknown, handle?: undefined, options?: object, callback?: (error: Error | null) => void): boolean
  on(event: 'message' | 'disconnect', listener: (value: unknown) => void): unknown
}

/** The line to a process that was forked with advanced serialization. What is sent to one that is gone is lost. */
export function createProcessLine(other: OtherProcess): Line {
  return {
    postMessage(message) {
      // A process may end at any moment: its line then closes, and that is how one hears of it.
      if (other.connected) other.send?.(message, undefined, {}, () => {})
    },
    on(event, listener) {
      if (event === 'message') other.on('message', listener)
      else if (event === 'close') other.on('disconnect', () => listener(undefined))
    },
  }
}
