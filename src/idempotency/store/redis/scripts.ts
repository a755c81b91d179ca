import { createHash } from 'node:crypto';

/** One operation of the Redis store. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/*
 * Redis runs a script as one atomic step, and a lease is judged by its own clock. Each script touches one key, so a
 * cluster can run it too. TIME before a write needs Redis 5 or newer.
 *
 * A record is a hash: f fingerprint, o owner, n attempt, s state (running, deferred, finished, failed), l end of the lease
 * in milliseconds, a answer; while deferred also j journal, d end of its limit, x 1 once claimed past that. The key
 * lives for the answer's time to live: a passed lease is not an absent key, so the fingerprint and the number of the
 * attempt outlive a dead process.
 */

export const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') });

export const NOW = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

/** ARGV: fingerprint, owner, lease, ttl, the attempt waited for or 0. */
export const ACQUIRE = script(`${NOW}
local key, fingerprint, owner, untilMs = KEYS[1], ARGV[1], ARGV[2], now + ARGV[3]
local r = redis.call('HMGET', key, 'f', 'o', 'n', 's', 'l', 'a')
local state, attempt = r[4], 1
if state then
  attempt = tonumber(r[3])
  if r[1] ~= fingerprint then return {'mismatch'} end
  if state == 'finished' or state == 'deferred' then return {'finished', r[6]} end
  if state == 'failed' then
    local waitedFor = tonumber(ARGV[5])
    if waitedFor > 0 and attempt >= waitedFor then return {'failed', attempt} end
    attempt = attempt + 1
  elseif r[2] ~= owner then
    local left = r[5] - now
    if left > 0 then return {'running', attempt, left} end
    attempt = attempt + 1
  end
end
redis.call('HSET', key, 'f', fingerprint, 'o', owner, 'n', attempt, 's', 'running', 'l', untilMs, 'a', '')
redis.call('PEXPIRE', key, ARGV[4])
return {'acquired', attempt}`);

/*
 * The reply to an owner that has lost the record: {'lost', the state, its attempt or answer, and what is left of the lease}.
 * `r` begins with the fields o, s, n, l, a.
 */
const LOST = `
local function lost(r)
  if r[2] == 'running' then
    local t = redis.call('TIME')
    return {'lost', 'running', tonumber(r[3]), math.max(0, r[4] - t[1] * 1000 - math.floor(t[2] / 1000))}
  end
  if r[2] == 'failed' then return {'lost', 'failed', tonumber(r[3])} end
  return {'lost', 'finished', r[5]}
end`;

/** ARGV: fingerprint, owner, attempt, lease, ttl, 1 for a deferred run or 0. */
export const RENEW = script(`${NOW}${LOST}
local key, owner, untilMs = KEYS[1], ARGV[2], now + ARGV[4]
local r = redis.call('HMGET', key, 'o', 's', 'n', 'l', 'a')
if not r[2] then
  if ARGV[6] == '1' then return {'absent'} end
  redis.call('HSET', key, 'f', ARGV[1], 'o', owner, 'n', ARGV[3], 's', 'running', 'l', untilMs, 'a', '')
elseif r[1] == owner and (r[2] == 'running' or r[2] == 'deferred') then
  redis.call('HSET', key, 'l', untilMs)
else
  return lost(r)
end
redis.call('PEXPIRE', key, ARGV[5])
return {'held'}`);

/** ARGV: fingerprint, owner, attempt, ttl, lease, answer, journal, limit. `absent`: the index may have lost the key, too. */
export const DEFER = script(`${NOW}${LOST}
local key, owner, answer = KEYS[1], ARGV[2], ARGV[6]
local r = redis.call('HMGET', key, 'o', 's', 'n', 'l', 'a')
if not r[2] then return {'absent'} end
if r[1] ~= owner then return lost(r) end
if r[2] ~= 'running' then
  if r[2] == 'failed' or r[5] ~= answer then return lost(r) end
  if r[2] == 'finished' then return {'stored'} end
end
redis.call('HSET', key, 'f', ARGV[1], 'o', owner, 'n', ARGV[3], 's', 'deferred', 'l', now + ARGV[5], 'a', answer,
  'j', ARGV[7], 'd', now + ARGV[8])
redis.call('PEXPIRE', key, ARGV[4])
return {'stored'}`);

/** ARGV: fingerprint, owner, attempt, ttl, state, answer. `settled`: the record was deferred. */
export const COMPLETE = script(`${LOST}
local key, owner, state, answer = KEYS[1], ARGV[2], ARGV[5], ARGV[6]
local r = redis.call('HMGET', key, 'o', 's', 'n', 'l', 'a')
if not r[2] then
  redis.call('HSET', key, 'f', ARGV[1], 'o', owner, 'n', ARGV[3], 's', state, 'l', 0, 'a', answer)
elseif r[1] ~= owner then
  return lost(r)
elseif r[2] == 'running' then
  redis.call('HSET', key, 's', state, 'a', answer)
elseif r[5] ~= answer then
  return lost(r)
elseif r[2] == 'deferred' and state == 'finished' then
  redis.call('HSET', key, 's', state)
  redis.call('HDEL', key, 'j', 'd', 'x')
  redis.call('PEXPIRE', key, ARGV[4])
  return {'settled'}
elseif r[2] == state then
  return {'stored'}
else
  return lost(r)
end
redis.call('PEXPIRE', key, ARGV[4])
return {'stored'}`);

/** ARGV: owner. `deferred`: the record is kept, for someone to claim. */
export const RELEASE = script(`
local r = redis.call('HMGET', KEYS[1], 'o', 's')
if r[1] == ARGV[1] and r[2] == 'running' then redis.call('DEL', KEYS[1]) end
if r[1] ~= ARGV[1] or r[2] ~= 'deferred' then return 'released' end
redis.call('HSET', KEYS[1], 'l', 0, 'x', '')
return 'deferred'`);

/** ARGV: owner, lease. */
export const CLAIM = script(`${NOW}
local key = KEYS[1]
local r = redis.call('HMGET', key, 's', 'l', 'd', 'x', 'f', 'n', 'a', 'j', 'o')
if r[1] ~= 'deferred' then return {'none'} end
if r[2] - now > 0 then return {'held'} end
local limitLeft = r[3] - now
if limitLeft <= 0 then
  if r[4] == '1' then
    redis.call('HSET', key, 's', 'finished')
    redis.call('HDEL', key, 'j', 'd', 'x')
    return {'none'}
  end
  redis.call('HSET', key, 'x', 1)
end
local attempt = r[6] + 1
redis.call('HSET', key, 'o', ARGV[1], 'n', attempt, 'l', now + ARGV[2])
return {'claimed', r[5], attempt, r[7], r[8], limitLeft, r[9]}`);

/** ARGV: how long its key lives. It fails whenever the others fail: no memory, no right to write, no scripts. */
export const PROBE = script(`
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
return 'taken'`);
