// Made from the contract of the server by `npm run generate`. Not edited by hand.

import type { ApiPromise } from './api-promise.ts'
import type { FileContent, Operation, RequestOptions } from './operation.ts'
import type { PagePromise } from './page.ts'

export interface Gateway {
  /** Whether requests need a token, in `cf-aig-authorization`. */
  authentication?: boolean
  /** Never use a provider key of the environment. */
  byok_only?: boolean
  /** Whether a change of the gateway forgets its cached answers. True for a new one. */
  cache_invalidate_on_update?: boolean
  /** How long an answer is given again, in seconds, a month at most; 0 or null: not at all. */
  cache_ttl?: number | null
  /** Whether requests leave rows in the log. True for a new gateway. */
  collect_logs?: boolean
  dlp?:
    | {
        enabled: boolean
        policies: Array<{
          id: string
          enabled: boolean
          action: 'BLOCK' | 'FLAG'
          check: Array<'REQUEST' | 'RESPONSE'>
          profiles: Array<string>
          [name: string]: unknown
        }>
        [name: string]: unknown
      }
    | {
        enabled: boolean
        action: 'BLOCK' | 'FLAG'
        profiles: Array<string>
        [name: string]: unknown
      }
  /** What to do with a prompt or a response of each hazard class; of one that is not named, nothing. */
  guardrails?: {
    prompt: {
      [Name in 'P1' | 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'S7' | 'S8' | 'S9' | 'S10' | 'S11' | 'S12' | 'S13']?:
        | 'BLOCK'
        | 'FLAG'
    }
    response: {
      [Name in 'P1' | 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'S7' | 'S8' | 'S9' | 'S10' | 'S11' | 'S12' | 'S13']?:
        | 'BLOCK'
        | 'FLAG'
    }
    [name: string]: unknown
  } | null
  log_classification?: boolean
  /** How many rows are kept at most. */
  log_management?: number | null
  log_management_strategy?: 'STOP_INSERTING' | 'DELETE_OLDEST' | null
  logpush?: boolean
  logpush_public_key?: string | null
  /** Where traces are sent. */
  otel?: Array<{
    url: string
    headers: Record<string, string>
    authorization?: string
    content_type?: 'json' | 'protobuf'
    [name: string]: unknown
  }> | null
  /** The window of the rate limit, in seconds; 0 or null: no limit. */
  rate_limiting_interval?: number | null
  /** Requests in one window; 0 or null: no limit. */
  rate_limiting_limit?: number | null
  /** `fixed`: windows by the clock. `sliding`: no window of that length, wherever it begins, holds more. */
  rate_limiting_technique?: 'fixed' | 'sliding' | null
  /** How the wait grows from attempt to attempt. */
  retry_backoff?: 'constant' | 'linear' | 'exponential' | null
  /** The wait before the next attempt, in milliseconds; 500 where none is set. */
  retry_delay?: number | null
  /** Calls of the provider at most; null: one. */
  retry_max_attempts?: number | null
  /** How much may be spent, in USD per window of seconds. */
  spend_limits?: {
    enabled?: boolean
    rules: Array<{
      id?: string
      enabled?: boolean
      limitType: 'cost'
      /** USD. */
      limit: number
      /** Seconds. */
      window: number
      technique?: 'fixed' | 'sliding'
      model?:
        | {
            mode: 'filter'
            values: Array<string>
            [name: string]: unknown
          }
        | {
            mode: 'partition'
            [name: string]: unknown
          }
      provider?:
        | {
            mode: 'filter'
            values: Array<string>
            [name: string]: unknown
          }
        | {
            mode: 'partition'
            [name: string]: unknown
          }
      metadata?: Record<
        string,
        | {
            mode: 'filter'
            values: Array<string>
            [name: string]: unknown
          }
        | {
            mode: 'partition'
            [name: string]: unknown
          }
      >
      [name: string]: unknown
    }>
    [name: string]: unknown
  } | null
  store_id?: string | null
  stripe?: {
    authorization: string
    usage_events: Array<{
      payload: string
      [name: string]: unknown
    }>
    [name: string]: unknown
  } | null
  workers_ai_billing_mode?: 'postpaid' | 'unified'
  zdr?: boolean
  /** Tollgate's own: the model that answers test cases, `provider/model`. */
  evaluation_model?: string | null
  /** Tollgate's own: rows older than this are removed. */
  log_retention_days?: number | null
  /** Tollgate's own: whether requests pass (`open`) or are refused (`closed`) while the counters cannot be reached. */
  rate_limiting_failure?: 'open' | 'closed'
  /** Tollgate's own: keep a stream's events as they came. */
  log_raw_events?: boolean
  /** Tollgate's own: `search` also finds words of request and response bodies. */
  log_text_search?: boolean
  id: string
  account_id: string
  account_tag: string
  is_default: boolean
  created_at: string
  modified_at: string
  [name: string]: unknown
}

export interface Log {
  id: string
  created_at: string
  /** The same as `created_at`. */
  timestamp: string
  provider: string
  model: string
  model_type: string | null
  path: string
  request_type: string | null
  request_content_type: string | null
  response_content_type: string | null
  duration: number
  /** The same as `duration`. */
  duration_ms: number
  /** Until the first byte of the answer's body; null if none came. */
  first_byte_ms: number | null
  timings: {
    total: number
    latency: number | null
  }
  status_code: number
  success: boolean
  cached: boolean
  outcome: string
  error: string | null
  tokens_in: number | null
  tokens_out: number | null
  saved_tokens_in: number | null
  saved_tokens_out: number | null
  saved_cost: number | null
  usage_metadata: {
    input_tokens: number
    output_tokens: number
    total_tokens: number
    output_reasoning_tokens: number
    input_cached_tokens: number
  } | null
  /** Null where it is not known; never a guess. */
  cost: number | null
  custom_cost: boolean
  metadata: Record<string, string | number | boolean> | null
  step: number
  event_id: string
  user_agent: string | null
  feedback: number | null
  score: number | null
  authentication: boolean
  /** Of a copy for a route's shadow: the row of the request; else null. */
  shadow_of: string | null
  /** Always empty here; the bodies have addresses of their own. */
  request: ''
  response: ''
  request_head: string
  request_head_complete: boolean
  request_size: number
  response_head: string
  response_head_complete: boolean
  response_size: number
  /** Tokens and other units by kind, as they were priced. */
  usage: Record<string, number> | null
  cost_detail: {
    items: Array<{
      unit: string
      quantity: number
      rate_usd_per_million: number
      amount_usd: number
    }>
    source: string
    entry: string | null
    /** What had no known price; null where all had. */
    unknown: string | null
  } | null
  /** All calls of the provider; null where there was only one, with no key that was added. */
  attempts: Array<{
    started_at: string
    /** Until it was known how it went: mostly, until the head of the answer. */
    duration_ms: number
    /** Null if the provider did not answer. */
    status_code: number | null
    /** Why it failed, where the status does not tell. */
    error: string | null
    /** The key that was added: a stored one, or the operator's (both null). Null: none was. */
    key: {
      id: string | null
      alias: string | null
    } | null
  }> | null
  /** The dynamic route that led to the model, as this request took it. */
  route: {
    id: string
    name: string
    version_id: string
    path: Array<{
      element_id: string
      type: string
      /** Where the request went on; null for the model that the row is about. */
      output: string | null
      /** Why a model could not be asked. */
      error?: string
    }>
  } | null
}

export interface Token {
  id: string
  name: string
  /** The beginning of the token. */
  preview: string
  permissions: Array<
    'AI Gateway Read' | 'AI Gateway Write' | 'AI Gateway Metadata Read' | 'AI Gateway Run' | 'Secrets Store Write'
  >
  /** Ids of the gateways that it is for; null: all of the account. */
  gateways: Array<string> | null
  expires_on: string | null
  status: 'active' | 'expired'
  created_at: string
  modified_at: string
}

export interface Account {
  id: string
  name: string
  type: 'standard'
  settings: {
    enforce_twofactor: false
  }
  /** Of the oldest thing in it; not there where there is none. */
  created_on?: string
}

export interface BillingSpendingLimit {
  enabled: false
  config: {
    amount: null
    duration: null
    strategy: null
  }
}

export interface BillingTopupConfig {
  amount: null
  threshold: null
  disabledReason: null
  error: null
  lastFailedAt: null
}

export interface EvaluationSchedule {
  id: string
  name: string
  gateway_id: string
  cron: string
  enable: boolean
  /** What is made each time: the body of `evaluations.create`. */
  evaluation: Record<string, Json>
  next_run_at: string | null
  last_run_at: string | null
  /** Why the last run made no evaluation. */
  last_error: string | null
  created_at: string
  modified_at: string
}

export interface Evaluation {
  id: string
  name: string
  gateway_id: string
  /** The schedule that made it. */
  schedule_id: string | null
  status: 'pending' | 'running' | 'complete' | 'failed'
  /** Why it failed. */
  error: string | null
  /** From 0 to 1, the mean over all that was scored, cost and speed left out; null where nothing was. */
  score: number | null
  /** Whether it has ended. */
  processed: boolean
  /** How many answers it asks for in all. */
  total: number
  completed: number
  /** Of the completed, those without an answer. */
  failed: number
  total_logs: number
  /** USD so far. */
  cost: number
  /** What answers the test cases; none: answers that were logged are judged. */
  models: Array<string>
  prompt: string | null
  params: Record<string, Json>
  evaluation_types: Array<{
    id: string
    settings: Json
  }>
  /** As they were when the evaluation was made. */
  datasets: Array<{
    id: string
    name: string
    gateway_id: string
    account_id: string
    /** The same as `account_id`. */
    account_tag: string
    enable: boolean
    filters: Array<{
      key: string
      operator: 'eq' | 'neq' | 'contains' | 'lt' | 'gt'
      value: Array<string | number | boolean | null>
    }>
    sample_rate: number | null
    /** Whether the logged answer of a collected case is what is expected. */
    use_answers: boolean
    /** Rises with every change of the test cases. */
    version: number
    /** How many test cases it has. */
    item_count: number
    created_at: string
    modified_at: string
  }>
  /** The first 1000, fewer where they are large; none in lists. All are at `results`. */
  results: Array<EvaluationResult>
  created_at: string
  modified_at: string
}

export interface Dataset {
  id: string
  name: string
  gateway_id: string
  account_id: string
  /** The same as `account_id`. */
  account_tag: string
  enable: boolean
  filters: Array<{
    key: string
    operator: 'eq' | 'neq' | 'contains' | 'lt' | 'gt'
    value: Array<string | number | boolean | null>
  }>
  sample_rate: number | null
  /** Whether the logged answer of a collected case is what is expected. */
  use_answers: boolean
  /** Rises with every change of the test cases. */
  version: number
  /** How many test cases it has. */
  item_count: number
  created_at: string
  modified_at: string
  /** The test cases, the first 1000 of them; not in lists. All are at `items`. */
  data?: Array<DatasetItem>
}

export interface DatasetItem {
  /** A text, or the messages of a chat. */
  input:
    | string
    | Array<{
        role: string
        content?: Json
        [name: string]: unknown
      }>
  /** What the evaluators compare with. */
  expected_output?: Json
  metadata?: Record<string, Json>
  tags?: Array<string>
  id: string
  created_at: string
  [name: string]: unknown
}

