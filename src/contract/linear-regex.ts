import { PatternFault, type Node, parsePattern } from './regex-syntax.ts'

/**
 * Regular expressions in linear time: a set of states is carried along the text (Thompson's way), nothing is ever tried
 * again. JavaScript's syntax without what needs going back: groups are not captured, and back references and looking
 * around are faults. A single class or escape is left to the engine, which has nothing to go back to in one character.
 */

export type Pattern = { test(text: string): boolean | null } | { fault: string }

type Instruction =
  | { op: 'one'; test: (character: string) => boolean }
  | { op: 'split'; to: number[] }
  | { op: 'edge'; kind: '^' | '$' | 'b' | 'B' }
  | { op: 'match' }

const mostInstructions = 5000
const mostParts = 50_000
/** Instructions times characters: about a tenth of a second. */
const mostSteps = 20_000_000

/**
 * A pattern that is looked for anywhere in a text. `test` gives null where the text is too long for it. `mostSize`: how large
 * it may be once its repetitions are written out.
 */
export function compilePattern(
  source: string,
  { ignoresCase, mostSize = mostInstructions }: { ignoresCase: boolean; mostSize?: number },
): Pattern {
  try {
    const program: Instruction[] = []
    emit(program, parsePattern(source, ignoresCase), { left: mostParts })
    program.push({ op: 'match' })
    if (program.length > mostSize) throw tooLarge()
    return { test: (text) => (text.length * program.length > mostSteps ? null : run(program, Array.from(text))) }
  } catch (error) {
    if (error instanceof PatternFault) return { fault: error.message }
    throw error
  }
}

function tooLarge(): PatternFault {
  return new PatternFault('it is too large once its repetitions are written out')
}

function emit(program: Instruction[], node: Node, budget: { left: number }): void {
  // Empty groups make no instructions, however often they are repeated.
  if (budget.left-- === 0 || program.length > mostInstructions) throw tooLarge()
  if (node.type === 'one') program.push({ op: 'one', test: node.test })
  else if (node.type === 'edge') program.push({ op: 'edge', kind: node.kind })
  else if (node.type === 'all') for (const part of node.nodes) emit(program, part, budget)
  else if (node.type === 'repeat') emitRepeat(program, node, budget)
  else {
    const ends: { to: number[] }[] = []
    for (const [at, option] of node.nodes.entries()) {
      const split = { op: 'split' as const, to: [program.length + 1] }
      program.push(split)
      emit(program, option, budget)
      const end = { op: 'split' as const, to: [] }
      program.push(end)
      ends.push(end)
      if (at < node.nodes.length - 1) split.to.push(program.length)
    }
    for (const end of ends) end.to.push(program.length)
  }
}

function emitRepeat(
  program: Instruction[],
  { node, least, most }: Node & { type: 'repeat' },
  budget: { left: number },
): void {
  for (let count = 0; count < least; count++) emit(program, node, budget)
  if (most === Infinity) {
    const split = { op: 'split' as const, to: [program.length + 1] }
    const start = program.push(split) - 1
    emit(program, node, budget)
    program.push({ op: 'split', to: [start] })
    split.to.push(program.length)
    return
  }
  const skips: { to: number[] }[] = []
  for (let count = least; count < most; count++) {
    const split = { op: 'split' as const, to: [program.length + 1] }
    program.push(split)
    skips.push(split)
    emit(program, node, budget)
  }
  for (const skip of skips) skip.to.push(program.length)
}

function run(program: readonly Instruction[], text: readonly string[]): boolean {
  /** The place, from 1 on, at which each state was last reached. */
  const reachedAt = new Uint32Array(program.length)
  let states: number[] = []
  for (let at = 0; at <= text.length; at++) {
    const character = text[at]
    // At each place one may begin.
    const open = states
    open.push(0)
    states = []
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (reachedAt[state] === at + 1) continue
      reachedAt[state] = at + 1
      const instruction = program[state]
      if (instruction === undefined) continue
      if (instruction.op === 'match') return true
      if (instruction.op === 'split') for (const to of instruction.to) open.push(to)
      else if (instruction.op === 'edge') {
        if (isEdge(instruction.kind, text, at)) open.push(state + 1)
      } else if (character !== undefined && instruction.test(character)) states.push(state + 1)
    }
  }
  return false
}

function isEdge(kind: '^' | '$' | 'b' | 'B', text: readonly string[], at: number): boolean {
  if (kind === '^') return at === 0
  if (kind === '$') return at === text.length
  const isWord = (character: string | undefined): boolean => character !== undefined && /\w/.test(character)
  return (isWord(text[at - 1]) !== isWord(text[at])) === (kind === 'b')
}
