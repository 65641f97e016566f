/**
 * Money is integers: rates in pico-USD (1e-12) for one unit, amounts in nano-USD (1e-9). Floats are only read from the
 * price table and only made for showing.
 */

const picoPerNano = 1000

/**
 * `quantity` x `ratePicoUsd` as nano-USD, rounded half to even. Both are whole numbers of 0 or more. Exact, save that
 * an amount above 2^53 nano-USD (9 million USD) is the nearest double.
 */
export function multiplyHalfEven(quantity: number, ratePicoUsd: number): number {
  const product = quantity * ratePicoUsd
  if (!Number.isSafeInteger(product)) return multiplyLarge(quantity, ratePicoUsd)
  const remainder = product % picoPerNano
  const nano = (product - remainder) / picoPerNano
  return roundsUp(remainder, nano % 2 === 1) ? nano + 1 : nano
}

/** Nano-USD as USD, for showing. */
export function nanoToUsd(nanoUsd: number): number {
  return nanoUsd / 1e9
}

/** `value` x `scale` as a whole number, null where that is not exact as the value's shortest decimal form reads. */
export function scaleExactly(value: number, scale: number): number | null {
  const scaled = Math.round(value * scale)
  return Number.isSafeInteger(scaled) && scaled >= 0 && scaled / scale === value ? scaled : null
}

function multiplyLarge(quantity: number, ratePicoUsd: number): number {
  const product = BigInt(quantity) * BigInt(ratePicoUsd)
  const nano = product / BigInt(picoPerNano)
  const remainder = Number(product % BigInt(picoPerNano))
  return Number(roundsUp(remainder, nano % 2n === 1n) ? nano + 1n : nano)
}

function roundsUp(remainder: number, isOdd: boolean): boolean {
  return remainder > picoPerNano / 2 || (remainder === picoPerNano / 2 && isOdd)
}

/** Nano-USD as a plain decimal of USD without exponent, for a header: `0.0000045`. Exact. */
export function nanoToUsdText(nanoUsd: number): string {
  // From a micro-USD on, a double's shortest decimal is the number itself and has no exponent.
  if (nanoUsd >= 1000 || nanoUsd === 0) return String(nanoUsd / 1e9)
  return `0.${String(nanoUsd).padStart(9, '0')}`.replace(/0+$/, '')
}
