import { asCount, asList, asObject, asText } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { urlCitation } from './hub-answer.ts'
import { objectsOf } from './hub-parts.ts'

/** Which pages stand behind which pieces of the content. Google counts in bytes of UTF-8, OpenAI in characters. */
export function geminiCitations(metadata: unknown, content: string): JsonObject[] {
  const grounding = asObject(metadata)
  const pages = objectsOf(grounding?.['groundingChunks']).map((chunk) => asObject(chunk['web']))
  const supports = objectsOf(grounding?.['groundingSupports'])
  if (pages.length === 0 || supports.length === 0) return []
  const bytes = Buffer.from(content)
  return supports.flatMap((support) => {
    const segment = asObject(support['segment'])
    const start = charactersIn(bytes, asCount(segment?.['startIndex']) ?? 0)
    const end = charactersIn(bytes, asCount(segment?.['endIndex']) ?? 0)
    return asList(support['groundingChunkIndices']).flatMap((index): JsonObject[] => {
      const page = pages[asCount(index) ?? -1]
      const url = asText(page?.['uri'])
      return url === null ? [] : [urlCitation(start, end, url, asText(page?.['title']) ?? '')]
    })
  })
}

function charactersIn(bytes: Buffer, end: number): number {
  return bytes.toString('utf8', 0, end).length
}
