/**
 * A text as every engine takes it: PostgreSQL refuses NUL, and half of a surrogate pair has no bytes in UTF-8. Both
 * become U+FFFD, in what is stored and in what is asked for, so that they still find each other.
 */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed()
}

/** The same; null stays null. */
export function cleanTextOrNull(text: string | null): string | null {
  return text === null ? null : cleanText(text)
}
