import { GatewayError } from '../kernel/errors.ts'

/** Rejects with `unavailable` where a promise takes longer than `limitMs`; what it comes to after that goes to `onLate`. */
export function inTime<T>(promise: Promise<T>, limitMs: number, onLate?: (value: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const giveUp = (): void => {
      isLate = true
      reject(new GatewayError('unavailable', `Redis did not answer within ${limitMs} ms.`))
    }
    // Where this process itself was busy, the answer may be here already: sockets are read between the two.
    const timer = setTimeout(() => setImmediate(giveUp), limitMs)
    // What is waited for has a socket, which keeps the process alive.
    timer.unref()
    promise.then(
      (value) => {
        clearTimeout(timer)
        if (isLate) onLate?.(value)
        else resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    )
  })
}
