import type { Clock } from '../kernel/clock.ts'
import type { Journal } from '../journal/journal.ts'
import type { StoredAnswer } from '../kv/kv.ts'
import { acceptsEncoding, decode } from './decoding.ts'
import { describeServed, type Draft, ownHeaders, writeDraft } from './draft.ts'
import type { Sink } from './exchange.ts'

export interface Replay {
  draft: Draft
  stored: StoredAnswer
  sink: Sink
  acceptEncoding: string | null
}

/** What a compressed answer may be once it is unpacked for a client that cannot. */
const mostDecodedBytes = 64 << 20

/** Gives a stored answer again, in one piece: its row, and then its bytes. */
export async function replay({ draft, stored, sink, acceptEncoding }: Replay, deps: ReplayDeps): Promise<void> {
  const { record } = draft
  let { body, headers } = stored
  const encoding = valueOf(headers, 'content-encoding')
  if (encoding !== null && !acceptsEncoding(acceptEncoding, encoding)) {
    const decoded = await decode(body, encoding, mostDecodedBytes)
    if (decoded) {
      body = decoded
      headers = without(headers, 'content-encoding')
    }
  }
  record.status = stored.status
  record.success = true
  record.outcome = 'complete'
  record.model ??= stored.model
  record.firstByteMs = Math.round(deps.clock.tickMs() - draft.startTick)
  record.responseContentType = valueOf(headers, 'content-type')
  record.responseSize = body.length
  record.responseTruncated = stored.isLogTruncated
  const { tokensIn, tokensOut, costNanoUsd } = stored
  describeServed(record, { isHit: true, saved: { tokensIn, tokensOut, costNanoUsd } })
  // Compressed bytes would hide secrets from the mask.
  draft.response = stored.logBody ?? (valueOf(stored.headers, 'content-encoding') === null ? stored.body : null)
  draft.cache = { status: 'HIT', reason: 'stored' }
  const head = [...headers, ...ownHeaders(draft), 'tollgate-cost', '0', 'content-length', String(body.length)]
  await new Promise<void>((resolve, reject) => {
    writeDraft(draft, deps.journal, deps.clock, () => {
      try {
        sink.head(stored.status, head)
        sink.end(body)
        resolve()
      } catch (error) {
        // A header that Node refuses to send. Thrown on, it would end the process.
        reject(error)
      }
    })
  })
}

export interface ReplayDeps {
  clock: Clock
  journal: Journal
}

function valueOf(headers: readonly string[], name: string): string | null {
  for (let at = 0; at + 1 < headers.length; at += 2) if (headers[at] === name) return headers[at + 1] ?? null
  return null
}

function without(headers: readonly string[], name: string): string[] {
  return headers.filter((_, at) => headers[at - (at % 2)] !== name)
}