export interface DynamicRouting {
  id: string
  name: string
  gateway_id: string
  elements: Array<
    | {
        id: string
        type: 'start'
        outputs: {
          next: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'conditional'
        properties: {
          conditions: unknown
        }
        outputs: {
          true: {
            elementId: string
          }
          false: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'percentage'
        outputs: Record<
          string,
          {
            elementId: string
          }
        >
      }
    | {
        id: string
        type: 'rate'
        properties: {
          /** What is counted apart: `metadata.user_id`. */
          key: string
          /** Requests, or USD. */
          limit: number
          limitType: 'count' | 'cost'
          window: number
        }
        /** Without a fallback the route ends there. */
        outputs: {
          success: {
            elementId: string
          }
          fallback?: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'model'
        properties: {
          provider: string
          model: string
          /** Which stored key of the provider is used; without it, those that requests without a key get. */
          keyAlias?: string
          timeout: number
          retries: number
          /** Beside the weights of the others; 1 where it is not given. */
          weight?: number
          /** Others beside `provider` and `model`, among which requests are divided; they also stand in for each other. */
          targets?: Array<{
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            /** Beside the weights of the others; 1 where it is not given. */
            weight?: number
          }>
          /** How they are divided; `weighted` where it is not given. */
          balance?: 'weighted' | 'least-busy' | 'lowest-latency'
          /** Gets a copy of what was answered, of all requests or of `share` percent, and answers nobody. */
          shadow?: {
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            share?: number
          }
        }
        outputs: {
          success: {
            elementId: string
          }
          fallback: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'end'
        outputs?: Record<string, never>
      }
  >
  created_at: string
  modified_at: string
  account_tag: string
  version: {
    version_id: string
    /** Whether it is the deployed one; Cloudflare has it as a text. */
    active: 'true' | 'false'
    created_at: string
    /** The elements as JSON text. */
    data: string
    /** Always: no other is stored. */
    is_valid: true
    comment?: string
  }
  deployment: {
    deployment_id: string
    version_id: string
    created_at: string
    comment?: string
  }
}

export interface ProviderConfig {
  id: string
  alias: string
  default_config: boolean
  provider_slug: string
  gateway_id: string
  secret_id: string
  /** Stars and the last characters. */
  secret_preview: string
  rate_limit?: number
  rate_limit_period?: number
  modified_at: string
}

export interface CustomProviderCost {
  id: string
  account_provider_id: string
  model: string
  model_rule: 'equals' | 'starts-with' | 'contains'
  cost_type: string
  enable: boolean
  cost_in?: number
  cost_out?: number
  /** JSON text, as Cloudflare has it. */
  token_pricing?: string
  changed_by: 'manual'
  /** Of several rules for one model the heaviest counts. */
  weight: number
  created_at: string
  modified_at: string
}

export interface CustomProvider {
  name: string
  base_url: string
  beta: boolean
  enable: boolean
  description?: string
  curl_example?: string
  js_example?: string
  link?: string
  logo?: string
  /** Lists are ordered by it, then by name; those without come last. */
  position?: number
  id: string
  slug: string
  /** A JSON object of extra headers as text; their values are masked for those who may only read. */
  headers?: string
  created_at: string
  modified_at: string
}

export interface LogItem {
  id: string
  created_at: string
  /** The same as `created_at`. */
  timestamp: string
  provider: string
  model: string
  model_type: string | null
  path: string
  request_type: string | null
  request_content_type: string | null
  response_content_type: string | null
  duration: number
  /** The same as `duration`. */
  duration_ms: number
  /** Until the first byte of the answer's body; null if none came. */
  first_byte_ms: number | null
  timings: {
    total: number
    latency: number | null
  }
  status_code: number
  success: boolean
  cached: boolean
  outcome: string
  error: string | null
  tokens_in: number | null
  tokens_out: number | null
  saved_tokens_in: number | null
  saved_tokens_out: number | null
  saved_cost: number | null
  usage_metadata: {
    input_tokens: number
    output_tokens: number
    total_tokens: number
    output_reasoning_tokens: number
    input_cached_tokens: number
  } | null
  /** Null where it is not known; never a guess. */
  cost: number | null
  custom_cost: boolean
  metadata: Record<string, string | number | boolean> | null
  step: number
  event_id: string
  user_agent: string | null
  feedback: number | null
  score: number | null
  authentication: boolean
  /** Of a copy for a route's shadow: the row of the request; else null. */
  shadow_of: string | null
  /** Always empty here; the bodies have addresses of their own. */
  request: ''
  response: ''
}

export interface AuditLog {
  id: string
  created_at: string
  /** `admin`, `system`, or the id of a token. */
  actor: string
  action: 'create' | 'update' | 'delete'
  resource: string
  resource_id: string
  gateway_id: string | null
  /** What it was; null for what is new. Secrets are masked. */
  before: Json
  /** What it is; null for what is gone. Secrets are masked. */
  after: Json
}

export interface EvaluationType {
  id: string
  name: string
  type: 'case' | 'log'
  description: string
  enable: boolean
  /** The JSON Schema of its settings. */
  settings: Record<string, Json>
  /** Whether every evaluation runs it; none is. */
  mandatory: boolean
  created_at: string
  modified_at: string
}

export interface EvaluationResult {
  id: string
  created_at: string
  modified_at: string
  evaluation_id: string
  evaluation_type_id: string
  /** A plain decimal: the score of a case, or what an evaluator over logs found. */
  result: string
  /** 1: done; 2: it could not be done, and `error` says why. */
  status: number
  status_description: string
  /** How many rows or answers it is about. */
  total_logs: number
  reason: string
  score: number | null
  dataset_id: string | null
  model: string | null
  error: string | null
  /** This and all that follows: of a test case only. */
  item_id?: string
  input?: Json
  expected_output?: Json
  output?: string | null
  passed?: boolean | null
  /** The row of the answer. */
  log_id?: string | null
  /** USD, with what the evaluators asked for this case. */
  cost?: number | null
  duration_ms?: number | null
}

export interface DynamicRoutingItem {
  routes: Array<DynamicRouting>
  order_by: 'created_at'
  order_by_direction: 'desc'
  page: number
  per_page: number
}

export interface GatewayCreateBody {
  /** Whether requests need a token, in `cf-aig-authorization`. */
  authentication?: boolean
  /** Never use a provider key of the environment. */
  byok_only?: boolean
  /** Whether a change of the gateway forgets its cached answers. True for a new one. */
  cache_invalidate_on_update?: boolean
  /** How long an answer is given again, in seconds, a month at most; 0 or null: not at all. */
  cache_ttl?: number | null
  /** Whether requests leave rows in the log. True for a new gateway. */
  collect_logs?: boolean
  dlp?:
    | {
        enabled: boolean
        policies: Array<{
          id: string
          enabled: boolean
          action: 'BLOCK' | 'FLAG'
          check: Array<'REQUEST' | 'RESPONSE'>
          profiles: Array<string>
          [name: string]: unknown
        }>
        [name: string]: unknown
      }
    | {
        enabled: boolean
        action: 'BLOCK' | 'FLAG'
        profiles: Array<string>
        [name: string]: unknown
      }
  /** What to do with a prompt or a response of each hazard class; of one that is not named, nothing. */
  guardrails?: {
    prompt: {
      [Name in 'P1' | 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'S7' | 'S8' | 'S9' | 'S10' | 'S11' | 'S12' | 'S13']?:
        | 'BLOCK'
        | 'FLAG'
    }
    response: {
      [Name in 'P1' | 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'S7' | 'S8' | 'S9' | 'S10' | 'S11' | 'S12' | 'S13']?:
        | 'BLOCK'
        | 'FLAG'
    }
    [name: string]: unknown
  } | null
  log_classification?: boolean
  /** How many rows are kept at most. */
  log_management?: number | null
  log_management_strategy?: 'STOP_INSERTING' | 'DELETE_OLDEST' | null
  logpush?: boolean
  logpush_public_key?: string | null
  /** Where traces are sent. */
  otel?: Array<{
    url: string
    headers: Record<string, string>
    authorization?: string
    content_type?: 'json' | 'protobuf'
    [name: string]: unknown
  }> | null
  /** The window of the rate limit, in seconds; 0 or null: no limit. */
  rate_limiting_interval?: number | null
  /** Requests in one window; 0 or null: no limit. */
  rate_limiting_limit?: number | null
  /** `fixed`: windows by the clock. `sliding`: no window of that length, wherever it begins, holds more. */
  rate_limiting_technique?: 'fixed' | 'sliding' | null
  /** How the wait grows from attempt to attempt. */
  retry_backoff?: 'constant' | 'linear' | 'exponential' | null
  /** The wait before the next attempt, in milliseconds; 500 where none is set. */
  retry_delay?: number | null
  /** Calls of the provider at most; null: one. */
  retry_max_attempts?: number | null
  /** How much may be spent, in USD per window of seconds. */
  spend_limits?: {
    enabled?: boolean
    rules: Array<{
      id?: string
      enabled?: boolean
      limitType: 'cost'
      /** USD. */
      limit: number
      /** Seconds. */
      window: number
      technique?: 'fixed' | 'sliding'
      model?:
        | {
            mode: 'filter'
            values: Array<string>
            [name: string]: unknown
          }
        | {
            mode: 'partition'
            [name: string]: unknown
          }
      provider?:
        | {
            mode: 'filter'
            values: Array<string>
            [name: string]: unknown
          }
        | {
            mode: 'partition'
            [name: string]: unknown
          }
      metadata?: Record<
        string,
        | {
            mode: 'filter'
            values: Array<string>
            [name: string]: unknown
          }
        | {
            mode: 'partition'
            [name: string]: unknown
          }
      >
      [name: string]: unknown
    }>
    [name: string]: unknown
  } | null
  store_id?: string | null
  stripe?: {
    authorization: string
    usage_events: Array<{
      payload: string
      [name: string]: unknown
    }>
    [name: string]: unknown
  } | null
  workers_ai_billing_mode?: 'postpaid' | 'unified'
  zdr?: boolean
  /** Tollgate's own: the model that answers test cases, `provider/model`. */
  evaluation_model?: string | null
  /** Tollgate's own: rows older than this are removed. */
  log_retention_days?: number | null
  /** Tollgate's own: whether requests pass (`open`) or are refused (`closed`) while the counters cannot be reached. */
  rate_limiting_failure?: 'open' | 'closed'
  /** Tollgate's own: keep a stream's events as they came. */
  log_raw_events?: boolean
  /** Tollgate's own: `search` also finds words of request and response bodies. */
  log_text_search?: boolean
  id: string
  [name: string]: unknown
}

export interface GatewayUpdateBody {
  /** Whether requests need a token, in `cf-aig-authorization`. */
  authentication?: boolean
  /** Never use a provider key of the environment. */
  byok_only?: boolean
  /** Whether a change of the gateway forgets its cached answers. True for a new one. */
  cache_invalidate_on_update?: boolean
  /** How long an answer is given again, in seconds, a month at most; 0 or null: not at all. */
  cache_ttl?: number | null
  /** Whether requests leave rows in the log. True for a new gateway. */
  collect_logs?: boolean
  dlp?:
    | {
        enabled: boolean
        policies: Array<{
          id: string
          enabled: boolean
          action: 'BLOCK' | 'FLAG'
          check: Array<'REQUEST' | 'RESPONSE'>
          profiles: Array<string>
          [name: string]: unknown
        }>
        [name: string]: unknown
      }
    | {
        enabled: boolean
        action: 'BLOCK' | 'FLAG'
        profiles: Array<string>
        [name: string]: unknown
      }
  /** What to do with a prompt or a response of each hazard class; of one that is not named, nothing. */
  guardrails?: {
    prompt: {
      [Name in 'P1' | 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'S7' | 'S8' | 'S9' | 'S10' | 'S11' | 'S12' | 'S13']?:
        | 'BLOCK'
        | 'FLAG'
    }
    response: {
      [Name in 'P1' | 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'S7' | 'S8' | 'S9' | 'S10' | 'S11' | 'S12' | 'S13']?:
        | 'BLOCK'
        | 'FLAG'
    }
    [name: string]: unknown
  } | null
  log_classification?: boolean
  /** How many rows are kept at most. */
  log_management?: number | null
  log_management_strategy?: 'STOP_INSERTING' | 'DELETE_OLDEST' | null
  logpush?: boolean
  logpush_public_key?: string | null
  /** Where traces are sent. */
  otel?: Array<{
    url: string
    headers: Record<string, string>
    authorization?: string
    content_type?: 'json' | 'protobuf'
    [name: string]: unknown
  }> | null
  /** The window of the rate limit, in seconds; 0 or null: no limit. */
  rate_limiting_interval?: number | null
  /** Requests in one window; 0 or null: no limit. */
  rate_limiting_limit?: number | null
  /** `fixed`: windows by the clock. `sliding`: no window of that length, wherever it begins, holds more. */
  rate_limiting_technique?: 'fixed' | 'sliding' | null
  /** How the wait grows from attempt to attempt. */
  retry_backoff?: 'constant' | 'linear' | 'exponential' | null
  /** The wait before the next attempt, in milliseconds; 500 where none is set. */
  retry_delay?: number | null
  /** Calls of the provider at most; null: one. */
  retry_max_attempts?: number | null
  /** How much may be spent, in USD per window of seconds. */
  spend_limits?: {
    enabled?: boolean
    rules: Array<{
      id?: string
      enabled?: boolean
      limitType: 'cost'
      /** USD. */
      limit: number
      /** Seconds. */
      window: number
      technique?: 'fixed' | 'sliding'
      model?:
        | {
            mode: 'filter'
            values: Array<string>
            [name: string]: unknown
          }
        | {
            mode: 'partition'
            [name: string]: unknown
          }
      provider?:
        | {
            mode: 'filter'
            values: Array<string>
            [name: string]: unknown
          }
        | {
            mode: 'partition'
            [name: string]: unknown
          }
      metadata?: Record<
        string,
        | {
            mode: 'filter'
            values: Array<string>
            [name: string]: unknown
          }
        | {
            mode: 'partition'
            [name: string]: unknown
          }
      >
      [name: string]: unknown
    }>
    [name: string]: unknown
  } | null
  store_id?: string | null
  stripe?: {
    authorization: string
    usage_events: Array<{
      payload: string
      [name: string]: unknown
    }>
    [name: string]: unknown
  } | null
  workers_ai_billing_mode?: 'postpaid' | 'unified'
  zdr?: boolean
  /** Tollgate's own: the model that answers test cases, `provider/model`. */
  evaluation_model?: string | null
  /** Tollgate's own: rows older than this are removed. */
  log_retention_days?: number | null
  /** Tollgate's own: whether requests pass (`open`) or are refused (`closed`) while the counters cannot be reached. */
  rate_limiting_failure?: 'open' | 'closed'
  /** Tollgate's own: keep a stream's events as they came. */
  log_raw_events?: boolean
  /** Tollgate's own: `search` also finds words of request and response bodies. */
  log_text_search?: boolean
  [name: string]: unknown
}

export interface GatewayCachePurgeResult {
  id: string
  purged: true
}

export interface LogDeleteBody {
  /** Rows from this time on stay; a bare date is the start of that UTC day. */
  before?: string
  /** An empty list is refused: it is more likely a mistake than the wish to remove everything. */
  filters?: Array<{
    key: string
    operator: 'eq' | 'neq' | 'contains' | 'lt' | 'gt'
    value: Array<string | number | boolean | null>
  }>
  /** A part of the model, the provider, the ids, or a name or value of the metadata; where `log_text_search` is on, also words of the bodies, in any order. Needs AI Gateway Read. */
  search?: string
  /** 10 000 if not given. */
  limit?: number
  order_by?:
    | 'created_at'
    | 'provider'
    | 'model'
    | 'model_type'
    | 'success'
    | 'cached'
    | 'cost'
    | 'tokens_in'
    | 'tokens_out'
    | 'duration'
    | 'feedback'
  order_by_direction?: 'asc' | 'desc'
}

export interface LogDeleteResult {
  deleted: number
}

export interface LogEditBody {
  /** How the caller liked the answer, from -1 to 1. */
  feedback?: number | null
  score?: number | null
  metadata?: Record<string, string | number | boolean> | null
}

export type LogEditResult = Record<string, unknown>

export interface LogCostResult {
  id: string
  provider: string
  model: string
  cached: boolean
  tokens_in: number | null
  tokens_out: number | null
  /** Null where it is not known; never a guess. */
  cost: number | null
  currency: 'USD'
  saved_cost: number | null
  usage: Record<string, number> | null
  items: Array<{
    unit: string
    quantity: number
    rate_usd_per_million: number
    amount_usd: number
  }>
  /** Null where nothing was priced. */
  source: string | null
  entry: string | null
  /** Why `cost` is null, or what of it is not known; null where all is. */
  unknown: string | null
}

export interface TokenCreateBody {
  name: string
  permissions: Array<
    'AI Gateway Read' | 'AI Gateway Write' | 'AI Gateway Metadata Read' | 'AI Gateway Run' | 'Secrets Store Write'
  >
  /** Ids of gateways of the account; null or not given: all of them. */
  gateways?: Array<string> | null
  /** From this time on the token is refused. */
  expires_on?: string | null
}

export interface TokenCreateResult {
  id: string
  name: string
  /** The beginning of the token. */
  preview: string
  permissions: Array<
    'AI Gateway Read' | 'AI Gateway Write' | 'AI Gateway Metadata Read' | 'AI Gateway Run' | 'Secrets Store Write'
  >
  /** Ids of the gateways that it is for; null: all of the account. */
  gateways: Array<string> | null
  expires_on: string | null
  status: 'active' | 'expired'
  created_at: string
  modified_at: string
  /** The token itself. */
  value: string
}

export interface TokenUpdateBody {
  name?: string
  permissions?: Array<
    'AI Gateway Read' | 'AI Gateway Write' | 'AI Gateway Metadata Read' | 'AI Gateway Run' | 'Secrets Store Write'
  >
  /** Ids of gateways of the account; null or not given: all of them. */
  gateways?: Array<string> | null
  /** From this time on the token is refused. */
  expires_on?: string | null
}

export interface UserTokenVerifyResult {
  id: string
  status: 'active'
  expires_on?: string
}

export interface BillingCreditBalanceResult {
  balance: 0
  has_default_payment_method: false
  payment_method: null
  topup_config: BillingTopupConfig
  first_topup_success: false
}

export interface BillingInvoiceHistoryResult {
  invoices: []
  pagination: {
    has_more: false
    page: 1
    per_page: number
    total_count: 0
  }
}

export interface BillingInvoicePreviewResult {
  amount_due: 0
  amount_paid: 0
  amount_remaining: 0
  id: string
  currency: 'usd'
  status: 'draft'
  /** Seconds. */
  period_start: number
  period_end: number
  invoice_lines: []
}

export interface BillingUsageHistoryResult {
  history: []
}

export type BillingSpendingLimitCreateResult = Record<string, never>

export interface BillingTopupStatusBody {
  payment_intent_id: string
  [name: string]: unknown
}

export interface BillingTopupStatusResult {
  payment_intent_id: string
  status: 'completed' | 'pending'
}

export interface BillingTopupLimitsResult {
  currency: 'usd'
  min_cents: 0
  max_cents: 0
}

export interface EvaluationScheduleCreateBody {
  name: string
  /** Minute, hour, day of the month, month, day of the week, in UTC: `0 6 * * 1-5`. */
  cron: string
  evaluation: {
    dataset_id?: string
    dataset_ids?: Array<string>
    evaluation_type?: string
    evaluation_type_ids?: Array<string>
    /** Of the evaluators, by their names: {"levenshtein":{"threshold":0.9}}. */
    settings?: Record<string, Json>
    /** The model that answers the test cases: `provider/model`. */
    model?: string
    models?: Array<string>
    /** Said before each case; where it holds {{input}}, the case is put in there. */
    prompt?: string
    /** For the model, like {"temperature":0}. */
    params?: Record<string, Json>
    /**
     * Calls at the same time.
     * Default 8.
     */
    concurrency?: number
    /**
     * For one answer of a model; a case whose model takes longer has none.
     * Default 120000.
     */
    timeout_ms?: number
    /** It ends as failed where it has cost as much. */
    budget_usd?: number
  }
  /** Default true. */
  enable?: boolean
}

export interface EvaluationScheduleUpdateBody {
  name?: string
  /** Minute, hour, day of the month, month, day of the week, in UTC: `0 6 * * 1-5`. */
  cron?: string
  evaluation?: {
    dataset_id?: string
    dataset_ids?: Array<string>
    evaluation_type?: string
    evaluation_type_ids?: Array<string>
    /** Of the evaluators, by their names: {"levenshtein":{"threshold":0.9}}. */
    settings?: Record<string, Json>
    /** The model that answers the test cases: `provider/model`. */
    model?: string
    models?: Array<string>
    /** Said before each case; where it holds {{input}}, the case is put in there. */
    prompt?: string
    /** For the model, like {"temperature":0}. */
    params?: Record<string, Json>
    /**
     * Calls at the same time.
     * Default 8.
     */
    concurrency?: number
    /**
     * For one answer of a model; a case whose model takes longer has none.
     * Default 120000.
     */
    timeout_ms?: number
    /** It ends as failed where it has cost as much. */
    budget_usd?: number
  }
  enable?: boolean
  id?: unknown
  gateway_id?: unknown
  next_run_at?: unknown
  last_run_at?: unknown
  last_error?: unknown
  created_at?: unknown
  modified_at?: unknown
}

export interface EvaluationCreateBody {
  /** Made where it is not given. */
  name?: string
  dataset_id?: string
  dataset_ids?: Array<string>
  evaluation_type?: string
  evaluation_type_ids?: Array<string>
  /** Of the evaluators, by their names: {"levenshtein":{"threshold":0.9}}. */
  settings?: Record<string, Json>
  /** The model that answers the test cases: `provider/model`. */
  model?: string
  models?: Array<string>
  /** Said before each case; where it holds {{input}}, the case is put in there. */
  prompt?: string
  /** For the model, like {"temperature":0}. */
  params?: Record<string, Json>
  /**
   * Calls at the same time.
   * Default 8.
   */
  concurrency?: number
  /**
   * For one answer of a model; a case whose model takes longer has none.
   * Default 120000.
   */
  timeout_ms?: number
  /** It ends as failed where it has cost as much. */
  budget_usd?: number
}

export interface EvaluationCompareResult {
  evaluation_id: string
  other_id: string
  /** Whether both ran on the same versions of the same datasets; else a case of one id may have been changed. */
  same_cases: boolean
  summary: Array<{
    evaluation_type_id: string
    model: string | null
    other_model: string | null
    /** Cases with a score in both evaluations. Scores, difference and p_value are of these. */
    pairs: number
    better: number
    worse: number
    same: number
    unscored: number
    /** The mean. */
    score: number | null
    other_score: number | null
    /** The mean score here less the one there. */
    difference: number | null
    /** With difference_high: where it lies with 95 % confidence. */
    difference_low: number | null
    difference_high: number | null
    /** Of the exact sign test (of 0 and 1: McNemar): how likely chance alone would make as uneven a change. */
    p_value: number | null
    /** Whether p_value is below 0.05. */
    is_significant: boolean
    /** USD for an answer, with what evaluators asked for it. */
    mean_cost: number | null
    other_mean_cost: number | null
    mean_duration_ms: number | null
    other_mean_duration_ms: number | null
  }>
  /** How many there are on all pages. */
  total_cases: number
  cases: Array<{
    evaluation_type_id: string
    dataset_id: string
    item_id: string
    /** Of this evaluation. */
    input: Json
    expected_output?: Json
    /** From the other evaluation to this one. `unscored`: one of the two has no score. */
    change: 'better' | 'worse' | 'same' | 'unscored'
    /** The score here less the one there. */
    difference: number | null
    evaluation: {
      model: string | null
      output: string | null
      score: number | null
      passed: boolean | null
      reason: string
      error: string | null
      /** USD. */
      cost: number | null
      duration_ms: number | null
      log_id: string | null
    }
    other: {
      model: string | null
      output: string | null
      score: number | null
      passed: boolean | null
      reason: string
      error: string | null
      /** USD. */
      cost: number | null
      duration_ms: number | null
      log_id: string | null
    }
  }>
}

export interface DatasetCreateBody {
  name: string
  data?: Array<DatasetItemUpdateBody>
  filters?: Array<{
    key: string
    operator: 'eq' | 'neq' | 'contains' | 'lt' | 'gt'
    value: Array<string | number | boolean | null>
  }>
  sample_rate?: number | null
  /** Default false. */
  use_answers?: boolean
  /** Default true. */
  enable?: boolean
}

export interface DatasetUpdateBody {
  name?: string
  data?: Array<DatasetItemUpdateBody>
  filters?: Array<{
    key: string
    operator: 'eq' | 'neq' | 'contains' | 'lt' | 'gt'
    value: Array<string | number | boolean | null>
  }>
  sample_rate?: number | null
  use_answers?: boolean
  enable?: boolean
  id?: unknown
  gateway_id?: unknown
  account_id?: unknown
  account_tag?: unknown
  version?: unknown
  item_count?: unknown
  created_at?: unknown
  modified_at?: unknown
}

export interface DatasetItemCreateBody {
  data: Array<DatasetItemUpdateBody>
}

export interface DatasetItemCreateResult {
  /** Of the dataset, once the change is made. */
  version: number
  item_count: number
  added: number
}

export interface DatasetItemFromLogsBody {
  log_ids?: Array<string>
  filters?: Array<{
    key: string
    operator: 'eq' | 'neq' | 'contains' | 'lt' | 'gt'
    value: Array<string | number | boolean | null>
  }>
  /** Default 100. */
  limit?: number
  /**
   * Whether the logged answer becomes the expected output.
   * Default false.
   */
  use_answers?: boolean
}

export interface DatasetItemFromLogsResult {
  /** Of the dataset, once the change is made. */
  version: number
  item_count: number
  added: number
  skipped: Array<{
    log_id: string
    reason: string
  }>
}

export interface DatasetItemUpdateBody {
  /** A text, or the messages of a chat. */
  input:
    | string
    | Array<{
        role: string
        content?: Json
        [name: string]: unknown
      }>
  /** What the evaluators compare with. */
  expected_output?: Json
  metadata?: Record<string, Json>
  tags?: Array<string>
  id?: string
  created_at?: unknown
  [name: string]: unknown
}

export interface DynamicRoutingCreateBody {
  name: string
  elements: Array<
    | {
        id: string
        type: 'start'
        outputs: {
          next: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'conditional'
        properties: {
          conditions: unknown
        }
        outputs: {
          true: {
            elementId: string
          }
          false: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'percentage'
        outputs: Record<
          string,
          {
            elementId: string
          }
        >
      }
    | {
        id: string
        type: 'rate'
        properties: {
          /** What is counted apart: `metadata.user_id`. */
          key: string
          /** Requests, or USD. */
          limit: number
          limitType: 'count' | 'cost'
          window: number
        }
        /** Without a fallback the route ends there. */
        outputs: {
          success: {
            elementId: string
          }
          fallback?: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'model'
        properties: {
          provider: string
          model: string
          /** Which stored key of the provider is used; without it, those that requests without a key get. */
          keyAlias?: string
          timeout: number
          retries: number
          /** Beside the weights of the others; 1 where it is not given. */
          weight?: number
          /** Others beside `provider` and `model`, among which requests are divided; they also stand in for each other. */
          targets?: Array<{
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            /** Beside the weights of the others; 1 where it is not given. */
            weight?: number
          }>
          /** How they are divided; `weighted` where it is not given. */
          balance?: 'weighted' | 'least-busy' | 'lowest-latency'
          /** Gets a copy of what was answered, of all requests or of `share` percent, and answers nobody. */
          shadow?: {
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            share?: number
          }
        }
        outputs: {
          success: {
            elementId: string
          }
          fallback: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'end'
        outputs?: Record<string, never>
      }
  >
  comment?: string
}

export interface DynamicRoutingUpdateBody {
  name: string
}

export interface DynamicRoutingDeleteResult {
  id: string
  name: string
  gateway_id: string
  elements: Array<
    | {
        id: string
        type: 'start'
        outputs: {
          next: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'conditional'
        properties: {
          conditions: unknown
        }
        outputs: {
          true: {
            elementId: string
          }
          false: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'percentage'
        outputs: Record<
          string,
          {
            elementId: string
          }
        >
      }
    | {
        id: string
        type: 'rate'
        properties: {
          /** What is counted apart: `metadata.user_id`. */
          key: string
          /** Requests, or USD. */
          limit: number
          limitType: 'count' | 'cost'
          window: number
        }
        /** Without a fallback the route ends there. */
        outputs: {
          success: {
            elementId: string
          }
          fallback?: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'model'
        properties: {
          provider: string
          model: string
          /** Which stored key of the provider is used; without it, those that requests without a key get. */
          keyAlias?: string
          timeout: number
          retries: number
          /** Beside the weights of the others; 1 where it is not given. */
          weight?: number
          /** Others beside `provider` and `model`, among which requests are divided; they also stand in for each other. */
          targets?: Array<{
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            /** Beside the weights of the others; 1 where it is not given. */
            weight?: number
          }>
          /** How they are divided; `weighted` where it is not given. */
          balance?: 'weighted' | 'least-busy' | 'lowest-latency'
          /** Gets a copy of what was answered, of all requests or of `share` percent, and answers nobody. */
          shadow?: {
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            share?: number
          }
        }
        outputs: {
          success: {
            elementId: string
          }
          fallback: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'end'
        outputs?: Record<string, never>
      }
  >
  created_at: string
  modified_at: string
}

export interface DynamicRoutingTestBody {
  /** Without it, what is deployed. */
  version_id?: string
  /** The chat's body. */
  body?: Record<string, unknown>
  headers?: Record<string, string>
  metadata?: Record<string, string | number | boolean>
  /** Ids of rate elements that are taken to have no room; the others have. */
  full_rates?: Array<string>
  /** Ids of models that are taken to fail; the others answer. */
  failing_models?: Array<string>
}

export interface DynamicRoutingTestResult {
  id: string
  name: string
  version_id: string
  path: Array<{
    element_id: string
    type: string
    /** Where the request went on; null for the model that the row is about. */
    output: string | null
    /** Why a model could not be asked. */
    error?: string
  }>
  /** The models that are asked, in order; of several targets the one that is asked first while none is busy. */
  models: Array<{
    element_id: string
    provider: string
    model: string
  }>
  /** Whether the last of them answers; else the route ends without an answer. */
  answered: boolean
  /** What percentages go by: `cf-aig-session-id`, a user in the metadata, or chance. */
  drawn_by: 'session' | 'user' | 'chance'
}

export interface DynamicRoutingListVersionsResult {
  versions: Array<{
    version_id: string
    /** Whether it is the deployed one; Cloudflare has it as a text. */
    active: 'true' | 'false'
    created_at: string
    /** The elements as JSON text. */
    data: string
    /** Always: no other is stored. */
    is_valid: true
    comment?: string
  }>
  order_by: 'created_at'
  order_by_direction: 'desc'
  page: number
  per_page: number
}

export interface DynamicRoutingCreateVersionBody {
  elements: Array<
    | {
        id: string
        type: 'start'
        outputs: {
          next: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'conditional'
        properties: {
          conditions: unknown
        }
        outputs: {
          true: {
            elementId: string
          }
          false: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'percentage'
        outputs: Record<
          string,
          {
            elementId: string
          }
        >
      }
    | {
        id: string
        type: 'rate'
        properties: {
          /** What is counted apart: `metadata.user_id`. */
          key: string
          /** Requests, or USD. */
          limit: number
          limitType: 'count' | 'cost'
          window: number
        }
        /** Without a fallback the route ends there. */
        outputs: {
          success: {
            elementId: string
          }
          fallback?: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'model'
        properties: {
          provider: string
          model: string
          /** Which stored key of the provider is used; without it, those that requests without a key get. */
          keyAlias?: string
          timeout: number
          retries: number
          /** Beside the weights of the others; 1 where it is not given. */
          weight?: number
          /** Others beside `provider` and `model`, among which requests are divided; they also stand in for each other. */
          targets?: Array<{
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            /** Beside the weights of the others; 1 where it is not given. */
            weight?: number
          }>
          /** How they are divided; `weighted` where it is not given. */
          balance?: 'weighted' | 'least-busy' | 'lowest-latency'
          /** Gets a copy of what was answered, of all requests or of `share` percent, and answers nobody. */
          shadow?: {
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            share?: number
          }
        }
        outputs: {
          success: {
            elementId: string
          }
          fallback: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'end'
        outputs?: Record<string, never>
      }
  >
  comment?: string
}

export interface DynamicRoutingCreateVersionResult {
  id: string
  name: string
  gateway_id: string
  elements: Array<
    | {
        id: string
        type: 'start'
        outputs: {
          next: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'conditional'
        properties: {
          conditions: unknown
        }
        outputs: {
          true: {
            elementId: string
          }
          false: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'percentage'
        outputs: Record<
          string,
          {
            elementId: string
          }
        >
      }
    | {
        id: string
        type: 'rate'
        properties: {
          /** What is counted apart: `metadata.user_id`. */
          key: string
          /** Requests, or USD. */
          limit: number
          limitType: 'count' | 'cost'
          window: number
        }
        /** Without a fallback the route ends there. */
        outputs: {
          success: {
            elementId: string
          }
          fallback?: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'model'
        properties: {
          provider: string
          model: string
          /** Which stored key of the provider is used; without it, those that requests without a key get. */
          keyAlias?: string
          timeout: number
          retries: number
          /** Beside the weights of the others; 1 where it is not given. */
          weight?: number
          /** Others beside `provider` and `model`, among which requests are divided; they also stand in for each other. */
          targets?: Array<{
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            /** Beside the weights of the others; 1 where it is not given. */
            weight?: number
          }>
          /** How they are divided; `weighted` where it is not given. */
          balance?: 'weighted' | 'least-busy' | 'lowest-latency'
          /** Gets a copy of what was answered, of all requests or of `share` percent, and answers nobody. */
          shadow?: {
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            share?: number
          }
        }
        outputs: {
          success: {
            elementId: string
          }
          fallback: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'end'
        outputs?: Record<string, never>
      }
  >
  created_at: string
  modified_at: string
  version_id: string
}

export interface DynamicRoutingGetVersionResult {
  id: string
  name: string
  gateway_id: string
  elements: Array<
    | {
        id: string
        type: 'start'
        outputs: {
          next: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'conditional'
        properties: {
          conditions: unknown
        }
        outputs: {
          true: {
            elementId: string
          }
          false: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'percentage'
        outputs: Record<
          string,
          {
            elementId: string
          }
        >
      }
    | {
        id: string
        type: 'rate'
        properties: {
          /** What is counted apart: `metadata.user_id`. */
          key: string
          /** Requests, or USD. */
          limit: number
          limitType: 'count' | 'cost'
          window: number
        }
        /** Without a fallback the route ends there. */
        outputs: {
          success: {
            elementId: string
          }
          fallback?: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'model'
        properties: {
          provider: string
          model: string
          /** Which stored key of the provider is used; without it, those that requests without a key get. */
          keyAlias?: string
          timeout: number
          retries: number
          /** Beside the weights of the others; 1 where it is not given. */
          weight?: number
          /** Others beside `provider` and `model`, among which requests are divided; they also stand in for each other. */
          targets?: Array<{
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            /** Beside the weights of the others; 1 where it is not given. */
            weight?: number
          }>
          /** How they are divided; `weighted` where it is not given. */
          balance?: 'weighted' | 'least-busy' | 'lowest-latency'
          /** Gets a copy of what was answered, of all requests or of `share` percent, and answers nobody. */
          shadow?: {
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            share?: number
          }
        }
        outputs: {
          success: {
            elementId: string
          }
          fallback: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'end'
        outputs?: Record<string, never>
      }
  >
  created_at: string
  modified_at: string
  version_id: string
  /** Whether it is the deployed one; Cloudflare has it as a text. */
  active: 'true' | 'false'
  /** The elements as JSON text. */
  data: string
  /** Always: no other is stored. */
  is_valid: true
  comment?: string
}

export interface DynamicRoutingListDeploymentsResult {
  deployments: Array<{
    deployment_id: string
    version_id: string
    created_at: string
    comment?: string
  }>
  order_by: 'created_at'
  order_by_direction: 'desc'
  page: number
  per_page: number
}

export interface DynamicRoutingCreateDeploymentBody {
  version_id: string
  comment?: string
}

export interface DynamicRoutingCreateDeploymentResult {
  id: string
  name: string
  gateway_id: string
  elements: Array<
    | {
        id: string
        type: 'start'
        outputs: {
          next: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'conditional'
        properties: {
          conditions: unknown
        }
        outputs: {
          true: {
            elementId: string
          }
          false: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'percentage'
        outputs: Record<
          string,
          {
            elementId: string
          }
        >
      }
    | {
        id: string
        type: 'rate'
        properties: {
          /** What is counted apart: `metadata.user_id`. */
          key: string
          /** Requests, or USD. */
          limit: number
          limitType: 'count' | 'cost'
          window: number
        }
        /** Without a fallback the route ends there. */
        outputs: {
          success: {
            elementId: string
          }
          fallback?: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'model'
        properties: {
          provider: string
          model: string
          /** Which stored key of the provider is used; without it, those that requests without a key get. */
          keyAlias?: string
          timeout: number
          retries: number
          /** Beside the weights of the others; 1 where it is not given. */
          weight?: number
          /** Others beside `provider` and `model`, among which requests are divided; they also stand in for each other. */
          targets?: Array<{
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            /** Beside the weights of the others; 1 where it is not given. */
            weight?: number
          }>
          /** How they are divided; `weighted` where it is not given. */
          balance?: 'weighted' | 'least-busy' | 'lowest-latency'
          /** Gets a copy of what was answered, of all requests or of `share` percent, and answers nobody. */
          shadow?: {
            provider: string
            model: string
            /** Which stored key of the provider is used; without it, those that requests without a key get. */
            keyAlias?: string
            share?: number
          }
        }
        outputs: {
          success: {
            elementId: string
          }
          fallback: {
            elementId: string
          }
        }
      }
    | {
        id: string
        type: 'end'
        outputs?: Record<string, never>
      }
  >
  created_at: string
  modified_at: string
  version_id: string
  deployment_id: string
}

export interface ProviderConfigCreateBody {
  alias: string
  default_config: boolean
  provider_slug: string
  secret?: string
  secret_id?: string
  rate_limit?: number | null
  /** Default 60. */
  rate_limit_period?: number
}

export interface ProviderConfigUpdateBody {
  alias?: string
  default_config?: boolean
  secret?: string
  secret_id?: string
  rate_limit?: number | null
  rate_limit_period?: number
  /** It cannot be changed. */
  provider_slug?: string
  id?: unknown
  gateway_id?: unknown
  secret_preview?: unknown
  modified_at?: unknown
}

export interface CustomProviderCostCreateBody {
  account_provider_id: string
  model: string
  /** Default "equals". */
  model_rule?: 'equals' | 'starts-with' | 'contains'
  /** Default "tokens". */
  cost_type?: string
  /** Default true. */
  enable?: boolean
  cost_in?: number
  cost_out?: number
  token_pricing?: {
    input_tokens?: number
    output_tokens?: number
    total_tokens?: number
    input_cached_tokens?: number
    input_cache_creation_tokens?: number
    input_text_tokens?: number
    input_image_tokens?: number
    input_audio_tokens?: number
    input_video_tokens?: number
    output_reasoning_tokens?: number
    input_image_count?: number
    output_image_count?: number
  }
}

export interface CustomProviderCostUpdateBody {
  model?: string
  model_rule?: 'equals' | 'starts-with' | 'contains'
  cost_type?: string
  enable?: boolean
  cost_in?: number
  cost_out?: number
  token_pricing?: {
    input_tokens?: number
    output_tokens?: number
    total_tokens?: number
    input_cached_tokens?: number
    input_cache_creation_tokens?: number
    input_text_tokens?: number
    input_image_tokens?: number
    input_audio_tokens?: number
    input_video_tokens?: number
    output_reasoning_tokens?: number
    input_image_count?: number
    output_image_count?: number
  }
}

export interface CustomProviderCreateBody {
  name: string
  slug: string
  base_url: string
  headers?: string
  description?: string
  curl_example?: string
  js_example?: string
  link?: string
  logo?: string
  /** Lists are ordered by it, then by name; those without come last. */
  position?: number
  /** Default false. */
  beta?: boolean
  /** Default false. */
  enable?: boolean
}

export interface CustomProviderUpdateBody {
  name?: string
  slug?: string
  base_url?: string
  headers?: string
  description?: string
  curl_example?: string
  js_example?: string
  link?: string
  logo?: string
  /** Lists are ordered by it, then by name; those without come last. */
  position?: number
  beta?: boolean
  enable?: boolean
  id?: unknown
  created_at?: unknown
  modified_at?: unknown
}

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

export interface Notice {
  code: number
  message: string
  path?: Array<string | number>
}

export interface ResultInfo {
  page: number
  per_page: number
  /** How many are on this page. */
  count: number
  total_count: number
  /** False where `total_count` is the number at which counting stopped. */
  total_count_exact?: boolean
  min_cost?: number | null
  max_cost?: number | null
  min_duration?: number | null
  max_duration?: number | null
  min_tokens_in?: number | null
  max_tokens_in?: number | null
  min_tokens_out?: number | null
  max_tokens_out?: number | null
  min_total_tokens?: number | null
  max_total_tokens?: number | null
}

export interface CursorInfo {
  per_page: number
  count: number
  /** For the next call; null at the end. */
  cursor: string | null
  /** Whether the end was reached. */
  complete: boolean
  /** Up to which time the rows were looked at; null at the end, and in other orders than that of time. */
  searched_until: string | null
}

export interface Failure {
  success: false
  errors: Array<Notice>
  messages: Array<Notice>
  result: null
}

export interface GatewaysListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
  /** A part of the id. */
  search?: string
  /** The whole id. */
  id?: string
}

export interface LogsListQuery {
  start_date?: string
  /** Inclusive; a bare date is the whole of that UTC day. */
  end_date?: string
  min_cost?: number
  max_cost?: number
  min_tokens_in?: number
  max_tokens_in?: number
  min_tokens_out?: number
  max_tokens_out?: number
  min_total_tokens?: number
  max_total_tokens?: number
  min_duration?: number
  max_duration?: number
  feedback?: number
  success?: boolean
  cached?: boolean
  model?: string
  model_type?: string
  provider?: string
  request_content_type?: string
  response_content_type?: string
  /** All must be met, each by any of its values. */
  filters?: Array<{
    key: string
    operator: 'eq' | 'neq' | 'contains' | 'lt' | 'gt'
    value: Array<string | number | boolean | null>
  }>
  /** A part of the model, the provider, the ids, or a name or value of the metadata; where `log_text_search` is on, also words of the bodies, in any order. Needs AI Gateway Read. */
  search?: string
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
  /** Default "created_at". */
  order_by?: 'created_at' | 'provider' | 'model' | 'model_type' | 'success' | 'cached'
  order_by_direction?: 'asc' | 'desc'
  direction?: 'asc' | 'desc'
  /** Adds the least and the greatest amounts of the rows that match to `result_info`. */
  meta_info?: boolean
  /** Walks by cursor instead of by page: empty to begin, then `result_info.cursor` of the answer before. An answer comes soon: where few rows match it may hold fewer than asked for, even none. Its `cursor` is null at the end. */
  cursor?: string
}

export interface LogsDeleteQuery {
  /** Rows from this time on stay; a bare date is the start of that UTC day. */
  before?: string
  /** An empty list is refused: it is more likely a mistake than the wish to remove everything. */
  filters?: Array<{
    key: string
    operator: 'eq' | 'neq' | 'contains' | 'lt' | 'gt'
    value: Array<string | number | boolean | null>
  }>
  /** A part of the model, the provider, the ids, or a name or value of the metadata; where `log_text_search` is on, also words of the bodies, in any order. Needs AI Gateway Read. */
  search?: string
  /** 10 000 if not given. */
  limit?: number
  order_by?:
    | 'created_at'
    | 'provider'
    | 'model'
    | 'model_type'
    | 'success'
    | 'cached'
    | 'cost'
    | 'tokens_in'
    | 'tokens_out'
    | 'duration'
    | 'feedback'
  order_by_direction?: 'asc' | 'desc'
}

export interface LogsExportQuery {
  start_date?: string
  /** Inclusive; a bare date is the whole of that UTC day. */
  end_date?: string
  min_cost?: number
  max_cost?: number
  min_tokens_in?: number
  max_tokens_in?: number
  min_tokens_out?: number
  max_tokens_out?: number
  min_total_tokens?: number
  max_total_tokens?: number
  min_duration?: number
  max_duration?: number
  feedback?: number
  success?: boolean
  cached?: boolean
  model?: string
  model_type?: string
  provider?: string
  request_content_type?: string
  response_content_type?: string
  /** All must be met, each by any of its values. */
  filters?: Array<{
    key: string
    operator: 'eq' | 'neq' | 'contains' | 'lt' | 'gt'
    value: Array<string | number | boolean | null>
  }>
  /** A part of the model, the provider, the ids, or a name or value of the metadata; where `log_text_search` is on, also words of the bodies, in any order. Needs AI Gateway Read. */
  search?: string
  /** Default "ndjson". */
  format?: 'ndjson' | 'csv'
  /** With the kept bodies; in ndjson only. */
  bodies?: boolean
  /** Default "desc". */
  order_by_direction?: 'asc' | 'desc'
}

export interface TokensListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
}

export interface AuditLogsListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
  gateway_id?: string
  resource?: string
  resource_id?: string
  actor?: string
}

export interface AccountsListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
  /** The whole name. */
  name?: string
  /**
   * By name.
   * Default "asc".
   */
  direction?: 'asc' | 'desc'
}

export interface BillingInvoiceHistoryQuery {
  /** Default "all". */
  type?: 'auto' | 'manual' | 'all'
}

export interface BillingUsageHistoryQuery {
  value_grouping_window: 'day' | 'hour'
  /** UTC ms. */
  start_time?: number
  end_time?: number
}

export interface EvaluationTypesListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
  /** Default "mandatory". */
  order_by?: 'id' | 'name' | 'type' | 'description' | 'enable' | 'mandatory' | 'created_at' | 'modified_at'
  /** Default "desc". */
  order_by_direction?: 'asc' | 'desc'
}

export interface EvaluationSchedulesListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
}

export interface EvaluationsListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
  name?: string
  processed?: 'true' | 'false'
  /** Only what this schedule made: its results over time. */
  schedule_id?: string
  /** A part of id or name. */
  search?: string
}

export interface EvaluationsResultsListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
}

export interface EvaluationsCompareQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
  /** Only these cases. */
  change?: 'better' | 'worse' | 'same' | 'unscored'
  /** Where this evaluation has several. */
  model?: string
  /** Where the other one has several. Without both, each model is compared with itself. */
  other_model?: string
}

export interface DatasetsListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
  name?: string
  enable?: 'true' | 'false'
  /** A part of id, name or filters. */
  search?: string
}

export interface DatasetsItemsListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
  version?: number
}

export interface DatasetsItemsImportQuery {
  /** Default "jsonl". */
  format?: 'jsonl' | 'csv'
}

export interface DatasetsItemsExportQuery {
  /** Default "jsonl". */
  format?: 'jsonl' | 'csv'
  version?: number
}

export interface DynamicRoutingListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
}

export interface DynamicRoutingListVersionsQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
}

export interface DynamicRoutingListDeploymentsQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
}

export interface ProviderConfigsListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
}

export interface CustomProvidersCostsListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
  enable?: 'true' | 'false'
  account_provider_id?: string
  model_rule?: 'equals' | 'starts-with' | 'contains'
  cost_type?: string
  /** A part of `model` or `changed_by`. */
  search?: string
}

export interface CustomProvidersListQuery {
  /**
   * From 1 on; past the end a page is empty.
   * Default 1.
   */
  page?: number
  /** Default 20. */
  per_page?: number
  beta?: 'true' | 'false'
  enable?: 'true' | 'false'
  /** A part of id, name or slug. */
  search?: string
}

export interface Api {
  aiGateway: AiGatewayApi
  user: UserApi
  accounts: AccountsApi
}

export interface AiGatewayApi {
  /**
   * Gateways of an account, newest first; for a token of some gateways, these.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways`. Needs the permission `AI Gateway Read`.
   */
  list(params: { account_id: string } & GatewaysListQuery, options?: RequestOptions): PagePromise<Gateway>
  /**
   * Creates a gateway; only its id is required.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways`. Needs the permission `AI Gateway Write`.
   */
  create(params: { account_id: string } & GatewayCreateBody, options?: RequestOptions): ApiPromise<Gateway>
  /**
   * One gateway.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}`. Needs the permission `AI Gateway Read`.
   */
  get(gatewayId: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<Gateway>
  /**
   * Changes the settings that are given; the others keep their values.
   *
   * `PUT /accounts/{account_id}/ai-gateway/gateways/{gateway_id}`. Needs the permission `AI Gateway Write`.
   */
  update(
    gatewayId: string,
    params: { account_id: string } & GatewayUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<Gateway>
  /**
   * The same as PUT.
   *
   * `PATCH /accounts/{account_id}/ai-gateway/gateways/{gateway_id}`. Needs the permission `AI Gateway Write`.
   */
  edit(
    gatewayId: string,
    params: { account_id: string } & GatewayUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<Gateway>
  /**
   * Removes a gateway and all that is its.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}`. Needs the permission `AI Gateway Write`.
   */
  delete(gatewayId: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<Gateway>
  cache: CacheApi
  urls: UrlsApi
  logs: LogsApi
  tokens: TokensApi
  auditLogs: AuditLogsApi
  billing: BillingApi
  evaluationTypes: EvaluationTypesApi
  evaluationSchedules: EvaluationSchedulesApi
  evaluations: EvaluationsApi
  datasets: DatasetsApi
  dynamicRouting: DynamicRoutingApi
  providerConfigs: ProviderConfigsApi
  customProviders: CustomProvidersApi
}

export interface CacheApi {
  /**
   * Forgets all cached answers of a gateway; counts as a change of it (`modified_at`).
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/cache`. Needs the permission `AI Gateway Write`.
   */
  purge(
    gatewayId: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<GatewayCachePurgeResult>
}

export interface UrlsApi {
  /**
   * The address to give to a client of that provider.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/url/{provider}`. Needs the permission `AI Gateway Read`.
   */
  get(
    provider: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<string>
  /**
   * The address to give to a client of that provider.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/url/{provider}`. Needs the permission `AI Gateway Read`.
   */
  get(gatewayId: string, provider: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<string>
}

export interface LogsApi {
  /**
   * The rows of a gateway, newest first; narrowed by `filters` and `search`, walked by page or by cursor.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs`. Needs the permission `AI Gateway Metadata Read`.
   */
  list(
    gatewayId: string,
    params: { account_id: string } & LogsListQuery,
    options?: RequestOptions,
  ): PagePromise<LogItem>
  /**
   * Removes rows with their bodies, the oldest first: those `before` a time and met by `filters` and `search`, 10 000 at most.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs`. Needs the permission `AI Gateway Write`.
   */
  delete(
    gatewayId: string,
    params: { account_id: string } & LogsDeleteQuery & Partial<LogDeleteBody>,
    options?: RequestOptions,
  ): ApiPromise<{
    success: true
    errors: Array<Notice>
    messages: Array<Notice>
    result: LogDeleteResult
  }>
  /**
   * All rows that match, as lines of JSON or as CSV.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/export`. Needs the permission `AI Gateway Read`.
   */
  export(
    gatewayId: string,
    params: { account_id: string } & LogsExportQuery,
    options?: RequestOptions,
  ): ApiPromise<Response>
  /**
   * One row.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(id: string, params: { account_id: string; gateway_id: string }, options?: RequestOptions): ApiPromise<Log>
  /**
   * One row.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(gatewayId: string, id: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<Log>
  /**
   * Changes the feedback, the score or the metadata of a row.
   *
   * `PATCH /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}`. Needs the permission `AI Gateway Write`.
   */
  edit(
    id: string,
    params: { account_id: string; gateway_id: string } & LogEditBody,
    options?: RequestOptions,
  ): ApiPromise<LogEditResult>
  /**
   * Changes the feedback, the score or the metadata of a row.
   *
   * `PATCH /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}`. Needs the permission `AI Gateway Write`.
   */
  edit(
    gatewayId: string,
    id: string,
    params: { account_id: string } & LogEditBody,
    options?: RequestOptions,
  ): ApiPromise<LogEditResult>
  /**
   * What a row cost, item by item, and where the rates come from.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}/cost`. Needs the permission `AI Gateway Read`.
   */
  cost(
    id: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<LogCostResult>
  /**
   * What a row cost, item by item, and where the rates come from.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}/cost`. Needs the permission `AI Gateway Read`.
   */
  cost(
    gatewayId: string,
    id: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<LogCostResult>
  /**
   * The request body that was kept.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}/request`. Needs the permission `AI Gateway Read`.
   */
  request(id: string, params: { account_id: string; gateway_id: string }, options?: RequestOptions): ApiPromise<unknown>
  /**
   * The request body that was kept.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}/request`. Needs the permission `AI Gateway Read`.
   */
  request(gatewayId: string, id: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<unknown>
  /**
   * The response body that was kept.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}/response`. Needs the permission `AI Gateway Read`.
   */
  response(
    id: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<unknown>
  /**
   * The response body that was kept.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}/response`. Needs the permission `AI Gateway Read`.
   */
  response(gatewayId: string, id: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<unknown>
}

export interface TokensApi {
  /**
   * Tokens of an account, newest first.
   *
   * `GET /accounts/{account_id}/ai-gateway/tokens`. Only for the admin of the instance.
   */
  list(params: { account_id: string } & TokensListQuery, options?: RequestOptions): PagePromise<Token>
  /**
   * Makes a token. Its `value` is in this answer and never shown again.
   *
   * `POST /accounts/{account_id}/ai-gateway/tokens`. Only for the admin of the instance.
   */
  create(params: { account_id: string } & TokenCreateBody, options?: RequestOptions): ApiPromise<TokenCreateResult>
  /**
   * One token, without its value.
   *
   * `GET /accounts/{account_id}/ai-gateway/tokens/{id}`. Only for the admin of the instance.
   */
  get(id: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<Token>
  /**
   * Changes what a token may do, in force at once.
   *
   * `PATCH /accounts/{account_id}/ai-gateway/tokens/{id}`. Only for the admin of the instance.
   */
  update(id: string, params: { account_id: string } & TokenUpdateBody, options?: RequestOptions): ApiPromise<Token>
  /**
   * Revokes a token, at once.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/tokens/{id}`. Only for the admin of the instance.
   */
  delete(id: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<Token>
}

export interface AuditLogsApi {
  /**
   * What was changed in an account, and by whom, newest first.
   *
   * `GET /accounts/{account_id}/ai-gateway/audit-logs`. Only for the admin of the instance.
   */
  list(params: { account_id: string } & AuditLogsListQuery, options?: RequestOptions): PagePromise<AuditLog>
}

export interface UserTokensApi {
  /**
   * Whether the credential is good.
   *
   * `GET /user/tokens/verify`. Any good credential will do.
   */
  verify(options?: RequestOptions): ApiPromise<UserTokenVerifyResult>
}

export interface UserApi {
  tokens: UserTokensApi
}

export interface AccountsApi {
  /**
   * The accounts that the credential opens: its own, or, for the admin, all that are in use.
   *
   * `GET /accounts`. Any good credential will do.
   */
  list(params?: AccountsListQuery, options?: RequestOptions): PagePromise<Account>
  /**
   * One account. The admin may use any: it comes into being at its first use.
   *
   * `GET /accounts/{account_id}`. Any good credential will do.
   */
  get(params: { account_id: string }, options?: RequestOptions): ApiPromise<Account>
}

export interface BillingApi {
  /**
   * The credit: always none, for none is sold here.
   *
   * `GET /accounts/{account_id}/ai-gateway/billing/credit-balance`. Needs the permission `AI Gateway Read`.
   */
  creditBalance(params: { account_id: string }, options?: RequestOptions): ApiPromise<BillingCreditBalanceResult>
  /**
   * Past invoices: always none.
   *
   * `GET /accounts/{account_id}/ai-gateway/billing/invoice-history`. Needs the permission `AI Gateway Read`.
   */
  invoiceHistory(
    params: { account_id: string } & BillingInvoiceHistoryQuery,
    options?: RequestOptions,
  ): ApiPromise<BillingInvoiceHistoryResult>
  /**
   * The invoice of this month: always of 0.
   *
   * `GET /accounts/{account_id}/ai-gateway/billing/invoice-preview`. Needs the permission `AI Gateway Read`.
   */
  invoicePreview(params: { account_id: string }, options?: RequestOptions): ApiPromise<BillingInvoicePreviewResult>
  /**
   * Credit used: always none. What requests cost is in their logs.
   *
   * `GET /accounts/{account_id}/ai-gateway/billing/usage-history`. Needs the permission `AI Gateway Read`.
   */
  usageHistory(
    params: { account_id: string } & BillingUsageHistoryQuery,
    options?: RequestOptions,
  ): ApiPromise<BillingUsageHistoryResult>
  spendingLimit: BillingSpendingLimitApi
  topup: BillingTopupApi
}

export interface BillingSpendingLimitApi {
  /**
   * Refused, as at Cloudflare: gateways have `spend_limits`.
   *
   * `POST /accounts/{account_id}/ai-gateway/billing/spending-limit`. Needs the permission `AI Gateway Write`.
   */
  create(params: { account_id: string }, options?: RequestOptions): ApiPromise<BillingSpendingLimitCreateResult>
  /**
   * The spending limit of the credit: always none.
   *
   * `GET /accounts/{account_id}/ai-gateway/billing/spending-limit`. Needs the permission `AI Gateway Read`.
   */
  get(params: { account_id: string }, options?: RequestOptions): ApiPromise<BillingSpendingLimit>
  /**
   * Removes the spending limit; there is none.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/billing/spending-limit`. Needs the permission `AI Gateway Write`.
   */
  delete(params: { account_id: string }, options?: RequestOptions): ApiPromise<BillingSpendingLimitCreateResult>
}

export interface BillingTopupApi {
  /**
   * Refused: no credit is sold here.
   *
   * `POST /accounts/{account_id}/ai-gateway/billing/topup`. Needs the permission `AI Gateway Write`.
   */
  create(params: { account_id: string }, options?: RequestOptions): ApiPromise<BillingSpendingLimitCreateResult>
  /**
   * How far a top-up is; there is none.
   *
   * `POST /accounts/{account_id}/ai-gateway/billing/topup/status`. Needs the permission `AI Gateway Read`.
   */
  status(
    params: { account_id: string } & BillingTopupStatusBody,
    options?: RequestOptions,
  ): ApiPromise<BillingTopupStatusResult>
  /**
   * How much one top-up may be: nothing.
   *
   * `GET /accounts/{account_id}/ai-gateway/billing/topup/limits`. Needs the permission `AI Gateway Read`.
   */
  limits(params: { account_id: string }, options?: RequestOptions): ApiPromise<BillingTopupLimitsResult>
  config: BillingTopupConfigApi
}

export interface BillingTopupConfigApi {
  /**
   * Refused: no credit is sold here.
   *
   * `POST /accounts/{account_id}/ai-gateway/billing/topup/config`. Needs the permission `AI Gateway Write`.
   */
  create(params: { account_id: string }, options?: RequestOptions): ApiPromise<BillingSpendingLimitCreateResult>
  /**
   * When credit is topped up by itself: never.
   *
   * `GET /accounts/{account_id}/ai-gateway/billing/topup/config`. Needs the permission `AI Gateway Read`.
   */
  get(params: { account_id: string }, options?: RequestOptions): ApiPromise<BillingTopupConfig>
  /**
   * Switches automatic top-ups off; they are.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/billing/topup/config`. Needs the permission `AI Gateway Write`.
   */
  delete(params: { account_id: string }, options?: RequestOptions): ApiPromise<BillingSpendingLimitCreateResult>
}

export interface EvaluationTypesApi {
  /**
   * The evaluators that an evaluation may use.
   *
   * `GET /accounts/{account_id}/ai-gateway/evaluation-types`. Needs the permission `AI Gateway Read`.
   */
  list(params: { account_id: string } & EvaluationTypesListQuery, options?: RequestOptions): PagePromise<EvaluationType>
}

export interface EvaluationSchedulesApi {
  /**
   * The schedules of a gateway, newest first. What they made: `evaluations.list` with `schedule_id`.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules`. Needs the permission `AI Gateway Read`.
   */
  list(
    gatewayId: string,
    params: { account_id: string } & EvaluationSchedulesListQuery,
    options?: RequestOptions,
  ): PagePromise<EvaluationSchedule>
  /**
   * Has an evaluation made again and again, with the datasets as they are then. Needs AI Gateway Run too.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules`. Needs the permission `AI Gateway Write`.
   */
  create(
    gatewayId: string,
    params: { account_id: string } & EvaluationScheduleCreateBody,
    options?: RequestOptions,
  ): ApiPromise<EvaluationSchedule>
  /**
   * One schedule.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(
    id: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<EvaluationSchedule>
  /**
   * One schedule.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(
    gatewayId: string,
    id: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<EvaluationSchedule>
  /**
   * Changes what is given of a schedule. It runs with the rights of whoever changed it last.
   *
   * `PUT /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules/{id}`. Needs the permission `AI Gateway Write`.
   */
  update(
    id: string,
    params: { account_id: string; gateway_id: string } & EvaluationScheduleUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<EvaluationSchedule>
  /**
   * Changes what is given of a schedule. It runs with the rights of whoever changed it last.
   *
   * `PUT /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules/{id}`. Needs the permission `AI Gateway Write`.
   */
  update(
    gatewayId: string,
    id: string,
    params: { account_id: string } & EvaluationScheduleUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<EvaluationSchedule>
  /**
   * Removes a schedule. The evaluations that it made stay.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules/{id}`. Needs the permission `AI Gateway Write`.
   */
  delete(
    id: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<EvaluationSchedule>
  /**
   * Removes a schedule. The evaluations that it made stay.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules/{id}`. Needs the permission `AI Gateway Write`.
   */
  delete(
    gatewayId: string,
    id: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<EvaluationSchedule>
}

export interface EvaluationsApi {
  /**
   * The evaluations of a gateway, newest first.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations`. Needs the permission `AI Gateway Read`.
   */
  list(
    gatewayId: string,
    params: { account_id: string } & EvaluationsListQuery,
    options?: RequestOptions,
  ): PagePromise<Evaluation>
  /**
   * Begins an evaluation of datasets. Where a model answers, it needs AI Gateway Run too.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations`. Needs the permission `AI Gateway Write`.
   */
  create(
    gatewayId: string,
    params: { account_id: string } & EvaluationCreateBody,
    options?: RequestOptions,
  ): ApiPromise<Evaluation>
  /**
   * One evaluation with its results.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(id: string, params: { account_id: string; gateway_id: string }, options?: RequestOptions): ApiPromise<Evaluation>
  /**
   * One evaluation with its results.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(gatewayId: string, id: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<Evaluation>
  /**
   * Removes an evaluation with its results; one that runs is ended.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}`. Needs the permission `AI Gateway Write`.
   */
  delete(
    id: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<Evaluation>
  /**
   * Removes an evaluation with its results; one that runs is ended.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}`. Needs the permission `AI Gateway Write`.
   */
  delete(
    gatewayId: string,
    id: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<Evaluation>
  /**
   * Ends an evaluation that is not complete; what it found so far stays.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}/cancel`. Needs the permission `AI Gateway Write`.
   */
  cancel(
    id: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<Evaluation>
  /**
   * Ends an evaluation that is not complete; what it found so far stays.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}/cancel`. Needs the permission `AI Gateway Write`.
   */
  cancel(
    gatewayId: string,
    id: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<Evaluation>
  results: EvaluationsResultsApi
  /**
   * Sets an evaluation beside another one: which cases it answers better or worse, and whether that may be chance.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}/compare/{other_id}`. Needs the permission `AI Gateway Read`.
   */
  compare(
    otherId: string,
    params: { account_id: string; gateway_id: string; id: string } & EvaluationsCompareQuery,
    options?: RequestOptions,
  ): ApiPromise<EvaluationCompareResult>
  /**
   * Sets an evaluation beside another one: which cases it answers better or worse, and whether that may be chance.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}/compare/{other_id}`. Needs the permission `AI Gateway Read`.
   */
  compare(
    id: string,
    otherId: string,
    params: { account_id: string; gateway_id: string } & EvaluationsCompareQuery,
    options?: RequestOptions,
  ): ApiPromise<EvaluationCompareResult>
  /**
   * Sets an evaluation beside another one: which cases it answers better or worse, and whether that may be chance.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}/compare/{other_id}`. Needs the permission `AI Gateway Read`.
   */
  compare(
    gatewayId: string,
    id: string,
    otherId: string,
    params: { account_id: string } & EvaluationsCompareQuery,
    options?: RequestOptions,
  ): ApiPromise<EvaluationCompareResult>
}

export interface EvaluationsResultsApi {
  /**
   * All results of an evaluation: of logs first, then case by case.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}/results`. Needs the permission `AI Gateway Read`.
   */
  list(
    id: string,
    params: { account_id: string; gateway_id: string } & EvaluationsResultsListQuery,
    options?: RequestOptions,
  ): PagePromise<EvaluationResult>
  /**
   * All results of an evaluation: of logs first, then case by case.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}/results`. Needs the permission `AI Gateway Read`.
   */
  list(
    gatewayId: string,
    id: string,
    params: { account_id: string } & EvaluationsResultsListQuery,
    options?: RequestOptions,
  ): PagePromise<EvaluationResult>
}

export interface DatasetsApi {
  /**
   * The datasets of a gateway, newest first.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets`. Needs the permission `AI Gateway Read`.
   */
  list(
    gatewayId: string,
    params: { account_id: string } & DatasetsListQuery,
    options?: RequestOptions,
  ): PagePromise<Dataset>
  /**
   * Makes a dataset of test cases (`data`), of a saved filter of logs (`filters`), or of both.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets`. Needs the permission `AI Gateway Write`.
   */
  create(
    gatewayId: string,
    params: { account_id: string } & DatasetCreateBody,
    options?: RequestOptions,
  ): ApiPromise<Dataset>
  /**
   * One dataset with its test cases.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(id: string, params: { account_id: string; gateway_id: string }, options?: RequestOptions): ApiPromise<Dataset>
  /**
   * One dataset with its test cases.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(gatewayId: string, id: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<Dataset>
  /**
   * Changes what is given of a dataset; `data` takes the place of all test cases.
   *
   * `PUT /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}`. Needs the permission `AI Gateway Write`.
   */
  update(
    id: string,
    params: { account_id: string; gateway_id: string } & DatasetUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<Dataset>
  /**
   * Changes what is given of a dataset; `data` takes the place of all test cases.
   *
   * `PUT /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}`. Needs the permission `AI Gateway Write`.
   */
  update(
    gatewayId: string,
    id: string,
    params: { account_id: string } & DatasetUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<Dataset>
  /**
   * Removes a dataset with its test cases. Results of evaluations stay.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}`. Needs the permission `AI Gateway Write`.
   */
  delete(id: string, params: { account_id: string; gateway_id: string }, options?: RequestOptions): ApiPromise<Dataset>
  /**
   * Removes a dataset with its test cases. Results of evaluations stay.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}`. Needs the permission `AI Gateway Write`.
   */
  delete(gatewayId: string, id: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<Dataset>
  items: DatasetsItemsApi
}

export interface DatasetsItemsApi {
  /**
   * The test cases of a dataset, oldest first; also of an earlier `version`.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items`. Needs the permission `AI Gateway Read`.
   */
  list(
    id: string,
    params: { account_id: string; gateway_id: string } & DatasetsItemsListQuery,
    options?: RequestOptions,
  ): PagePromise<DatasetItem>
  /**
   * The test cases of a dataset, oldest first; also of an earlier `version`.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items`. Needs the permission `AI Gateway Read`.
   */
  list(
    gatewayId: string,
    id: string,
    params: { account_id: string } & DatasetsItemsListQuery,
    options?: RequestOptions,
  ): PagePromise<DatasetItem>
  /**
   * Adds test cases to a dataset.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items`. Needs the permission `AI Gateway Write`.
   */
  create(
    id: string,
    params: { account_id: string; gateway_id: string } & DatasetItemCreateBody,
    options?: RequestOptions,
  ): ApiPromise<DatasetItemCreateResult>
  /**
   * Adds test cases to a dataset.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items`. Needs the permission `AI Gateway Write`.
   */
  create(
    gatewayId: string,
    id: string,
    params: { account_id: string } & DatasetItemCreateBody,
    options?: RequestOptions,
  ): ApiPromise<DatasetItemCreateResult>
  /**
   * Adds the requests of logs as test cases: those with these ids, or the newest that a filter finds.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/from-logs`. Needs the permission `AI Gateway Write`.
   */
  fromLogs(
    id: string,
    params: { account_id: string; gateway_id: string } & DatasetItemFromLogsBody,
    options?: RequestOptions,
  ): ApiPromise<DatasetItemFromLogsResult>
  /**
   * Adds the requests of logs as test cases: those with these ids, or the newest that a filter finds.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/from-logs`. Needs the permission `AI Gateway Write`.
   */
  fromLogs(
    gatewayId: string,
    id: string,
    params: { account_id: string } & DatasetItemFromLogsBody,
    options?: RequestOptions,
  ): ApiPromise<DatasetItemFromLogsResult>
  /**
   * Adds the test cases of a file, a line of JSON each or CSV with a head; all of them or, where a line is wrong, none.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/import`. Needs the permission `AI Gateway Write`.
   */
  import(
    id: string,
    params: { account_id: string; gateway_id: string } & DatasetsItemsImportQuery & { file: FileContent },
    options?: RequestOptions,
  ): ApiPromise<DatasetItemCreateResult>
  /**
   * Adds the test cases of a file, a line of JSON each or CSV with a head; all of them or, where a line is wrong, none.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/import`. Needs the permission `AI Gateway Write`.
   */
  import(
    gatewayId: string,
    id: string,
    params: { account_id: string } & DatasetsItemsImportQuery & { file: FileContent },
    options?: RequestOptions,
  ): ApiPromise<DatasetItemCreateResult>
  /**
   * All test cases of a dataset as a file that can be imported again.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/export`. Needs the permission `AI Gateway Read`.
   */
  export(
    id: string,
    params: { account_id: string; gateway_id: string } & DatasetsItemsExportQuery,
    options?: RequestOptions,
  ): ApiPromise<Response>
  /**
   * All test cases of a dataset as a file that can be imported again.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/export`. Needs the permission `AI Gateway Read`.
   */
  export(
    gatewayId: string,
    id: string,
    params: { account_id: string } & DatasetsItemsExportQuery,
    options?: RequestOptions,
  ): ApiPromise<Response>
  /**
   * One test case.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/{item_id}`. Needs the permission `AI Gateway Read`.
   */
  get(
    itemId: string,
    params: { account_id: string; gateway_id: string; id: string },
    options?: RequestOptions,
  ): ApiPromise<DatasetItem>
  /**
   * One test case.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/{item_id}`. Needs the permission `AI Gateway Read`.
   */
  get(
    id: string,
    itemId: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<DatasetItem>
  /**
   * One test case.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/{item_id}`. Needs the permission `AI Gateway Read`.
   */
  get(
    gatewayId: string,
    id: string,
    itemId: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<DatasetItem>
  /**
   * Puts another test case in the place of one; it keeps its id.
   *
   * `PUT /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/{item_id}`. Needs the permission `AI Gateway Write`.
   */
  update(
    itemId: string,
    params: { account_id: string; gateway_id: string; id: string } & DatasetItemUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<DatasetItem>
  /**
   * Puts another test case in the place of one; it keeps its id.
   *
   * `PUT /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/{item_id}`. Needs the permission `AI Gateway Write`.
   */
  update(
    id: string,
    itemId: string,
    params: { account_id: string; gateway_id: string } & DatasetItemUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<DatasetItem>
  /**
   * Puts another test case in the place of one; it keeps its id.
   *
   * `PUT /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/{item_id}`. Needs the permission `AI Gateway Write`.
   */
  update(
    gatewayId: string,
    id: string,
    itemId: string,
    params: { account_id: string } & DatasetItemUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<DatasetItem>
  /**
   * Takes a test case out of a dataset.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/{item_id}`. Needs the permission `AI Gateway Write`.
   */
  delete(
    itemId: string,
    params: { account_id: string; gateway_id: string; id: string },
    options?: RequestOptions,
  ): ApiPromise<DatasetItem>
  /**
   * Takes a test case out of a dataset.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/{item_id}`. Needs the permission `AI Gateway Write`.
   */
  delete(
    id: string,
    itemId: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<DatasetItem>
  /**
   * Takes a test case out of a dataset.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/{item_id}`. Needs the permission `AI Gateway Write`.
   */
  delete(
    gatewayId: string,
    id: string,
    itemId: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<DatasetItem>
}

export interface DynamicRoutingApi {
  /**
   * Dynamic routes of a gateway, newest first.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes`. Needs the permission `AI Gateway Read`.
   */
  list(
    gatewayId: string,
    params: { account_id: string } & DynamicRoutingListQuery,
    options?: RequestOptions,
  ): ApiPromise<{
    success: true
    errors: Array<Notice>
    messages: Array<Notice>
    data: DynamicRoutingItem
  }>
  /**
   * Creates a dynamic route with its first version, and deploys it.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes`. Needs the permission `AI Gateway Write`.
   */
  create(
    gatewayId: string,
    params: { account_id: string } & DynamicRoutingCreateBody,
    options?: RequestOptions,
  ): ApiPromise<DynamicRouting>
  /**
   * A dynamic route, with what is deployed of it.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(
    id: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<DynamicRouting>
  /**
   * A dynamic route, with what is deployed of it.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(
    gatewayId: string,
    id: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<DynamicRouting>
  /**
   * Renames a dynamic route.
   *
   * `PATCH /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}`. Needs the permission `AI Gateway Write`.
   */
  update(
    id: string,
    params: { account_id: string; gateway_id: string } & DynamicRoutingUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<{
    success: true
    errors: Array<Notice>
    messages: Array<Notice>
    route: DynamicRouting
  }>
  /**
   * Renames a dynamic route.
   *
   * `PATCH /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}`. Needs the permission `AI Gateway Write`.
   */
  update(
    gatewayId: string,
    id: string,
    params: { account_id: string } & DynamicRoutingUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<{
    success: true
    errors: Array<Notice>
    messages: Array<Notice>
    route: DynamicRouting
  }>
  /**
   * Removes a dynamic route with its versions and deployments.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}`. Needs the permission `AI Gateway Write`.
   */
  delete(
    id: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<DynamicRoutingDeleteResult>
  /**
   * Removes a dynamic route with its versions and deployments.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}`. Needs the permission `AI Gateway Write`.
   */
  delete(
    gatewayId: string,
    id: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<DynamicRoutingDeleteResult>
  /**
   * Explains which way a request would take through a dynamic route, without asking any model.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/test`. Needs the permission `AI Gateway Read`.
   */
  test(
    id: string,
    params: { account_id: string; gateway_id: string } & DynamicRoutingTestBody,
    options?: RequestOptions,
  ): ApiPromise<DynamicRoutingTestResult>
  /**
   * Explains which way a request would take through a dynamic route, without asking any model.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/test`. Needs the permission `AI Gateway Read`.
   */
  test(
    gatewayId: string,
    id: string,
    params: { account_id: string } & DynamicRoutingTestBody,
    options?: RequestOptions,
  ): ApiPromise<DynamicRoutingTestResult>
  /**
   * Versions of a dynamic route, newest first.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/versions`. Needs the permission `AI Gateway Read`.
   */
  listVersions(
    id: string,
    params: { account_id: string; gateway_id: string } & DynamicRoutingListVersionsQuery,
    options?: RequestOptions,
  ): ApiPromise<{
    success: true
    errors: Array<Notice>
    messages: Array<Notice>
    data: DynamicRoutingListVersionsResult
  }>
  /**
   * Versions of a dynamic route, newest first.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/versions`. Needs the permission `AI Gateway Read`.
   */
  listVersions(
    gatewayId: string,
    id: string,
    params: { account_id: string } & DynamicRoutingListVersionsQuery,
    options?: RequestOptions,
  ): ApiPromise<{
    success: true
    errors: Array<Notice>
    messages: Array<Notice>
    data: DynamicRoutingListVersionsResult
  }>
  /**
   * Stores a new version; it is not in force before it is deployed.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/versions`. Needs the permission `AI Gateway Write`.
   */
  createVersion(
    id: string,
    params: { account_id: string; gateway_id: string } & DynamicRoutingCreateVersionBody,
    options?: RequestOptions,
  ): ApiPromise<DynamicRoutingCreateVersionResult>
  /**
   * Stores a new version; it is not in force before it is deployed.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/versions`. Needs the permission `AI Gateway Write`.
   */
  createVersion(
    gatewayId: string,
    id: string,
    params: { account_id: string } & DynamicRoutingCreateVersionBody,
    options?: RequestOptions,
  ): ApiPromise<DynamicRoutingCreateVersionResult>
  /**
   * One version of a dynamic route.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/versions/{version_id}`. Needs the permission `AI Gateway Read`.
   */
  getVersion(
    versionId: string,
    params: { account_id: string; gateway_id: string; id: string },
    options?: RequestOptions,
  ): ApiPromise<DynamicRoutingGetVersionResult>
  /**
   * One version of a dynamic route.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/versions/{version_id}`. Needs the permission `AI Gateway Read`.
   */
  getVersion(
    id: string,
    versionId: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<DynamicRoutingGetVersionResult>
  /**
   * One version of a dynamic route.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/versions/{version_id}`. Needs the permission `AI Gateway Read`.
   */
  getVersion(
    gatewayId: string,
    id: string,
    versionId: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<DynamicRoutingGetVersionResult>
  /**
   * Deployments of a dynamic route, newest first.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/deployments`. Needs the permission `AI Gateway Read`.
   */
  listDeployments(
    id: string,
    params: { account_id: string; gateway_id: string } & DynamicRoutingListDeploymentsQuery,
    options?: RequestOptions,
  ): ApiPromise<{
    success: true
    errors: Array<Notice>
    messages: Array<Notice>
    data: DynamicRoutingListDeploymentsResult
  }>
  /**
   * Deployments of a dynamic route, newest first.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/deployments`. Needs the permission `AI Gateway Read`.
   */
  listDeployments(
    gatewayId: string,
    id: string,
    params: { account_id: string } & DynamicRoutingListDeploymentsQuery,
    options?: RequestOptions,
  ): ApiPromise<{
    success: true
    errors: Array<Notice>
    messages: Array<Notice>
    data: DynamicRoutingListDeploymentsResult
  }>
  /**
   * Puts a version in force; an older one too, which takes back what came after it.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/deployments`. Needs the permission `AI Gateway Write`.
   */
  createDeployment(
    id: string,
    params: { account_id: string; gateway_id: string } & DynamicRoutingCreateDeploymentBody,
    options?: RequestOptions,
  ): ApiPromise<DynamicRoutingCreateDeploymentResult>
  /**
   * Puts a version in force; an older one too, which takes back what came after it.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/deployments`. Needs the permission `AI Gateway Write`.
   */
  createDeployment(
    gatewayId: string,
    id: string,
    params: { account_id: string } & DynamicRoutingCreateDeploymentBody,
    options?: RequestOptions,
  ): ApiPromise<DynamicRoutingCreateDeploymentResult>
}

export interface ProviderConfigsApi {
  /**
   * Provider keys of a gateway, newest first, without the secrets.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs`. Needs the permission `AI Gateway Read`.
   */
  list(
    gatewayId: string,
    params: { account_id: string } & ProviderConfigsListQuery,
    options?: RequestOptions,
  ): PagePromise<ProviderConfig>
  /**
   * Stores a key for a provider, encrypted. A new default takes the place of the old one.
   *
   * `POST /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs`. Needs the permission `Secrets Store Write`.
   */
  create(
    gatewayId: string,
    params: { account_id: string } & ProviderConfigCreateBody,
    options?: RequestOptions,
  ): ApiPromise<ProviderConfig>
  /**
   * One provider key, without the secret.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(
    id: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<ProviderConfig>
  /**
   * One provider key, without the secret.
   *
   * `GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(
    gatewayId: string,
    id: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<ProviderConfig>
  /**
   * Replaces the secret, and whatever else is given; the rest stays.
   *
   * `PUT /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs/{id}`. Needs the permission `Secrets Store Write`.
   */
  update(
    id: string,
    params: { account_id: string; gateway_id: string } & ProviderConfigUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<ProviderConfig>
  /**
   * Replaces the secret, and whatever else is given; the rest stays.
   *
   * `PUT /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs/{id}`. Needs the permission `Secrets Store Write`.
   */
  update(
    gatewayId: string,
    id: string,
    params: { account_id: string } & ProviderConfigUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<ProviderConfig>
  /**
   * Removes a provider key.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs/{id}`. Needs the permission `Secrets Store Write`.
   */
  delete(
    id: string,
    params: { account_id: string; gateway_id: string },
    options?: RequestOptions,
  ): ApiPromise<ProviderConfig>
  /**
   * Removes a provider key.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs/{id}`. Needs the permission `Secrets Store Write`.
   */
  delete(
    gatewayId: string,
    id: string,
    params: { account_id: string },
    options?: RequestOptions,
  ): ApiPromise<ProviderConfig>
}

export interface CustomProvidersCostsApi {
  /**
   * What models of custom providers cost, newest first.
   *
   * `GET /accounts/{account_id}/ai-gateway/custom-providers/costs`. Needs the permission `AI Gateway Read`.
   */
  list(
    params: { account_id: string } & CustomProvidersCostsListQuery,
    options?: RequestOptions,
  ): PagePromise<CustomProviderCost>
  /**
   * Says what models of a custom provider cost.
   *
   * `POST /accounts/{account_id}/ai-gateway/custom-providers/costs`. Needs the permission `AI Gateway Write`.
   */
  create(
    params: { account_id: string } & CustomProviderCostCreateBody,
    options?: RequestOptions,
  ): ApiPromise<CustomProviderCost>
  /**
   * One cost of a custom provider.
   *
   * `GET /accounts/{account_id}/ai-gateway/custom-providers/costs/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(id: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<CustomProviderCost>
  /**
   * Changes what is given.
   *
   * `PATCH /accounts/{account_id}/ai-gateway/custom-providers/costs/{id}`. Needs the permission `AI Gateway Write`.
   */
  update(
    id: string,
    params: { account_id: string } & CustomProviderCostUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<CustomProviderCost>
  /**
   * Removes a cost of a custom provider.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/custom-providers/costs/{id}`. Needs the permission `AI Gateway Write`.
   */
  delete(id: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<CustomProviderCost>
}

export interface CustomProvidersApi {
  costs: CustomProvidersCostsApi
  /**
   * Custom providers of an account, by position and then by name.
   *
   * `GET /accounts/{account_id}/ai-gateway/custom-providers`. Needs the permission `AI Gateway Read`.
   */
  list(params: { account_id: string } & CustomProvidersListQuery, options?: RequestOptions): PagePromise<CustomProvider>
  /**
   * Creates a provider of your own at a public https address, for all gateways of the account.
   *
   * `POST /accounts/{account_id}/ai-gateway/custom-providers`. Needs the permission `AI Gateway Write`.
   */
  create(
    params: { account_id: string } & CustomProviderCreateBody,
    options?: RequestOptions,
  ): ApiPromise<CustomProvider>
  /**
   * One custom provider.
   *
   * `GET /accounts/{account_id}/ai-gateway/custom-providers/{id}`. Needs the permission `AI Gateway Read`.
   */
  get(id: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<CustomProvider>
  /**
   * Changes what is given. Where keys are stored for it, another host needs Secrets Store Write too.
   *
   * `PATCH /accounts/{account_id}/ai-gateway/custom-providers/{id}`. Needs the permission `AI Gateway Write`.
   */
  update(
    id: string,
    params: { account_id: string } & CustomProviderUpdateBody,
    options?: RequestOptions,
  ): ApiPromise<CustomProvider>
  /**
   * Removes a custom provider, its costs, and the keys that are stored for it.
   *
   * `DELETE /accounts/{account_id}/ai-gateway/custom-providers/{id}`. Needs the permission `AI Gateway Write`.
   */
  delete(id: string, params: { account_id: string }, options?: RequestOptions): ApiPromise<CustomProvider>
}

/** Every call by its place in the client. */
export const operations: Readonly<Record<string, Operation>> = {
  'aiGateway.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways',
    query: ['page', 'per_page', 'search', 'id'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'aiGateway.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.update': {
    method: 'PUT',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.edit': {
    method: 'PATCH',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.cache.purge': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/cache',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.urls.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/url/{provider}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.logs.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs',
    query: [
      'start_date',
      'end_date',
      'min_cost',
      'max_cost',
      'min_tokens_in',
      'max_tokens_in',
      'min_tokens_out',
      'max_tokens_out',
      'min_total_tokens',
      'max_total_tokens',
      'min_duration',
      'max_duration',
      'feedback',
      'success',
      'cached',
      'model',
      'model_type',
      'provider',
      'request_content_type',
      'response_content_type',
      'filters',
      'search',
      'page',
      'per_page',
      'order_by',
      'order_by_direction',
      'direction',
      'meta_info',
      'cursor',
    ],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'aiGateway.logs.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs',
    query: ['before', 'filters', 'search', 'limit', 'order_by', 'order_by_direction'],
    body: 'optional',
    answer: 'whole',
    isRepeatable: false,
  },
  'aiGateway.logs.export': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/export',
    query: [
      'start_date',
      'end_date',
      'min_cost',
      'max_cost',
      'min_tokens_in',
      'max_tokens_in',
      'min_tokens_out',
      'max_tokens_out',
      'min_total_tokens',
      'max_total_tokens',
      'min_duration',
      'max_duration',
      'feedback',
      'success',
      'cached',
      'model',
      'model_type',
      'provider',
      'request_content_type',
      'response_content_type',
      'filters',
      'search',
      'format',
      'bodies',
      'order_by_direction',
    ],
    body: 'none',
    answer: 'stream',
    isRepeatable: true,
  },
  'aiGateway.logs.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.logs.edit': {
    method: 'PATCH',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.logs.cost': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}/cost',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.logs.request': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}/request',
    query: [],
    body: 'none',
    answer: 'raw',
    isRepeatable: true,
  },
  'aiGateway.logs.response': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs/{id}/response',
    query: [],
    body: 'none',
    answer: 'raw',
    isRepeatable: true,
  },
  'aiGateway.tokens.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/tokens',
    query: ['page', 'per_page'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'aiGateway.tokens.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/tokens',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.tokens.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/tokens/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.tokens.update': {
    method: 'PATCH',
    path: '/accounts/{account_id}/ai-gateway/tokens/{id}',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.tokens.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/tokens/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.auditLogs.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/audit-logs',
    query: ['page', 'per_page', 'gateway_id', 'resource', 'resource_id', 'actor'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'user.tokens.verify': {
    method: 'GET',
    path: '/user/tokens/verify',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'accounts.list': {
    method: 'GET',
    path: '/accounts',
    query: ['page', 'per_page', 'name', 'direction'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'accounts.get': {
    method: 'GET',
    path: '/accounts/{account_id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.billing.creditBalance': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/billing/credit-balance',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.billing.invoiceHistory': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/billing/invoice-history',
    query: ['type'],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.billing.invoicePreview': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/billing/invoice-preview',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.billing.usageHistory': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/billing/usage-history',
    query: ['value_grouping_window', 'start_time', 'end_time'],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.billing.spendingLimit.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/billing/spending-limit',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.billing.spendingLimit.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/billing/spending-limit',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.billing.spendingLimit.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/billing/spending-limit',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.billing.topup.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/billing/topup',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.billing.topup.status': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/billing/topup/status',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.billing.topup.limits': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/billing/topup/limits',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.billing.topup.config.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/billing/topup/config',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.billing.topup.config.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/billing/topup/config',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.billing.topup.config.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/billing/topup/config',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.evaluationTypes.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/evaluation-types',
    query: ['page', 'per_page', 'order_by', 'order_by_direction'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'aiGateway.evaluationSchedules.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules',
    query: ['page', 'per_page'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'aiGateway.evaluationSchedules.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.evaluationSchedules.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.evaluationSchedules.update': {
    method: 'PUT',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules/{id}',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.evaluationSchedules.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluation-schedules/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.evaluations.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations',
    query: ['page', 'per_page', 'name', 'processed', 'schedule_id', 'search'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'aiGateway.evaluations.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.evaluations.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.evaluations.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.evaluations.cancel': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}/cancel',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.evaluations.results.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}/results',
    query: ['page', 'per_page'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'aiGateway.evaluations.compare': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations/{id}/compare/{other_id}',
    query: ['page', 'per_page', 'change', 'model', 'other_model'],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.datasets.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets',
    query: ['page', 'per_page', 'name', 'enable', 'search'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'aiGateway.datasets.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.datasets.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.datasets.update': {
    method: 'PUT',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.datasets.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.datasets.items.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items',
    query: ['page', 'per_page', 'version'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'aiGateway.datasets.items.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.datasets.items.fromLogs': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/from-logs',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.datasets.items.import': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/import',
    query: ['format'],
    body: 'file',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.datasets.items.export': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/export',
    query: ['format', 'version'],
    body: 'none',
    answer: 'stream',
    isRepeatable: true,
  },
  'aiGateway.datasets.items.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/{item_id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.datasets.items.update': {
    method: 'PUT',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/{item_id}',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.datasets.items.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets/{id}/items/{item_id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.dynamicRouting.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes',
    query: ['page', 'per_page'],
    body: 'none',
    answer: 'whole',
    isRepeatable: true,
  },
  'aiGateway.dynamicRouting.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.dynamicRouting.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.dynamicRouting.update': {
    method: 'PATCH',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}',
    query: [],
    body: 'required',
    answer: 'whole',
    isRepeatable: true,
  },
  'aiGateway.dynamicRouting.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.dynamicRouting.test': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/test',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.dynamicRouting.listVersions': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/versions',
    query: ['page', 'per_page'],
    body: 'none',
    answer: 'whole',
    isRepeatable: true,
  },
  'aiGateway.dynamicRouting.createVersion': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/versions',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.dynamicRouting.getVersion': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/versions/{version_id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.dynamicRouting.listDeployments': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/deployments',
    query: ['page', 'per_page'],
    body: 'none',
    answer: 'whole',
    isRepeatable: true,
  },
  'aiGateway.dynamicRouting.createDeployment': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes/{id}/deployments',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.providerConfigs.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs',
    query: ['page', 'per_page'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'aiGateway.providerConfigs.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.providerConfigs.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.providerConfigs.update': {
    method: 'PUT',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs/{id}',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.providerConfigs.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.customProviders.costs.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/custom-providers/costs',
    query: ['page', 'per_page', 'enable', 'account_provider_id', 'model_rule', 'cost_type', 'search'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'aiGateway.customProviders.costs.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/custom-providers/costs',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.customProviders.costs.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/custom-providers/costs/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.customProviders.costs.update': {
    method: 'PATCH',
    path: '/accounts/{account_id}/ai-gateway/custom-providers/costs/{id}',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.customProviders.costs.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/custom-providers/costs/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.customProviders.list': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/custom-providers',
    query: ['page', 'per_page', 'beta', 'enable', 'search'],
    body: 'none',
    answer: 'page',
    isRepeatable: true,
  },
  'aiGateway.customProviders.create': {
    method: 'POST',
    path: '/accounts/{account_id}/ai-gateway/custom-providers',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: false,
  },
  'aiGateway.customProviders.get': {
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/custom-providers/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.customProviders.update': {
    method: 'PATCH',
    path: '/accounts/{account_id}/ai-gateway/custom-providers/{id}',
    query: [],
    body: 'required',
    answer: 'result',
    isRepeatable: true,
  },
  'aiGateway.customProviders.delete': {
    method: 'DELETE',
    path: '/accounts/{account_id}/ai-gateway/custom-providers/{id}',
    query: [],
    body: 'none',
    answer: 'result',
    isRepeatable: true,
  },
}
