import { createHash } from 'node:crypto';
import { compileLua, type LuaValue, type RedisCall } from './lua.js';

/** What a script answers, as a client gets it. */
export type Reply = string | number | null | Reply[];

/** One script as it ran, or that the data was emptied: what the comparison with a real Redis does again. */
export type Executed = ExecutedScript | 'emptied';

export interface ExecutedScript {
  readonly lua: string;
  readonly keys: readonly string[];
  readonly args: readonly string[];
  readonly at: number;
  readonly reply: Reply;
}

/** The data of a Redis: hashes and sorted sets, with times to live, and the scripts it knows by their hash. */
export class RedisModel {
  readonly #now: () => number;
  #hashes = new Map<string, Map<string, string>>();
  #sets = new Map<string, Map<string, number>>();
  #expires = new Map<string, number>();
  #scripts = new Map<string, string>();
  /** Every script that ran, when somebody wants to know. */
  log: Executed[] | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  get hashes(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    return this.#hashes;
  }

  get sets(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.#sets;
  }

  empty(): void {
    this.log?.push('emptied');
    this.#hashes = new Map();
    this.#sets = new Map();
    this.#expires = new Map();
  }

  forgetScripts(): void {
    this.#scripts = new Map();
  }

  /** The text of a script that was sent in full before. */
  scriptOf(sha: string): string | undefined {
    return this.#scripts.get(sha);
  }

  learn(lua: string): void {
    this.#scripts.set(shaOf(lua), lua);
  }

  /** Runs a script in one step. @throws Error as the script does. */
  run(lua: string, keys: readonly string[], args: readonly string[]): Reply {
    const reply = replyOf(compileLua(lua)(this.#call, keys, args));
    this.log?.push({ lua, keys, args, at: this.#now(), reply });
    return reply;
  }

  readonly #call: RedisCall = (command, args) => {
    const key = args[0] as string;
    this.#expire(key);
    switch (command) {
      case 'TIME': {
        const now = this.#now();
        return [String(Math.floor(now / 1_000)), String(Math.round((now % 1_000) * 1_000))];
      }
      case 'HGET':
        return this.#hashes.get(key)?.get(args[1]!) ?? false;
      case 'HMGET': {
        const hash = this.#hashes.get(key);
        return args.slice(1).map((field) => hash?.get(field) ?? false);
      }
      case 'HSET':
        return this.#hset(key, args.slice(1));
      case 'HDEL':
        return this.#remove(this.#hashes, key, args.slice(1));
      case 'EXISTS':
        return this.#hashes.has(key) || this.#sets.has(key) ? 1 : 0;
      case 'DEL':
        this.#expires.delete(key);
        return this.#hashes.delete(key) || this.#sets.delete(key) ? 1 : 0;
      case 'SET':
        // Only a probe sets a text, and nothing ever reads it.
        return 'OK';
      case 'PEXPIRE':
        if (!this.#hashes.has(key) && !this.#sets.has(key)) return 0;
        this.#expires.set(key, this.#now() + Number(args[1]));
        return 1;
      case 'ZADD':
        return this.#zadd(key, args[2]!, Number(args[1]));
      case 'ZREM':
        return this.#remove(this.#sets, key, args.slice(1));
      case 'ZSCORE': {
        const score = this.#sets.get(key)?.get(args[1]!);
        return score === undefined ? false : String(score);
      }
      case 'ZRANGEBYSCORE':
        return this.#range(args);
      default:
        throw new Error(`${command} is not simulated: add it to redis-model.ts`);
    }
  };

  #expire(key: string): void {
    const at = this.#expires.get(key);
    if (at === undefined || at > this.#now()) return;
    this.#hashes.delete(key);
    this.#sets.delete(key);
    this.#expires.delete(key);
  }

  #hset(key: string, pairs: readonly string[]): number {
    const hash = this.#hashes.get(key) ?? new Map<string, string>();
    this.#hashes.set(key, hash);
    const before = hash.size;
    for (let i = 0; i < pairs.length; i += 2) hash.set(pairs[i]!, pairs[i + 1]!);
    return hash.size - before;
  }

  #zadd(key: string, member: string, score: number): number {
    const set = this.#sets.get(key) ?? new Map<string, number>();
    this.#sets.set(key, set);
    const before = set.size;
    set.set(member, score);
    return set.size - before;
  }

  #remove(all: Map<string, Map<string, unknown>>, key: string, members: readonly string[]): number {
    const from = all.get(key);
    if (from === undefined) return 0;
    const removed = members.filter((member) => from.delete(member)).length;
    if (from.size === 0) {
      all.delete(key);
      this.#expires.delete(key);
    }
    return removed;
  }

  /** key, from, to, and the words WITHSCORES and LIMIT offset count. */
  #range([key, from, to, ...words]: readonly string[]): LuaValue {
    const limit = words.indexOf('LIMIT');
    const withScores = words.includes('WITHSCORES');
    const [offset, count] =
      limit === -1 ? [0, Infinity] : [Number(words[limit + 1]), Number(words[limit + 2])];
    const bound = (text: string) => (text === '-inf' ? -Infinity : text === '+inf' ? Infinity : Number(text));
    return [...(this.#sets.get(key!) ?? [])]
      .filter(([, score]) => score >= bound(from!) && score <= bound(to!))
      .sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1))
      .slice(offset, offset + count)
      .flatMap(([member, score]) => (withScores ? [member, String(score)] : [member]));
  }
}

/** Lua's values as Redis answers them: numbers lose their fraction, a list ends at its first nil. */
function replyOf(value: LuaValue): Reply {
  if (Array.isArray(value)) {
    const end = value.indexOf(undefined);
    return (end === -1 ? value : value.slice(0, end)).map(replyOf);
  }
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'string') return value;
  if (typeof value === 'object') throw new Error(value.err);
  return value === true ? 1 : null;
}

export const shaOf = (lua: string): string => {
  const known = hashes.get(lua);
  if (known !== undefined) return known;
  const sha = createHash('sha1').update(lua).digest('hex');
  hashes.set(lua, sha);
  return sha;
};
const hashes = new Map<string, string>();
