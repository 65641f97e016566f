import type { StreamReader } from '../formats/format.ts'

/** What may wait to be read, per stream, in characters. */
const mostWaiting = 16 * 1024

/**
 * Reads like the given reader, but events that only carry content wait and are read many at a time. Between two events
 * of one stream the processor has done a thousand other things, and reading one alone takes five times as long as
 * reading it among its like.
 */
export function createBatchingReader(reader: StreamReader): StreamReader {
  const { decisive } = reader
  if (!decisive) return reader
  const waiting: { name: string | null; data: string }[] = []
  let waitingLength = 0

  function readWaiting(): StreamReader {
    for (const { name, data } of waiting) reader.event(name, data)
    waiting.length = 0
    waitingLength = 0
    return reader
  }

  return {
    decisive,
    event(name, data) {
      if (decisive.test(data)) return readWaiting().event(name, data)
      waiting.push({ name, data })
      waitingLength += data.length
      if (waitingLength > mostWaiting) readWaiting()
      return 'more'
    },
    get endIsComplete() {
      return readWaiting().endIsComplete
    },
    facts: () => readWaiting().facts(),
    message: () => readWaiting().message(),
  }
}
