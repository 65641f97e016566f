import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, readConfig } from './config.ts'

const slugs = ['openai', 'workers-ai']

test('an empty environment gives the defaults', () => {
  const config = readConfig(slugs, {})
  assert.equal(config.host, '127.0.0.1')
  assert.equal(config.port, 8787)
  assert.equal(config.dataDir, './data')
  assert.equal(config.adminToken, null)
  assert.equal(config.maxBodyBytes, 104_857_600)
  assert.deepEqual(config.warnings, [])
})

test('a provider is named by its slug in capitals, with _ for -', () => {
  const { providers } = readConfig(slugs, {
    TOLLGATE_PROVIDER_WORKERS_AI_BASE_URL: 'http://127.0.0.1:9000/ai/',
    TOLLGATE_PROVIDER_WORKERS_AI_ACCOUNT_ID: '0123456789abcdef0123456789abcdef',
    TOLLGATE_PROVIDER_OPENAI_API_KEY: 'sk-1',
  })
  assert.deepEqual(providers.get('workers-ai'), { baseUrl: 'http://127.0.0.1:9000/ai', apiKey: null, tokenUrl: null })
  assert.deepEqual(providers.get('openai'), { baseUrl: null, apiKey: 'sk-1', tokenUrl: null })
})

test('encryption keys are taken as they are, and a wrong one is not repeated', () => {
  const key = Buffer.alloc(32, 1).toString('base64')
  assert.equal(readConfig(slugs, {}).encryptionKeys, null)
  assert.equal(readConfig(slugs, { TOLLGATE_ENCRYPTION_KEY: `${key},${key}` }).encryptionKeys, `${key},${key}`)
  assert.throws(
    () => readConfig(slugs, { TOLLGATE_ENCRYPTION_KEY: 'my-secret-key' }),
    (error) =>
      error instanceof ConfigError && /32 bytes in base64/.test(error.message) && !/my-secret/.test(error.message),
  )
})

test('a wrong value stops the start with one line that names variable, value and what is allowed', () => {
  const wrong: [string, string, RegExp][] = [
    ['TOLLGATE_PORT', '70000', /TOLLGATE_PORT is "70000": a whole number from 0 to 65535/],
    ['TOLLGATE_PORT', '1e3', /TOLLGATE_PORT is "1e3"/],
    ['TOLLGATE_HOST', 'http://x', /TOLLGATE_HOST is "http:\/\/x"/],
    ['TOLLGATE_MAX_BODY_BYTES', '-1', /TOLLGATE_MAX_BODY_BYTES is "-1"/],
    ['TOLLGATE_MAX_CONNECTIONS', '0', /TOLLGATE_MAX_CONNECTIONS is "0": a whole number from 1/],
    ['HTTPS_PROXY', 'socks5://u:secret@x:1', /HTTPS_PROXY is "socks5:\/\/u:\*\*\*@x:1": the address of a proxy/],
    ['http_proxy', 'http://', /HTTP_PROXY is "http:\/\/"/],
    ['TOLLGATE_PUBLIC_URL', 'ftp://x', /TOLLGATE_PUBLIC_URL is "ftp:\/\/x"/],
    ['TOLLGATE_ALLOW_PRIVATE_UPSTREAMS', 'llm.internal, http://x', /UPSTREAMS has "http:\/\/x" in it: host names/],
    ['TOLLGATE_LOG_LEVEL', 'loud', /TOLLGATE_LOG_LEVEL is "loud": debug, info/],
    ['TOLLGATE_PROVIDER_OPENAI_BASE_URL', 'api.openai.com', /TOLLGATE_PROVIDER_OPENAI_BASE_URL is "api.openai.com"/],
    ['TOLLGATE_PROVIDER_WORKERS_AI_ACCOUNT_ID', 'me', /32 hex digits/],
    ['TOLLGATE_REDIS_URL', 'http://x', /TOLLGATE_REDIS_URL is "http:\/\/x": .* redis:\/\/ or rediss:\/\/ is allowed/],
    ['TOLLGATE_REDIS_URL', 'redis://x/cache', /TOLLGATE_REDIS_URL is "redis:\/\/x\/cache": .* number as database/],
    ['TOLLGATE_REDIS_URL', 'redis://x/1?tls=true', /nothing after it/],
    ['TOLLGATE_REDIS_URL', 'rediss://x#1', /nothing after it/],
    ['TOLLGATE_DATABASE_URL', 'mysql://x/y', /TOLLGATE_DATABASE_URL is "mysql:\/\/x\/y": .* postgres:\/\/ or/],
    ['TOLLGATE_DATABASE_URL', 'postgres:', /TOLLGATE_DATABASE_URL is "postgres:"/],
    ['TOLLGATE_CACHE_BYTES', '64MB', /TOLLGATE_CACHE_BYTES is "64MB": a whole number/],
    ['TOLLGATE_CACHE_BYTES', '0', /TOLLGATE_CACHE_BYTES is "0": a whole number from 1/],
    ['TOLLGATE_WORKERS', '65', /TOLLGATE_WORKERS is "65": a whole number from 1 to 64/],
    ['TOLLGATE_WORKERS', '0', /TOLLGATE_WORKERS is "0"/],
    ['TOLLGATE_WORKERS', '2', /TOLLGATE_WORKERS is "2": without TOLLGATE_REDIS_URL only 1/],
  ]
  for (const [name, value, message] of wrong) {
    assert.throws(
      () => readConfig(slugs, { [name]: value }),
      (error) => error instanceof ConfigError && message.test(error.message) && !error.message.includes('\n'),
      name,
    )
  }
})

