import type { StreamReader } from '../formats/format.ts'

/** A reader of one stream whose memory is bounded. */
export interface BoundedReader extends StreamReader {
  /** Whether the message leaves out what came late. */
  isTruncated(): boolean
}

/** What the last events of a stream may still tell, in any format. */
const worthKeeping = /"(usage|usageMetadata|finishReason|amazon-bedrock-invocationMetrics|error)"/

/**
 * Reads a stream like the reader it makes, up to `keptBytes` of events. Of what comes later no message is put
 * together, but the usage, an error and the end are still read.
 */
export function createBoundedReader(createReader: () => StreamReader, keptBytes: number): BoundedReader {
  const reader = createReader()
  let readBytes = 0
  /** Of each kind the last, not yet given to `reader`: usage comes in totals, so only the last one counts. */
  const late = new Map<string, { name: string | null; data: string }>()

  function catchUp(): void {
    for (const { name, data } of late.values()) reader.event(name, data)
    late.clear()
  }

  return {
    ...(reader.decisive && { decisive: reader.decisive }),
    event(name, data) {
      readBytes += data.length
      if (readBytes <= keptBytes) return reader.event(name, data)
      // A reader for this event alone says what it means, and nothing piles up in it.
      const meaning = createReader().event(name, data)
      const kind = meaning === 'terminal' ? meaning : worthKeeping.exec(data)?.[1]
      if (kind !== undefined) late.set(kind, { name, data })
      return meaning
    },
    get endIsComplete() {
      catchUp()
      return reader.endIsComplete
    },
    facts() {
      catchUp()
      return reader.facts()
    },
    message() {
      catchUp()
      return reader.message()
    },
    isTruncated: () => readBytes > keptBytes,
  }
}
