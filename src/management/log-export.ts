import type { logRoutes } from '../contract/logs.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { Direction, LogBodies, LogMark, LogRow, LogSelection, LogStore, LogWalkPage } from '../store/store.ts'
import type { ManagementDeps } from './deps.ts'
import { csvHead, csvLine } from './log-csv.ts'
import { selectLogs } from './log-list.ts'
import { presentLog } from './log-view.ts'
import type { RawReply } from './respond.ts'
import type { Input } from './routes.ts'
import { toStream } from './stream.ts'

const rowsPerWalk = 500
const walkMs = 100
/** Bodies that are in memory at once; a single larger one is alone. */
const maxBodyBytes = 8 << 20

/** All rows of a selection as a file, made while the client reads it: a page of rows is in memory, never more. */
export async function exportLogs(deps: ManagementDeps, input: Input<typeof logRoutes.export>): Promise<RawReply> {
  const { format, bodies: withBodies, order_by_direction: direction } = input.query
  if (withBodies && format === 'csv') {
    throw new GatewayError('input_invalid', 'bodies: only in format=ndjson, but was true', {
      path: ['query', 'bodies'],
    })
  }
  const { gateway, selection } = await selectLogs(deps, input)
  const { logs } = deps.store
  const walk = (after: LogMark | null): Promise<LogWalkPage<LogRow>> => walkOn(logs, selection, direction, after)
  // What fails before the first row is an answer with its own status.
  const first = await walk(null)
  const write = format === 'csv' ? writeCsv : withBodies ? (rows: LogRow[]) => writeWithBodies(logs, rows) : writeLines
  const pieces = piecesOf({ first, walk, write, head: format === 'csv' ? csvHead : '' })
  return {
    body: toStream(pieces, (error) =>
      deps.log.warn('an export of logs broke off', { gateway: gateway.id, reason: error.message }),
    ),
    contentType: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    fileName: `${gateway.id}-logs.${format}`,
  }
}

function walkOn(
  logs: LogStore,
  selection: LogSelection,
  direction: Direction,
  after: LogMark | null,
): Promise<LogWalkPage<LogRow>> {
  return logs.walk({ ...selection, orderBy: 'created_at', direction, after, limit: rowsPerWalk, budgetMs: walkMs })
}

type Write = (rows: LogRow[]) => AsyncIterable<string> | Iterable<string>

/** The file piece by piece; an empty one where a look found nothing, so that whoever reads may stop. */
async function* piecesOf({
  first,
  walk,
  write,
  head,
}: {
  first: LogWalkPage<LogRow>
  walk: (after: LogMark) => Promise<LogWalkPage<LogRow>>
  write: Write
  head: string
}): AsyncGenerator<string> {
  yield head
  let page = first
  while (true) {
    yield* write(page.rows)
    if (page.next === null) return
    yield ''
    page = await walk(page.next)
  }
}

function* writeCsv(rows: LogRow[]): Iterable<string> {
  yield rows.map((row) => csvLine(presentLog(row))).join('')
}

function* writeLines(rows: LogRow[]): Iterable<string> {
  yield rows.map((row) => `${JSON.stringify(presentLog(row))}\n`).join('')
}

async function* writeWithBodies(logs: LogStore, rows: LogRow[]): AsyncIterable<string> {
  for (const some of inGroups(rows)) {
    const bodies = await logs.manyBodies(
      some[0]?.gateway ?? 0,
      some.map(({ id }) => id),
    )
    yield some
      .map((row, at) => `${JSON.stringify({ ...presentLog(row), ...presentBodies(bodies[at] ?? null) })}\n`)
      .join('')
  }
}

function* inGroups(rows: readonly LogRow[]): Iterable<LogRow[]> {
  let group: LogRow[] = []
  let bytes = 0
  for (const row of rows) {
    const more = row.requestSize + row.responseSize
    if (group.length > 0 && bytes + more > maxBodyBytes) {
      yield group
      group = []
      bytes = 0
    }
    group.push(row)
    bytes += more
  }
  if (group.length > 0) yield group
}

/** As text; what is no UTF-8 as base64, and a member beside it says so. Null: not kept. */
function presentBodies(bodies: LogBodies | null): Record<string, string | null> {
  return { ...presentBody('request', bodies?.request ?? null), ...presentBody('response', bodies?.response ?? null) }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function presentBody(name: string, body: Uint8Array | null): Record<string, string | null> {
  if (body === null) return { [name]: null }
  try {
    return { [name]: decoder.decode(body) }
  } catch {
    return { [name]: Buffer.from(body).toString('base64'), [`${name}_encoding`]: 'base64' }
  }
}
