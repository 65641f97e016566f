/**
 * How likely it is that chance alone makes at least so large a difference between those that got better and those that
 * got worse: the exact sign test, two-sided. Of scores that are 0 or 1 it is McNemar's exact test. From 0 to 1; 1 where nothing changed.
 */
export function signTest(better: number, worse: number): number {
  const trials = better + worse
  const least = Math.min(better, worse)
  if (better === worse) return 1
  // The chance of the outcome itself, as a logarithm: half to the power of thousands is 0 to a double.
  let logChance = -trials * Math.LN2
  for (let k = 1; k <= least; k++) logChance += Math.log((trials - k + 1) / k)
  // Those farther out, as shares of it.
  let share = 1
  let sum = 1
  for (let k = least; k > 0 && share > 1e-17; k--) {
    share *= k / (trials - k + 1)
    sum += share
  }
  return Math.min(1, 2 * Math.exp(logChance + Math.log(sum)))
}
