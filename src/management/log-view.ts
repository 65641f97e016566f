import type { Attempt, TakenRoute } from '../contract/log-record.ts'
import type { LogCost, LogDetail, LogItem } from '../contract/logs.ts'
import { tokensIn, tokensOut } from '../contract/usage.ts'
import type { LogRow } from '../store/store.ts'

/** A row as lists show it. */
export function presentLog(row: LogRow): LogItem {
  const createdAt = new Date(row.startedMs).toISOString()
  // A hit used and cost nothing; of any other row without usage it is not known.
  const none = row.saved === null ? null : 0
  return {
    id: row.id,
    created_at: createdAt,
    timestamp: createdAt,
    provider: row.provider,
    model: row.model ?? '',
    model_type: row.modelType,
    path: row.path,
    request_type: row.requestType,
    request_content_type: row.requestContentType,
    response_content_type: row.responseContentType,
    duration: row.durationMs,
    duration_ms: row.durationMs,
    first_byte_ms: row.firstByteMs,
    timings: { total: row.durationMs, latency: row.firstByteMs },
    status_code: row.status,
    success: row.success,
    cached: row.cached,
    outcome: row.outcome,
    error: row.error,
    tokens_in: row.usage === null ? none : tokensIn(row.usage),
    tokens_out: row.usage === null ? none : tokensOut(row.usage),
    saved_tokens_in: row.saved?.tokensIn ?? null,
    saved_tokens_out: row.saved?.tokensOut ?? null,
    saved_cost: nanoToUsdOrNull(row.saved?.costNanoUsd),
    usage_metadata: presentUsage(row.usage),
    cost: row.cost === null ? none : nanoToUsdOrNull(row.cost.totalNanoUsd),
    custom_cost: false,
    metadata: row.metadata,
    step: row.step,
    event_id: row.eventId,
    user_agent: row.userAgent,
    feedback: row.feedback,
    score: row.score,
    authentication: row.authenticated,
    shadow_of: row.shadowOf ?? null,
    request: '',
    response: '',
  }
}

/** One row with the beginning of its bodies, and where its cost comes from. */
export function presentLogDetail(row: LogRow): LogDetail {
  return {
    ...presentLog(row),
    request_head: row.requestHead ?? '',
    request_head_complete: row.requestHeadComplete,
    request_size: row.requestSize,
    response_head: row.responseHead ?? '',
    response_head_complete: row.responseHeadComplete,
    response_size: row.responseSize,
    usage: row.usage === null ? null : { ...row.usage },
    cost_detail: presentCost(row.cost),
    attempts: row.attempts?.map(presentAttempt) ?? null,
    route: row.route ? presentTakenRoute(row.route) : null,
  }
}

/** What a row cost and why. */
export function presentLogCost(row: LogRow): LogCost {
  const { id, provider, model, cached, tokens_in, tokens_out, cost, saved_cost } = presentLog(row)
  const detail = presentCost(row.cost)
  const unpriced = cost === null ? 'the answer reported no usage' : null
  return {
    id,
    provider,
    model,
    cached,
    tokens_in,
    tokens_out,
    cost,
    saved_cost,
    currency: 'USD',
    usage: row.usage === null ? null : { ...row.usage },
    ...(detail ?? { items: [], source: null, entry: null, unknown: unpriced }),
  }
}

/** 1e-9 USD as USD: the nearest number to the exact decimal, so it prints with at most nine decimals. */
export function nanoToUsd(nanoUsd: number): number {
  return nanoUsd / 1e9
}

/** The same; null stays null. */
export function nanoToUsdOrNull(nanoUsd: number | null | undefined): number | null {
  return nanoUsd === null || nanoUsd === undefined ? null : nanoToUsd(nanoUsd)
}

function presentUsage(usage: LogRow['usage']): LogItem['usage_metadata'] {
  if (usage === null) return null
  const [input, output] = [tokensIn(usage), tokensOut(usage)]
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    output_reasoning_tokens: usage.reasoning ?? 0,
    input_cached_tokens: usage.cacheRead ?? 0,
  }
}

function presentAttempt(attempt: Attempt): NonNullable<LogDetail['attempts']>[number] {
  const { startedMs, durationMs, status, error, key = null } = attempt
  return { started_at: new Date(startedMs).toISOString(), duration_ms: durationMs, status_code: status, error, key }
}

function presentTakenRoute({ id, name, versionId, path }: TakenRoute): NonNullable<LogDetail['route']> {
  return { id, name, version_id: versionId, path: path.map(presentPassed) }
}

/** An element that a request passed, as the API shows it. */
export function presentPassed({
  elementId,
  ...passed
}: TakenRoute['path'][number]): NonNullable<LogDetail['route']>['path'][number] {
  return { element_id: elementId, ...passed }
}

function presentCost(cost: LogRow['cost']): LogDetail['cost_detail'] {
  if (cost === null) return null
  return {
    items: cost.items.map((item) => ({
      unit: item.unit,
      quantity: item.quantity,
      // 1e-12 USD for one is 1e-6 USD for a million.
      rate_usd_per_million: item.ratePicoUsd / 1e6,
      amount_usd: nanoToUsd(item.amountNanoUsd),
    })),
    source: cost.source,
    entry: cost.entry,
    unknown: cost.unknown ?? null,
  }
}
