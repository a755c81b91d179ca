import { NOW, type Script, script } from './scripts.js';

/*
 * The index of deferred runs, for finding those whose process has died: a sorted set of keys by the time of the next look.
 * Each record lives in a different slot, so no script can change a record and this index in one step. Therefore the index
 * decides nothing: it may name too many runs, never too few, and only the record says who has a run.
 *
 * - A key enters before its record becomes deferred, while its record is there. Crash, or failure, in between: the key of a
 *   record that is not deferred, which ten looks in a row find so and then forget. If Redis is emptied in between, the
 *   record is gone too, and both steps are done again.
 * - Each renewal puts the next look off by the lease. So only keys whose owners are silent are ever due, and an index that
 *   a failover has set back gets its keys again.
 * - A look (TAKE) puts the key off by a second before it reads the record. Crash in between: looked at a second later.
 * - The record changes hands in one step, under its own script, only if it is deferred and its lease has passed. Crash
 *   after that: the new lease passes like any other; the key is still here.
 * - A key leaves after its record has ended. Crash in between: as the first.
 * - Forgetting a key whose record is about to become deferred would lose the run. So it takes ten looks, a second apart, that
 *   find no deferred record, and nobody may have entered the key again since the last look began (the score says). The
 *   second step follows the first within the timeout of one store call, but a network that stands still may deliver it
 *   seconds later, when its process is dead.
 *
 * Scores are milliseconds on the clock of the Redis that holds the index. Their sixteenths count the looks in a row that
 * have found no deferred record.
 */

/** So many looks in a row that find no deferred record forget the key. */
const FORGET_AFTER = 10;

/** How long a look keeps others from looking at the same key. */
const LOOK_AGAIN_MS = 1_000;

/** ARGV: key, milliseconds to its first look. */
const ENTER = script(`${NOW}
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return 'entered'`);

/** ARGV: key. */
const LEAVE = script(`
redis.call('ZREM', KEYS[1], ARGV[1])
return 'left'`);

/** ARGV: how many at most, milliseconds to the next look. Answers the new score, then each key with its old score. */
const TAKE = script(`${NOW}
local score = now + ARGV[2]
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])
for i = 1, #due, 2 do redis.call('ZADD', KEYS[1], score, due[i]) end
return {string.format('%.0f', score), due}`);

/** ARGV: key, the score its look gave it, how many looks before found no deferred record either. */
const DOUBT = script(`
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1])) ~= tonumber(ARGV[2]) then return 'entered again' end
local looks = ARGV[3] + 1
if looks >= ${FORGET_AFTER} then redis.call('ZREM', KEYS[1], ARGV[1])
else redis.call('ZADD', KEYS[1], ARGV[2] + looks / 16, ARGV[1]) end
return 'doubted'`);

export const DEFERRED_INDEX_SCRIPTS: readonly Script[] = [ENTER, LEAVE, TAKE, DOUBT];

/** A look at one key that was due. */
export interface Look {
  readonly key: string;
  /** To be called when the record is not deferred. */
  doubt(): Promise<void>;
}

/** @param run - runs a script on the index. */
export function deferredIndex(run: (script: Script, ...args: (string | number)[]) => Promise<unknown>) {
  return {
    async enter(key: string, firstLookMs: number): Promise<void> {
      await run(ENTER, key, firstLookMs);
    },

    async leave(key: string): Promise<void> {
      await run(LEAVE, key);
    },

    /** The keys that are due, which nobody else gets for a second. */
    async take(max: number): Promise<Look[]> {
      const [score, due] = (await run(TAKE, max, LOOK_AGAIN_MS)) as [string, string[]];
      const looks: Look[] = [];
      for (let i = 0; i < due.length; i += 2) {
        const key = String(due[i]);
        const doubted = (Number(due[i + 1]) % 1) * 16;
        looks.push({
          key,
          doubt: async () => void (await run(DOUBT, key, score, doubted)),
        });
      }
      return looks;
    },
  };
}
