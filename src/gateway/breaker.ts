/** What is called: a model at an origin, for a gateway. */
export interface Place {
  gateway: number
  origin: string
  model: string | null
}

/**
 * How a call went. `unreachable`: no connection; `failed`: a timeout, a broken answer, a status that blames the
 * provider; `unknown`: it was given up before that could be told.
 */
export type CallOutcome = 'good' | 'failed' | 'unreachable' | 'unknown'

/**
 * Passes over a target that has failed again and again, where another one can take over. There is a circuit for each
 * gateway, origin and model, and one for the connections to each origin, which all gateways share.
 */
export interface Breaker {
  /** Whether a call would be passed over now. Changes nothing. */
  isOpen(place: Place): boolean
  /** Begins a call, and gives what is to be told how it went; null where it is passed over. The last possible target never is. */
  enter(place: Place, isLastTarget: boolean): ((outcome: CallOutcome) => void) | null
}

/** Failures in a row that open a circuit. */
const mostFailures = 5
/** Circuits that are remembered; the oldest goes first. Models are named by clients. */
const mostCircuits = 1000

/** Of a target that failed last. One that did not has none. */
interface Circuit {
  failures: number
  /** Closed: null. Else the tick from which on one call is let through, to see. */
  opensAt: number | null
}

const noProbes = { origin: false, key: false }

export function createBreaker({ tickMs, openMs }: { tickMs: () => number; openMs: number }): Breaker {
  const circuits = new Map<string, Circuit>()

  function fail(key: string, isProbe: boolean): void {
    const circuit = circuits.get(key) ?? { failures: 0, opensAt: null }
    circuit.failures++
    // Calls that were under way when it opened do not keep it open.
    if (circuit.failures >= mostFailures && (circuit.opensAt === null || isProbe)) circuit.opensAt = tickMs() + openMs
    if (!circuits.has(key) && circuits.size >= mostCircuits) circuits.delete(circuits.keys().next().value ?? '')
    circuits.set(key, circuit)
  }

  function isShut(key: string): boolean {
    const opensAt = circuits.get(key)?.opensAt ?? null
    return opensAt !== null && tickMs() < opensAt
  }

  /** Takes the one call that is let through, if its time has come: the next one's is a whole period later. */
  function probe(key: string): boolean {
    const circuit = circuits.get(key)
    if (!circuit || circuit.opensAt === null || tickMs() < circuit.opensAt) return false
    circuit.opensAt = tickMs() + openMs
    return true
  }

  /** A probe that told nothing: the next call may be one. */
  function release(key: string): void {
    const circuit = circuits.get(key)
    if (circuit) circuit.opensAt = tickMs()
  }

  const isOpen = (place: Place): boolean => circuits.size > 0 && (isShut(place.origin) || isShut(keyOf(place)))

  return {
    isOpen,
    enter(place, isLastTarget) {
      if (!isLastTarget && isOpen(place)) return null
      const mayProbe = !isLastTarget && circuits.size > 0
      const probes = mayProbe ? { origin: probe(place.origin), key: probe(keyOf(place)) } : noProbes
      return (outcome) => {
        // As nearly always: nobody failed last, and so there is nothing to close.
        if (outcome === 'good' && circuits.size === 0) return
        const key = keyOf(place)
        if (outcome === 'unreachable') fail(place.origin, probes.origin)
        else if (outcome === 'unknown') {
          if (probes.origin) release(place.origin)
        } else circuits.delete(place.origin)

        if (outcome === 'good') circuits.delete(key)
        else if (outcome === 'failed') fail(key, probes.key)
        else if (probes.key) release(key)
      }
    },
  }
}

function keyOf({ gateway, origin, model }: Place): string {
  return `${gateway} ${origin} ${model ?? ''}`
}
