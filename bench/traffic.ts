/** What the load generator and the upstream agree on: the bodies that go in and what comes back for them. */

export const bodySizesKb = [1, 10, 100] as const
export type BodySizeKb = (typeof bodySizesKb)[number]

/** A paced stream: so many content events, one every so many milliseconds, the first at once. */
export const eventsPerStream = 100
export const eventIntervalMs = 20
/** A slow stream, as of a model that thinks while it writes: so many of them can be open at once on one core. */
export const eventsPerSlowStream = 50
export const slowIntervalMs = 200
/** A late stream has its head at once, and its first content so much later. */
export const lateMs = 100
/** Behind the content: why it stopped, and `[DONE]`. */
export const closingEvents = 2
/** A burst stream comes as fast as it can be written, for the mixed load. */
export const eventsPerBurst = 20

export type StreamKind = 'paced' | 'slow' | 'late' | 'burst'

/** So many digits in the body that differ in every request, so that no cache can answer instead of the upstream. */
export const serialDigits = 12
export const serialMark = '"user":"'

/** Filler that is neither all the same (compresses to nothing) nor random (compresses not at all). */
export function filler(length: number): string {
  const words = 'the gateway counts every token of this sentence and of the one that follows it while nobody looks '
  return words.repeat(Math.ceil(length / words.length)).slice(0, length)
}

/** The body of a chat request of about this size. `kind` tells the upstream how to answer. */
export function chatBody(sizeKb: BodySizeKb, kind: 'whole' | StreamKind): string {
  const stream = kind === 'whole' ? '' : '"stream":true,'
  const start = `{"model":"gpt-4o-mini",${stream}${serialMark}${'0'.repeat(serialDigits)}","metadata":{"kind":"${kind}"},`
  const frame = `${start}"messages":[{"role":"user","content":""}]}`
  return `${start}"messages":[{"role":"user","content":"${filler(sizeKb * 1024 - frame.length)}"}]}`
}
