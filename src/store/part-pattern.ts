import { cleanText } from './clean-text.ts'

/** The pattern of `like` (with `escape '\'`) that a text in small letters meets where it holds the part. */
export function partPattern(part: string): string {
  return `%${cleanText(part)
    .toLowerCase()
    .replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
}
