import type { JsonObject } from '../json.ts'
import type { HubFields } from './hub-fields.ts'
import { type Effort, takeEffort } from './hub-tools.ts'

/*
 * What differs between generations of Claude, wherever it runs. Sources:
 * https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking,
 * https://platform.claude.com/docs/en/build-with-claude/effort (checked 2026-11-26).
 */

const named = /claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2})(?!\d))?/

/** `4.5` of `claude-sonnet-4-5-20250929`; a name without a number is of the newest. */
export function claudeVersion(model: string): number {
  const [, major, minor] = named.exec(model) ?? []
  return major === undefined ? Number.POSITIVE_INFINITY : Number(major) + Number(minor ?? 0) / 10
}

/** What an answer may have where the client does not say; Anthropic has no default. The most that each generation takes. */
export function usualMaxTokens(model: string): number {
  const version = claudeVersion(model)
  if (version < 3.5) return 4096
  return version < 3.7 ? 8192 : 32_000
}

/** Whether answers can be held to a schema. */
export function takesSchema(model: string): boolean {
  return claudeVersion(model) >= 4.5
}

const budgets: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 4096,
  high: 16_384,
  xhigh: 24_576,
  max: 31_999,
}

export interface ClaudeThinking {
  thinking: JsonObject | undefined
  effort: string | undefined
  /** The least that `max_tokens` must be beyond. */
  budgetTokens: number
}

const noThinking: ClaudeThinking = { thinking: undefined, effort: undefined, budgetTokens: 0 }

/**
 * Takes `reasoning_effort`, or `thinking` as Anthropic has it. `isBarred`: a tool is forced, or the thoughts before the
 * last calls are missing, and Anthropic would refuse to think.
 */
export function takeThinking(fields: HubFields, model: string, isBarred: boolean): ClaudeThinking {
  const own = fields.take('thinking')
  const effort = takeEffort(fields)
  if (own !== undefined) return { ...noThinking, thinking: Object(own) as JsonObject }
  if (effort === undefined) return noThinking
  const isAdaptive = claudeVersion(model) >= 4.6
  if (effort === 'none') return isAdaptive ? { ...noThinking, thinking: { type: 'disabled' } } : noThinking
  if (isBarred || claudeVersion(model) < 3.7) {
    fields.drop('reasoning_effort')
    return noThinking
  }
  // From here on the model decides how much it thinks, and is told how hard it may try.
  if (isAdaptive) {
    const told = effort === 'minimal' ? 'low' : effort
    return { ...noThinking, thinking: { type: 'adaptive', display: 'summarized' }, effort: told }
  }
  const budgetTokens = budgets[effort]
  return { ...noThinking, thinking: { type: 'enabled', budget_tokens: budgetTokens }, budgetTokens }
}

export interface Sampling {
  temperature: number | undefined
  topP: number | undefined
  topK: number | undefined
}

/** Takes `temperature`, `top_p` and `top_k`; those that the model refuses are dropped. */
export function takeSampling(fields: HubFields, model: string, isThinking: boolean): Sampling {
  const asked = {
    temperature: fields.takeNumber('temperature'),
    topP: fields.takeNumber('top_p'),
    topK: fields.takeNumber('top_k'),
  }
  const version = claudeVersion(model)
  // OpenAI's temperatures end at 2, Anthropic's at 1.
  const temperature = asked.temperature === undefined ? undefined : Math.min(asked.temperature, 1)
  const isFixed = version >= 4.7 || isThinking
  if (isFixed && temperature !== undefined && temperature !== 1) fields.drop('temperature')
  else if (temperature !== asked.temperature) fields.drop('temperature')
  if (isFixed && asked.topK !== undefined) fields.drop('top_k')
  // Newer models take one of the two alone.
  const isDouble = temperature !== undefined && version >= 4.1
  const isTopPFixed = version >= 4.7 || isDouble || (isThinking && (asked.topP ?? 1) < 0.95)
  if (isTopPFixed && asked.topP !== undefined && asked.topP !== 1) fields.drop('top_p')
  return {
    temperature: isFixed ? undefined : temperature,
    topP: isTopPFixed ? undefined : asked.topP,
    topK: isFixed ? undefined : asked.topK,
  }
}
