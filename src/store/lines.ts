import type {
  AuditStore,
  DatasetStore,
  DocumentStore,
  EvaluationStore,
  GatewayStore,
  LogQuery,
  LogStore,
  LogWalk,
} from './store.ts'
import type { WordStore } from './word-store.ts'
import { isByTimeOnly } from './time-filters.ts'

/** `write`: the one that writes. `list`: what answers soon. `scan`: what may have to look at many rows. `words`: what reads bodies for search. */
export type LineName = 'write' | 'list' | 'scan' | 'words'

/** The line of each method, or how its arguments decide. A scan of seconds must not hold up what takes milliseconds. */
const lineOf = {
  gateways: {
    all: 'list',
    page: 'list',
    insert: 'write',
    update: 'write',
    remove: 'write',
    version: 'list',
  },
  documents: { all: 'list', list: 'list', get: 'list', write: 'write' },
  datasets: {
    page: 'list',
    get: 'list',
    insert: 'write',
    change: 'write',
    remove: 'write',
    items: 'list',
    count: 'list',
    item: 'list',
    collecting: 'list',
    collect: 'write',
    stage: 'write',
    unstage: 'write',
  },
  evaluations: {
    page: 'list',
    get: 'list',
    insert: 'write',
    remove: 'write',
    cancel: 'write',
    waits: 'list',
    claim: 'write',
    hold: 'write',
    release: 'write',
    answered: 'list',
    append: 'write',
    finish: 'write',
    scores: 'list',
    countScores: 'list',
    foldAnswers: 'list',
    compare: 'scan',
    comparedCases: 'scan',
  },
  audit: { append: 'write', page: 'list' },
  logs: {
    append: 'write',
    positions: 'list',
    page: (query) => (mayScan(query) ? 'scan' : 'list'),
    walk: (query) => (isByIndex(query) && query.limit <= maxListed ? 'list' : 'scan'),
    walkIds: 'scan',
    fold: 'scan',
    get: 'list',
    bodies: 'list',
    manyBodies: 'scan',
    edit: 'write',
    remove: 'write',
    removeIds: 'write',
    removeGateway: 'write',
    orphans: 'scan',
    counts: 'list',
    storeId: 'list',
  },
  words: {
    lags: 'list',
    keep: 'write',
    read: 'words',
    settle: 'write',
    drop: 'words',
    forget: 'write',
    purge: 'words',
  },
} satisfies {
  gateways: LinesOf<GatewayStore>
  documents: LinesOf<DocumentStore>
  datasets: LinesOf<DatasetStore>
  evaluations: LinesOf<EvaluationStore>
  audit: LinesOf<AuditStore>
  logs: LinesOf<LogStore>
  words: LinesOf<WordStore>
}

type LinesOf<Methods> = {
  [Name in keyof Methods]:
    | LineName
    | (Methods[Name] extends (...args: infer Args) => unknown ? (...args: Args) => LineName : never)
}

/** The parts of the store whose methods cross to other threads. */
export type StorePart = keyof typeof lineOf

/** The names of the methods of a part. */
export function methodsOf(part: StorePart): string[] {
  return Object.keys(lineOf[part])
}

/** The line that a call takes. Throws where the part has no such method. */
export function lineFor(part: StorePart, method: string, args: readonly unknown[]): LineName {
  // The arguments are those of the method, whose type the caller has (`connectStore`).
  const line = (lineOf[part] as Record<string, LineName | ((...args: readonly unknown[]) => LineName)>)[method]
  if (line === undefined) throw new Error(`The store has no ${part}.${method}.`)
  return typeof line === 'string' ? line : line(...args)
}

/** More rows are for an export, which may go on for minutes. */
const maxListed = 50

/** A page so far down walks over many rows before it. */
const maxSkipped = 10_000

function mayScan(query: LogQuery): boolean {
  return !isByIndex(query) || query.withRanges || (query.page - 1) * query.perPage > maxSkipped
}

/** The order of time and a range of it are read off the index; for all else each row is looked at. */
function isByIndex(query: LogQuery | LogWalk): boolean {
  return query.orderBy === 'created_at' && isByTimeOnly(query)
}
