import assert from 'node:assert/strict'
import { it } from 'node:test'
import { gatewaySettingsSchema, isHalfRateLimit, settingsNotEnforced } from './gateway-settings.ts'

const refuses = (settings: unknown): string[] =>
  gatewaySettingsSchema.safeParse(settings).error?.issues.map((issue) => issue.path.join('.')) ?? []

it('values out of range are refused at their field', () => {
  const wrong: Record<string, unknown[]> = {
    authentication: [null, 'true', 1],
    cache_ttl: [-1, 1.5, '60'],
    collect_logs: [null],
    log_management: [9999, 10_000_001],
    log_management_strategy: ['KEEP'],
    logpush_public_key: ['short'],
    otel: [[{ url: 'nowhere', headers: {} }], {}],
    rate_limiting_failure: ['half', null],
    rate_limiting_limit: [-1, 0.5, '100', 1e20],
    rate_limiting_technique: ['token_bucket'],
    retry_backoff: ['random'],
    retry_delay: [-1, 60_001],
    retry_max_attempts: [0, 6],
    workers_ai_billing_mode: ['free', null],
    log_retention_days: [0],
  }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) assert.ok(refuses({ [name]: value })[0]?.startsWith(name), `${name} ${String(value)}`)
  }
})

it('values at the ends of their ranges pass, null where Cloudflare takes null', () => {
  const right = {
    cache_ttl: null,
    dlp: { enabled: true, action: 'BLOCK', profiles: ['p'] },
    guardrails: { prompt: { S1: 'BLOCK', P1: 'FLAG' }, response: {} },
    log_management: 10_000,
    otel: [{ url: 'https://collector.example/v1/traces', headers: { a: 'b' } }],
    rate_limiting_limit: 0,
    rate_limiting_technique: null,
    retry_delay: 60_000,
    retry_max_attempts: 5,
    spend_limits: { rules: [{ limitType: 'cost', limit: 0.5, window: 60, metadata: { team: { mode: 'partition' } } }] },
  }
  assert.deepEqual(refuses(right), [])
})

it('settings that nothing obeys are named, those that are off or obeyed are not', () => {
  const given = {
    zdr: true,
    collect_logs: true,
    cache_ttl: 60,
    rate_limiting_failure: 'closed',
    otel: null,
    spned_limits: {},
  }
  assert.deepEqual(settingsNotEnforced(given), ['spned_limits', 'zdr'])
})

it('a limit without an interval, or the reverse, is half a limit', () => {
  assert.ok(isHalfRateLimit({ rate_limiting_limit: 5 }))
  assert.ok(isHalfRateLimit({ rate_limiting_limit: 0, rate_limiting_interval: 60 }))
  assert.ok(!isHalfRateLimit({ rate_limiting_limit: 5, rate_limiting_interval: 60 }))
  assert.ok(!isHalfRateLimit({ rate_limiting_limit: 0, rate_limiting_interval: null }))
})
