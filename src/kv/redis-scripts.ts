import { hash } from 'node:crypto'
import { answerVersion } from './stored-answer-bytes.ts'

/** A Lua script that Redis runs in one piece. Redis knows it by the hash of its text. */
export interface Script {
  text: string
  sha: string
}

function script(text: string): Script {
  return { text, sha: hash('sha1', text) }
}

/**
 * `count(key, groups, technique, requests, windowMs)`: counts a request and gives 0, or counts nothing and gives the
 * milliseconds (at least 1) until one may pass again. All times are microseconds of the server.
 *
 * `at` never goes back: a clock that is put back is made up for by `ahead`, as if no time had gone by since the last
 * request that passed. So a full window is not opened again, and nobody is blocked for more than a window after it.
 *
 * Sliding: requests that pass within a thousandth of the window are one group and stop to count together, with the
 * last of them. The newest group is in `key` and ends a window after `last`; `groups` has the end and the number of each
 * older one.
 */
const count = `
local function count(key, groups, technique, requests, windowMs)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local windowUs = windowMs * 1000
  local shape = technique .. windowMs
  -- A script that has begun to write is let finish where memory is full: counting goes on, only answers are refused.
  redis.call('HDEL', key, '')
  local kept = redis.call('HMGET', key, 'shape', 'ahead', 'last', 'count', 'ends', 'opened', 'newest')
  if kept[1] ~= shape then
    redis.call('DEL', key, groups)
    kept = {}
  end
  local ahead = tonumber(kept[2] or 0)
  local last = tonumber(kept[3] or 0)
  local count = tonumber(kept[4] or 0)
  if now + ahead < last then
    ahead = last - now
    redis.call('HSET', key, 'ahead', ahead)
  end
  local at = now + ahead

  if technique == 'fixed' then
    local ends = tonumber(kept[5] or 0)
    if at >= ends then
      count = 0
      ends = at + windowUs - now % windowUs
    end
    if count >= requests then return math.ceil((ends - at) / 1000) end
    redis.call('HSET', key, 'shape', shape, 'ahead', ahead, 'last', at, 'count', count + 1, 'ends', ends)
    redis.call('PEXPIRE', key, windowMs + 1000)
    return 0
  end

  local opened = tonumber(kept[6] or 0)
  local newest = tonumber(kept[7] or 0)
  local first = last + windowUs
  if first <= at then
    redis.call('DEL', groups)
    count, newest = 0, 0
  else
    local older = redis.call('LRANGE', groups, 0, 1)
    while older[1] and tonumber(older[1]) <= at do
      older = redis.call('LRANGE', groups, 0, 99)
      local over = 0
      while older[over + 1] and tonumber(older[over + 1]) <= at do
        count = count - older[over + 2]
        over = over + 2
      end
      redis.call('LTRIM', groups, over, -1)
      redis.call('HSET', key, 'count', count)
      older = redis.call('LRANGE', groups, 0, 1)
    end
    first = tonumber(older[1] or first)
  end
  if count >= requests then return math.ceil((first - at) / 1000) end
  if newest > 0 and at - opened >= windowMs then
    redis.call('RPUSH', groups, last + windowUs, newest)
    redis.call('PEXPIRE', groups, windowMs + 1000)
    newest = 0
  end
  if newest == 0 then opened = at end
  redis.call('HSET', key, 'shape', shape, 'ahead', ahead, 'last', at, 'count', count + 1, 'opened', opened, 'newest', newest + 1)
  redis.call('PEXPIRE', key, windowMs + 1000)
  return 0
end
`

/**
 * Somebody waits: a lease begins with `0`, and with `1` as soon as its end is to be told. Not told where memory is
 * full: who waits looks from time to time.
 */
const markAwaited = `
local function markAwaited(key, lease)
  if string.sub(lease, 1, 1) == '0' then redis.pcall('SETRANGE', key, 0, '1') end
end
`

const readAnswer = `
local function readAnswer(key)
  local answer = redis.call('GET', key)
  return answer and string.byte(answer) == ${answerVersion} and answer
end
`

