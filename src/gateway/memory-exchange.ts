import type { Caller } from '../contract/permissions.ts'
import { ClientLeft, type Sink } from './exchange.ts'
import type { Run } from './pipeline.ts'

/** A request from within Tollgate: it goes through the whole pipeline, with the rights of `caller`. */
export interface OwnRequest {
  caller: Caller
  /** Path and query, `/v1/{account}/{gateway}/{provider}/...`. */
  url: string
  /** Names and values in turn. */
  headers: readonly string[]
  body: Buffer
  signal: AbortSignal
}

export interface OwnAnswer {
  status: number
  headers: ReadonlyMap<string, string>
  body: Buffer
}

/** Answers from memory what comes from within. Rejects where the answer broke off or the signal came. */
export function createOwnDoor(run: Run): (request: OwnRequest) => Promise<OwnAnswer> {
  return ({ caller, url, headers: rawHeaders, body, signal }) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(new ClientLeft('nobody waits for the answer'))
        return
      }
      const { sink, leave, isSettled } = createMemorySink(resolve, reject)
      signal.addEventListener('abort', leave, { once: true })
      const source = {
        lengthBytes: body.length,
        read: () => Promise.resolve({ bytes: body, isWhole: true }),
        // All of it was read.
        async *rest() {},
      }
      void run({ method: 'POST', url, rawHeaders, body: source, caller }, sink).finally(() => {
        signal.removeEventListener('abort', leave)
        // An error that nobody gets costs as much as one that somebody does.
        if (!isSettled()) reject(new ClientLeft('there was no answer'))
      })
    })
}

/** What is settled first counts: a promise takes no second value. */
function createMemorySink(
  resolve: (answer: OwnAnswer) => void,
  reject: (error: Error) => void,
): { sink: Sink; leave: () => void; isSettled: () => boolean } {
  let status = 0
  let headers = new Map<string, string>()
  const chunks: Buffer[] = []
  let onLeave: (() => void) | null = null
  let isSettled = false
  return {
    isSettled: () => isSettled,
    leave() {
      onLeave?.()
      reject(new ClientLeft('nobody waits for the answer any more'))
    },
    sink: {
      head(given, list) {
        status = given
        headers = new Map()
        for (let at = 0; at + 1 < list.length; at += 2) headers.set((list[at] ?? '').toLowerCase(), list[at + 1] ?? '')
      },
      flush() {},
      write(chunk) {
        // A stream's bytes are used again once they were written.
        chunks.push(Buffer.from(chunk))
        return true
      },
      onDrain: (callback) => callback(),
      end(chunk) {
        if (chunk) chunks.push(chunk)
        isSettled = true
        resolve({ status, headers, body: Buffer.concat(chunks) })
      },
      cut() {
        isSettled = true
        reject(new Error('the answer broke off'))
      },
      onLeave(callback) {
        onLeave = callback
      },
    },
  }
}
