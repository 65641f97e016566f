import type { DatasetItem, DatasetRecord } from '../contract/dataset-record.ts'
import type { ManagementDeps } from './deps.ts'
import type { RawReply } from './respond.ts'
import { toStream } from './stream.ts'

const itemsPerRead = 200
const csvColumns = ['input', 'expected_output', 'metadata', 'tags'] as const

/** All items of a version as a file, made while the client reads it. */
export function writeExport(
  { store, log }: ManagementDeps,
  dataset: DatasetRecord,
  { format, version = dataset.version }: { format: 'jsonl' | 'csv'; version?: number | undefined },
): RawReply {
  async function* pieces(): AsyncGenerator<string> {
    if (format === 'csv') yield `${csvColumns.join(',')}\r\n`
    const place = { dataset: dataset.number, version: Math.min(version, dataset.version), limit: itemsPerRead }
    let after = ''
    while (true) {
      const items = await store.datasets.items({ ...place, after })
      yield items.map(format === 'csv' ? csvLine : jsonLine).join('')
      if (items.length < itemsPerRead) return
      after = items.at(-1)?.id ?? ''
    }
  }
  return {
    body: toStream(pieces(), (error) =>
      log.warn('an export of a dataset broke off', { dataset: dataset.id, reason: error.message }),
    ),
    contentType: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    fileName: `dataset-${dataset.id}.${format}`,
  }
}

function jsonLine({ id, body }: DatasetItem): string {
  return `${JSON.stringify({ id, ...body })}\n`
}

function csvLine({ body }: DatasetItem): string {
  return `${csvColumns.map((name) => csvCell(body[name])).join(',')}\r\n`
}

function csvCell(value: unknown): string {
  if (value === undefined) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `"${text.replaceAll('"', '""')}"`
}