/**
 * The one question of a request. Gives the answer's bytes for a hit, -1 for busy, 0 for pass, else the milliseconds
 * until one may pass again.
 *
 * Keys: answer, lease, window, groups. Arguments: whether the cache is asked (1 or 0), the token of the lease that is
 * wanted (empty for none), its milliseconds, the limit's technique (empty for none), its requests, its window in
 * milliseconds.
 */
export const admitScript = script(`${count}${markAwaited}${readAnswer}
if ARGV[1] == '1' then
  local answer = readAnswer(KEYS[1])
  if answer then return answer end
end
if ARGV[2] ~= '' then
  local lease = redis.call('GET', KEYS[2])
  if lease then
    markAwaited(KEYS[2], lease)
    return -1
  end
end
if ARGV[4] ~= '' then
  local resetMs = count(KEYS[3], KEYS[4], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6]))
  if resetMs > 0 then return resetMs end
end
if ARGV[2] ~= '' then
  -- Nothing was written yet where nothing is counted: see above.
  if ARGV[4] == '' then redis.call('HDEL', KEYS[3], '') end
  redis.call('SET', KEYS[2], '0' .. ARGV[2], 'NX', 'PX', ARGV[3])
end
return 0
`)

/**
 * Ends a lease, if it is still ours: keeps the answer, and tells who waits. Fails, with the lease ended, where the
 * answer could not be kept.
 *
 * Keys: answer, lease, answers, gone. Arguments: token, milliseconds to keep (empty: nothing is kept), the answer's
 * bytes, its key, the channel, who it is there.
 */
export const settleScript = script(`
local lease = redis.call('GET', KEYS[2])
if not lease or string.sub(lease, 2) ~= ARGV[1] then return 0 end
local kept = 0
local refusal
if ARGV[2] ~= '' and redis.call('EXISTS', KEYS[4]) == 0 then
  local ttlMs = tonumber(ARGV[2])
  local set = redis.pcall('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
  if set.err then
    refusal = set
  else
    local time = redis.call('TIME')
    local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
    redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', nowMs)
    redis.call('ZADD', KEYS[3], nowMs + ttlMs, ARGV[4])
    if redis.call('PTTL', KEYS[3]) < ttlMs then redis.call('PEXPIRE', KEYS[3], ARGV[2]) end
    kept = 1
  end
end
redis.call('DEL', KEYS[2])
if string.sub(lease, 1, 1) == '1' then redis.call('PUBLISH', ARGV[5], kept .. ARGV[6]) end
return refusal or kept
`)

/** What a waiter looks for: a list with the answer, else the lease's token, else nothing. Keys: answer, lease. */
export const lookScript = script(`${markAwaited}${readAnswer}
local answer = readAnswer(KEYS[1])
if answer then return { answer } end
local lease = redis.call('GET', KEYS[2])
if not lease then return false end
markAwaited(KEYS[2], lease)
return string.sub(lease, 2)
`)

/** Gives a lease another time to live; 0 if it is not ours any more. Keys: lease. Arguments: token, milliseconds. */
export const renewScript = script(`
local lease = redis.call('GET', KEYS[1])
if not lease or string.sub(lease, 2) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`)

/** Removes cached answers and gives how many. Keys: answers. Arguments: what is before their keys, how many at most. */
export const dropScript = script(`
local keys = redis.call('ZRANGE', KEYS[1], 0, ARGV[2] - 1)
for _, key in ipairs(keys) do
  redis.call('UNLINK', ARGV[1] .. key)
  redis.call('ZREM', KEYS[1], key)
end
return #keys
`)

/** Removes the counters and keeps that the gateway is gone. Keys: gone, window, groups. Argument: milliseconds to keep it. */
export const forgetScript = script(`
redis.call('UNLINK', KEYS[2], KEYS[3])
redis.call('SET', KEYS[1], '', 'PX', ARGV[1])
return 1
`)

/** Writes nothing, but is refused where nothing could be written. Keys: any. */
export const probeScript = script(`return redis.call('DEL', KEYS[1])`)
