import { createEventStreamScanner } from './event-stream.ts'
import { createJsonLinesScanner } from './json-lines.ts'
import { createSseScanner, type OnSseEvent, type SseScanner } from './sse.ts'

/** Makes a scanner that gives the events of one stream, cut anywhere. */
export type CreateScanner = (onEvent: OnSseEvent) => SseScanner

/** How events are framed in each type of stream: by the beginning of its content type. */
const framings: readonly (readonly [type: string, create: CreateScanner])[] = [
  ['text/event-stream', createSseScanner],
  ['application/vnd.amazon.eventstream', createEventStreamScanner],
  ['application/stream+json', createJsonLinesScanner],
  ['application/x-ndjson', createJsonLinesScanner],
]

/** The scanner for streams of this content type; null where it is no stream of events. */
export function framingOf(contentType: string | null): CreateScanner | null {
  if (contentType === null) return null
  for (const [type, create] of framings) if (contentType.startsWith(type)) return create
  return null
}
