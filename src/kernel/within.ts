/** Waits for a promise, but no longer than `limitMs`, and does not fail with it. */
export async function within(limitMs: number, promise: Promise<void>): Promise<void> {
  const limit = Promise.withResolvers<void>()
  const timer = setTimeout(limit.resolve, limitMs)
  await Promise.race([promise.catch(() => {}), limit.promise])
  clearTimeout(timer)
}