test('proxies are taken from the environment as other programs take them', () => {
  const environment = {
    HTTPS_PROXY: 'proxy.lan:3128',
    https_proxy: 'http://first:1',
    NO_PROXY: 'a,b',
    HTTP_PROXY: 'plain:2',
  }
  assert.deepEqual(readConfig([], environment).proxies, {
    http: 'http://plain:2',
    https: 'http://first:1',
    none: 'a,b',
  })
  assert.deepEqual(readConfig([], {}).proxies, { http: null, https: null, none: '' })
})

test('a database, Redis and several processes are taken from the environment', () => {
  const { databaseUrl, redisUrl, workers, cacheBytes } = readConfig(slugs, {
    TOLLGATE_DATABASE_URL: 'postgres://u:p@db:5432/tollgate',
    TOLLGATE_REDIS_URL: 'rediss://:p@cache:6380/1',
    TOLLGATE_WORKERS: '64',
    TOLLGATE_CACHE_BYTES: '1024',
  })
  assert.deepEqual(
    { databaseUrl, redisUrl, workers, cacheBytes },
    {
      databaseUrl: 'postgres://u:p@db:5432/tollgate',
      redisUrl: 'rediss://:p@cache:6380/1',
      workers: 64,
      cacheBytes: 1024,
    },
  )
  const usual = readConfig(slugs, {})
  assert.deepEqual([usual.databaseUrl, usual.redisUrl, usual.workers, usual.cacheBytes], [null, null, 1, 67_108_864])
})

test('the password in a wrong address is not repeated', () => {
  for (const [name, value] of [
    ['TOLLGATE_DATABASE_URL', 'mysql://me:hush@db/x'],
    ['TOLLGATE_DATABASE_URL', 'me:hu@hush@db/x'],
    ['TOLLGATE_DATABASE_URL', 'mysql://db/x?user=me&password=hush'],
    ['TOLLGATE_DATABASE_URL', 'postgres://me:hush/hush@db:port/x'],
    ['TOLLGATE_REDIS_URL', 'http://:hush@cache'],
    ['TOLLGATE_REDIS_URL', 'redis://:50%hush@cache'],
    ['TOLLGATE_REDIS_URL', 'redis://me:hush@cache/1?password=hush'],
  ] as const) {
    assert.throws(
      () => readConfig(slugs, { [name]: value }),
      (error) => error instanceof ConfigError && error.message.includes('***') && !error.message.includes('hush'),
      value,
    )
  }
})

test('a secret with a wrong value is not repeated in the message', () => {
  assert.throws(
    () => readConfig(slugs, { TOLLGATE_ADMIN_TOKEN: 'my secret\u00e9' }),
    (error) => error instanceof ConfigError && !error.message.includes('my secret'),
  )
})

test('a name that nothing reads is a warning, not silence', () => {
  const { warnings } = readConfig(slugs, {
    TOLLGATE_PROVIDER_NOBODY_API_KEY: 'k',
    TOLLGATE_PROT: '1',
    TOLLGATE_EMPTY: '',
  })
  assert.equal(warnings.length, 2)
  assert.match(warnings.join(), /TOLLGATE_PROVIDER_NOBODY_API_KEY.*openai, workers-ai.*TOLLGATE_PROT/)
})
