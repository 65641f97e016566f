/** UTC milliseconds as the API shows a time. */
export function toIso(ms: number): string {
  return new Date(ms).toISOString()
}
