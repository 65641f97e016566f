import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { filterKindOf, type LogFilter, type LogFilterName, type LogFilterValue } from '../contract/log-filter.ts'
import type { Moment } from '../contract/moment.ts'
import { cleanText } from './clean-text.ts'
import type { Engine, LogJson, MetadataEntry } from './engine.ts'
import type { LogSelection } from './store.ts'
import { isMoment, stretchOf } from './time-filters.ts'

type Condition = RawBuilder<SqlBool>
type Operator = Exclude<LogFilter['operator'], 'neq'>

/** The conditions that a row of `logs` must meet for the filters; every value is bound, never written into the text. */
export function conditionsOf(engine: Engine, { filters }: Pick<LogSelection, 'filters'>): Condition[] {
  return filters.map((filter) => conditionOf(engine.json, filter))
}

function conditionOf(json: LogJson, { key, operator, values }: LogFilter): Condition {
  const positive = operator === 'neq' ? 'eq' : operator
  const any = anyOf(values.map((value) => test(json, key, positive, value)))
  return operator === 'neq' ? sql`(${any}) is not true` : any
}

/** Whether a row of `logs` has a part in the model, the provider, the ids, or a name or value of the metadata. */
export function isSearched(json: LogJson, search: string): Condition {
  const part = small(search)
  const texts = [sql`logs.model`, sql`logs.provider`, sql`logs.id`] as RawBuilder<string | null>[]
  const inDetail = anyOf([
    json.contains(json.text('eventId'), part),
    json.someMetadata(({ name, shown }) => anyOf([json.contains(name, part), json.contains(shown, part)])),
  ])
  return anyOf([...texts.map((text) => json.contains(text, part)), whereHeld(json, [search], inDetail)])
}

function test(json: LogJson, key: LogFilter['key'], operator: Operator, value: LogFilterValue): Condition {
  if (key === 'created_at') return isMoment(value) ? testTime(operator, value) : sql`1 = 0`
  if (isMoment(value)) throw new Error(`${key} is not compared with a time`)
  if (key === 'metadata.key') {
    if (value === null) return without(json, () => sql`1 = 1`)
    const condition = json.someMetadata(({ name }) => compare(json, name, operator, value))
    return whereHeld(json, heldParts(operator, value), condition)
  }
  if (filterKindOf(key) === 'metadata') {
    const name = key === 'metadata.value' ? null : key.slice('metadata.'.length)
    const isMeant = (entry: MetadataEntry): Condition =>
      name === null ? sql`1 = 1` : sql`${entry.name} = ${cleanText(name)}`
    if (value === null) return without(json, isMeant)
    const condition = json.someMetadata(
      (entry) => sql`${isMeant(entry)} and ${testMetadata(json, entry, operator, value)}`,
    )
    return whereHeld(json, [...(name === null ? [] : [name]), ...heldParts(operator, value)], condition)
  }
  const column = columns[key as keyof typeof columns](json)
  const condition = compare(json, column, operator, toColumn(key, operator, value))
  return inDetail.has(key) ? whereHeld(json, heldParts(operator, value), condition) : condition
}

/** Texts that are members of `detail`. */
const inDetail = new Set<string>([
  'outcome',
  'event_id',
  'user_agent',
  'request_type',
  'request_content_type',
  'response_content_type',
])

/** What stands in the detail of every row that meets such a comparison. */
function heldParts(operator: Operator, value: Plain): string[] {
  return value !== null && (operator === 'eq' || operator === 'contains') ? [String(value)] : []
}

/** Looks first whether the parts stand in the detail at all, where they look there as they look here. */
function whereHeld(json: LogJson, parts: readonly string[], condition: Condition): Condition {
  const plain = parts.filter((part) => /^[\w .:;,/@+-]+$/.test(part))
  return plain.reduceRight((inner, part) => sql`(${json.mayHold(part)} and ${inner})`, condition)
}

function without(json: LogJson, condition: (entry: MetadataEntry) => Condition): Condition {
  return sql`not ${json.someMetadata(condition)}`
}

/** Ids are ordered by time. */
function testTime(operator: Operator, moment: Moment): Condition {
  const { lowest, above } = stretchOf(operator, moment)
  if (lowest === null) return sql`logs.id < ${above}`
  return above === null ? sql`logs.id >= ${lowest}` : sql`(logs.id >= ${lowest} and logs.id < ${above})`
}

