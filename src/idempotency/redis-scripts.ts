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
 * A record is a hash: f fingerprint, o owner, n attempt, s state (running, finished, failed), l end of the lease
 * in milliseconds, a answer. The key lives for the answer's time to live: a passed lease is not an absent key, so
 * the fingerprint and the number of the attempt outlive a dead process.
 */

const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') });

const NOW = `
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
  if state == 'finished' then return {'finished', r[6]} end
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

/** ARGV: fingerprint, owner, attempt, lease, ttl. */
export const RENEW = script(`${NOW}
local key, owner, untilMs = KEYS[1], ARGV[2], now + ARGV[4]
local r = redis.call('HMGET', key, 'o', 's')
if not r[2] then
  redis.call('HSET', key, 'f', ARGV[1], 'o', owner, 'n', ARGV[3], 's', 'running', 'l', untilMs, 'a', '')
elseif r[1] == owner and r[2] == 'running' then
  redis.call('HSET', key, 'l', untilMs)
else
  return 'lost'
end
redis.call('PEXPIRE', key, ARGV[5])
return 'held'`);

/** ARGV: fingerprint, owner, attempt, ttl, state, answer. */
export const COMPLETE = script(`
local key, owner, state, answer = KEYS[1], ARGV[2], ARGV[5], ARGV[6]
local r = redis.call('HMGET', key, 'o', 's', 'a')
if not r[2] then
  redis.call('HSET', key, 'f', ARGV[1], 'o', owner, 'n', ARGV[3], 's', state, 'l', 0, 'a', answer)
elseif r[1] ~= owner then
  return 'lost'
elseif r[2] == 'running' then
  redis.call('HSET', key, 's', state, 'a', answer)
else
  return r[2] == state and r[3] == answer and 'stored' or 'lost'
end
redis.call('PEXPIRE', key, ARGV[4])
return 'stored'`);

/** ARGV: owner. */
export const RELEASE = script(`
local r = redis.call('HMGET', KEYS[1], 'o', 's')
if r[2] == 'running' and r[1] == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 'released'`);
