import { parseArgs } from 'node:util'

/** What was typed cannot be run, and why. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'
}

/** What `eval` was asked to do. */
export interface EvaluateOptions {
  baseURL: string
  token: string
  account: string
  gateway: string
  /** A name or an id. */
  dataset: string
  types: string[]
  /** Empty: the gateway's own choice. */
  models: string[]
  /** An earlier evaluation, by name or id; null: none. */
  compare: string | null
  /** From 0 to 1; null: any score will do. */
  failUnder: number | null
  maxErrors: number
  junit: string | null
  json: string | null
  /** Members of the call that makes the evaluation, as they are. */
  more: Record<string, unknown>
}

const options = {
  url: { type: 'string' },
  token: { type: 'string' },
  account: { type: 'string' },
  gateway: { type: 'string' },
  dataset: { type: 'string' },
  type: { type: 'string', multiple: true },
  model: { type: 'string', multiple: true },
  settings: { type: 'string' },
  params: { type: 'string' },
  prompt: { type: 'string' },
  name: { type: 'string' },
  concurrency: { type: 'string' },
  'budget-usd': { type: 'string' },
  compare: { type: 'string' },
  'fail-under': { type: 'string' },
  'max-errors': { type: 'string' },
  junit: { type: 'string' },
  json: { type: 'string' },
} as const

type Values = { [Name in keyof typeof options]?: string | string[] }

/** Reads what was typed, and the environment for what was not. Throws `ArgumentError`. */
export function readEvaluateOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): EvaluateOptions {
  const values = parse(args)
  const text = (name: keyof Values, fallback?: string): string => {
    const value = values[name] ?? fallback
    if (typeof value === 'string' && value !== '') return value
    throw new ArgumentError(`--${name} is missing`)
  }
  const url = text('url', env['TOLLGATE_URL'] ?? 'http://127.0.0.1:8787').replace(/\/+$/, '')
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new ArgumentError(`--url must be an address such as http://127.0.0.1:8787, but was ${url}`)
  }
  const token = values.token ?? env['TOLLGATE_TOKEN']
  if (typeof token !== 'string' || token === '') {
    throw new ArgumentError('there is no token: set TOLLGATE_TOKEN, or give --token')
  }
  const types = list(values.type)
  if (types.length === 0) throw new ArgumentError('--type is missing: an evaluator, as exact_match')
  return {
    baseURL: url.endsWith('/client/v4') ? url : `${url}/client/v4`,
    token,
    account: text('account', env['TOLLGATE_ACCOUNT'] ?? 'default'),
    gateway: text('gateway'),
    dataset: text('dataset'),
    types,
    models: list(values.model),
    compare: optional(values.compare),
    failUnder: number('fail-under', values['fail-under'], 1),
    maxErrors: number('max-errors', values['max-errors'], Number.MAX_SAFE_INTEGER) ?? 0,
    junit: optional(values.junit),
    json: optional(values.json),
    more: moreOf(values),
  }
}

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error))
  }
}

function moreOf(values: Values): Record<string, unknown> {
  const given = {
    name: values.name,
    prompt: values.prompt,
    settings: json('settings', values.settings),
    params: json('params', values.params),
    concurrency: number('concurrency', values.concurrency, 32),
    budget_usd: number('budget-usd', values['budget-usd'], 1_000_000),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null))
}

/** A list may be given at once, `a,b`, or one by one. */
function list(value: string | string[] | undefined): string[] {
  return [value ?? []]
    .flat()
    .flatMap((part) => part.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function optional(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function number(name: string, value: string | string[] | undefined, most: number): number | null {
  if (value === undefined) return null
  const read = Number(value)
  if (value !== '' && read >= 0 && read <= most) return read
  throw new ArgumentError(`--${name} must be a number from 0 to ${most}, but was ${String(value)}`)
}

function json(name: string, value: string | string[] | undefined): unknown {
  if (value === undefined) return undefined
  try {
    return JSON.parse(String(value)) as unknown
  } catch {
    throw new ArgumentError(`--${name} must be JSON, but was ${String(value)}`)
  }
}
