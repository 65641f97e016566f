import type { Reply } from './respond.ts'

/** A page of a list that is short enough to be read whole; past its end it is empty, so that clients come to an end. */
export function pageOf<Row, Shown>(
  rows: readonly Row[],
  { page, per_page: perPage }: { page: number; per_page: number },
  present: (row: Row) => Shown,
): Reply<Shown[]> {
  const shown = rows.slice((page - 1) * perPage, page * perPage).map(present)
  return {
    result: shown,
    resultInfo: { page, per_page: perPage, count: shown.length, total_count: rows.length },
  }
}

/** The same for Cloudflare's routes of dynamic routing, where page and order stand beside the rows. */
export function orderedPageOf<Row, Shown>(
  rows: readonly Row[],
  query: { page: number; per_page: number },
  present: (row: Row) => Shown,
): { rows: Shown[]; order_by: 'created_at'; order_by_direction: 'desc'; page: number; per_page: number } {
  const { page, per_page } = query
  const { result } = pageOf(rows, query, present)
  return { rows: result, order_by: 'created_at', order_by_direction: 'desc', page, per_page }
}