type Plain = Exclude<LogFilterValue, Moment>

/** A number is also found as the text that spells it, and the other way round: in a query all values are texts. */
function testMetadata(json: LogJson, entry: MetadataEntry, operator: Operator, value: Exclude<Plain, null>): Condition {
  if (operator === 'contains') return json.contains(entry.shown, small(String(value)))
  const spelled = typeof value === 'string' && String(Number(value)) === value ? Number(value) : value
  if (operator !== 'eq') {
    return typeof spelled === 'number'
      ? compare(json, entry.number, operator, spelled)
      : compare(json, entry.text, operator, String(value))
  }
  const asText = sql<SqlBool>`${entry.text} = ${cleanText(String(value))}`
  if (typeof spelled === 'number') return anyOf([asText, compare(json, entry.number, 'eq', spelled)])
  const flag = { true: 1, false: 0 }[String(value)]
  return flag === undefined ? asText : anyOf([asText, sql`${entry.flag} = ${sql.lit(flag)}`])
}

/** What is filtered and is no time and no metadata. */
const columns: Record<
  Exclude<LogFilterName, 'created_at' | `metadata.${string}`>,
  (json: LogJson) => RawBuilder<string | number | null>
> = {
  id: () => sql`logs.id`,
  provider: () => sql`logs.provider`,
  model: () => sql`logs.model`,
  model_type: () => sql`logs.model_type`,
  success: () => sql`logs.success`,
  cached: () => sql`logs.cached`,
  cost: () => sql`logs.cost_nano_usd`,
  tokens: () => sql`(logs.tokens_in + logs.tokens_out)`,
  tokens_in: () => sql`logs.tokens_in`,
  tokens_out: () => sql`logs.tokens_out`,
  duration: () => sql`logs.duration_ms`,
  feedback: () => sql`logs.feedback`,
  score: () => sql`logs.score`,
  status_code: () => sql`logs.status`,
  outcome: (json) => json.text('outcome'),
  event_id: (json) => json.text('eventId'),
  user_agent: (json) => json.text('userAgent'),
  request_type: (json) => json.text('requestType'),
  request_content_type: (json) => json.text('requestContentType'),
  response_content_type: (json) => json.text('responseContentType'),
  authentication: (json) => json.flag('authenticated'),
  wholesale: () => sql`0`,
  // Rows that it is not said of have it not.
  compatibilityMode: (json) => sql`coalesce(${json.flag('compatibilityMode')}, 0)`,
  dlp_action: () => sql`cast(null as text)`,
}

function toColumn(key: LogFilter['key'], operator: Operator, value: Plain): Plain {
  if (filterKindOf(key) === 'usd' && typeof value === 'number') return usdToNano(value)
  // Rows' ids are in lower case; people paste them in upper case.
  return key === 'id' && typeof value === 'string' && operator === 'eq' ? value.toLowerCase() : value
}

/** Near a whole number it is that: 0.1 + 0.2 USD are 300 000 000 nano, not a little more. */
function usdToNano(usd: number): number {
  const nano = usd * 1e9
  const whole = Math.round(nano)
  return Math.abs(nano - whole) <= Math.abs(whole) * 1e-12 ? whole : nano
}

const comparators = { eq: sql`=`, lt: sql`<`, gt: sql`>`, lte: sql`<=`, gte: sql`>=` }

function compare(json: LogJson, left: RawBuilder<string | number | null>, operator: Operator, value: Plain): Condition {
  if (value === null) return sql`${left} is null`
  // `contains` is for texts alone (`logFiltersSchema`), and so is its left side.
  if (operator === 'contains') return json.contains(left as RawBuilder<string | null>, small(String(value)))
  const comparator = comparators[operator]
  if (typeof value === 'string') return sql`${left} ${comparator} ${cleanText(value)}`
  if (typeof value === 'boolean') return sql`${left} ${comparator} ${sql.lit(value ? 1 : 0)}`
  // Else PostgreSQL takes the value for a whole number like those of the column.
  return sql`${left} ${comparator} cast(${value} as double precision)`
}

function anyOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 1 && conditions[0] !== undefined
    ? conditions[0]
    : sql`(${sql.join(conditions, sql` or `)})`
}

function small(text: string): string {
  return cleanText(text).replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}
