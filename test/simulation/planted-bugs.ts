import type { Patch } from './bundle.js';

/** A bug that the simulation must find: put into a copy of the sources, never into `src/` itself. */
export interface PlantedBug extends Patch {
  readonly name: string;
  /** Where to look first: seeds that have shown it. Others are tried after them. */
  readonly seeds?: readonly number[];
  /** What would hide the bug most of the time, taken out as well. */
  readonly also?: Patch;
}

const ENGINE = 'src/idempotency';
const SCRIPTS = `${ENGINE}/store/redis/scripts.ts`;
const REDIS_STORE = `${ENGINE}/store/redis/redis-store.ts`;
const INDEX = `${ENGINE}/store/redis/deferred-index.ts`;
const RESILIENT = `${ENGINE}/store/resilient-store.ts`;
const BREAKER = `${ENGINE}/store/circuit-breaker.ts`;
const WRITE_BEHIND = `${ENGINE}/store/write-behind.ts`;
const DEFERRED_PHASE = `${ENGINE}/deferred-phase.ts`;

/** A bug that consists in leaving something out. */
function leftOut(name: string, seeds: readonly number[], file: string, find: string): PlantedBug {
  return { name, seeds, file, find, replace: '' };
}

/** A renewal also enters the index, which repairs and hides much. */
const RENEWAL_LEAVES_THE_INDEX: Patch = {
  file: REDIS_STORE,
  find: 'index.enter(request.key, request.leaseMs).catch(() => {})',
  replace: 'undefined',
};

/** In one script of the store, or in the index that leads to deferred runs. */
const IN_REDIS: readonly PlantedBug[] = [
  leftOut(
    'acquire takes over a run whose lease holds',
    [1, 12],
    SCRIPTS,
    `if left > 0 then return {'running', attempt, left} end`,
  ),
  {
    name: 'acquire runs a deferred record again',
    seeds: [77, 197],
    file: SCRIPTS,
    find: `if state == 'finished' or state == 'deferred' then return {'finished', r[6]} end`,
    replace: `if state == 'finished' then return {'finished', r[6]} end`,
  },
  {
    name: 'defer without the owner check',
    seeds: [1062, 1290],
    file: SCRIPTS,
    find: `if r[1] ~= owner then return lost(r) end
if r[2] ~= 'running' then`,
    replace: `if r[2] ~= 'running' then`,
  },
  {
    name: 'complete without the owner check: what another has stored is overwritten',
    seeds: [31, 266],
    file: SCRIPTS,
    find: `elseif r[1] ~= owner then
  return lost(r)
elseif r[2] == 'running' then
  redis.call('HSET', key, 's', state, 'a', answer)`,
    replace: `elseif r[2] ~= 'deferred' then
  redis.call('HSET', key, 's', state, 'a', answer)`,
  },
  {
    name: 'release of what another owns',
    seeds: [557],
    file: SCRIPTS,
    find: `if r[1] == ARGV[1] and r[2] == 'running' then redis.call('DEL', KEYS[1]) end
if r[1] ~= ARGV[1] or r[2] ~= 'deferred' then return 'released' end`,
    replace: `if r[2] == 'running' or r[2] == 'finished' then redis.call('DEL', KEYS[1]) end
if r[2] ~= 'deferred' then return 'released' end`,
  },
  {
    ...leftOut(
      'claim takes a run whose lease holds',
      [12, 20],
      SCRIPTS,
      `if r[2] - now > 0 then return {'held'} end`,
    ),
    also: RENEWAL_LEAVES_THE_INDEX,
  },
  {
    name: 'claim leaves the former owner in the record',
    seeds: [198, 251],
    file: SCRIPTS,
    find: `redis.call('HSET', key, 'o', ARGV[1], 'n', attempt, 'l', now + ARGV[2])`,
    replace: `redis.call('HSET', key, 'n', attempt, 'l', now + ARGV[2])`,
  },
  {
    ...leftOut(
      'a deferred run does not enter the index',
      [72, 77],
      REDIS_STORE,
      '        await index.enter(key, leaseMs);',
    ),
    also: RENEWAL_LEAVES_THE_INDEX,
  },
  {
    name: 'a deferred run enters the index after its record',
    seeds: [226],
    file: REDIS_STORE,
    find: `        await index.enter(key, leaseMs);
        const args = [fingerprint, owner, attempt, ttlMs, leaseMs, answer, journal, limitMs];
        const reply = await run(DEFER, key, ...args);`,
    replace: `        const args = [fingerprint, owner, attempt, ttlMs, leaseMs, answer, journal, limitMs];
        const reply = await run(DEFER, key, ...args);
        await index.enter(key, leaseMs);`,
  },
  {
    name: 'a run is deferred though Redis was emptied after the key had entered the index',
    seeds: [6_027_340],
    file: SCRIPTS,
    find: `if not r[2] then return {'absent'} end
if r[1] ~= owner then return lost(r) end
if r[2] ~= 'running' then`,
    replace: `if r[2] and r[1] ~= owner then return lost(r) end
if r[2] and r[2] ~= 'running' then`,
  },
  {
    name: 'the index forgets what it is looked up for',
    also: RENEWAL_LEAVES_THE_INDEX,
    seeds: [72, 77],
    file: INDEX,
    find: `for i = 1, #due, 2 do redis.call('ZADD', KEYS[1], score, due[i]) end`,
    replace: `for i = 1, #due, 2 do redis.call('ZREM', KEYS[1], due[i]) end`,
  },
  {
    name: 'an answer that was not stored, because another has the run, counts as stored',
    seeds: [1862, 2132],
    file: REDIS_STORE,
    find: `const status = statusOf(['stored', 'settled', 'lost'], reply);
      if (status === 'lost') return lost(reply);`,
    replace: `const status = statusOf(['stored', 'settled', 'lost'], reply);`,
  },
];

/** While the store is away, and when it is back. */
const WHILE_AWAY: readonly PlantedBug[] = [
  {
    name: 'a script that Redis has forgotten is an outage',
    seeds: [1, 22],
    file: REDIS_STORE,
    find: `if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw ours(error);`,
    replace: 'throw ours(error);',
  },
  leftOut('the circuit never closes', [22, 157], BREAKER, `this.#switch('ok');`),
  {
    name: 'a hiccup is not waited out',
    seeds: [22, 31],
    file: RESILIENT,
    find: 'const leftMs = hiccupMs - (asking.waitedMs ?? 0);',
    replace: 'const leftMs = 0 * hiccupMs;',
  },
  {
    name: 'a call that failed because the process stood still is not made again',
    seeds: [105_069],
    file: RESILIENT,
    find: 'let atOnce = stoodStill(begun);',
    replace: 'let atOnce = false;',
  },
  leftOut(
    'a store that takes too long is waited for',
    [54, 228],
    BREAKER,
    `      wait(storeTimeoutMs - graceMs, () =>
        wait(graceMs, () => {
          waiting = false;
          failed(new StoreTimeoutError(storeTimeoutMs));
        }),
      );`,
  ),
  leftOut(
    'answers seen before an outage are not remembered',
    [2398, 2468],
    RESILIENT,
    `if (this.#recent.has(request.key)) return { ...this.#recent.acquire(alone), known: 'local' };`,
  ),
  leftOut('write-behind never writes', [465], WRITE_BEHIND, 'void this.#write();'),
  {
    name: 'write-behind keeps an answer that has lost',
    seeds: [1313, 1402],
    file: WRITE_BEHIND,
    find: 'this.#local.forget(key);',
    replace: `if (result.status !== 'lost') this.#local.forget(key);`,
  },
  leftOut(
    'an answer that was written behind is not remembered',
    [101_641],
    WRITE_BEHIND,
    'this.#taken(request, result);',
  ),
];

/** In the one run, before its answer and after it. */
const IN_THE_RUN: readonly PlantedBug[] = [
  leftOut(
    'duplicates in one process do not join',
    [192, 203],
    `${ENGINE}/engine.ts`,
    'if (present !== undefined) return present.join(request);',
  ),
  {
    name: 'no deadline for those who wait',
    seeds: [2, 7],
    file: `${ENGINE}/flight.ts`,
    find: 'waiter.timer = clock.setTimeout(() => this.#deadline(waiter), waiter.request.deadline - clock.now());',
    replace: 'void clock;',
  },
  leftOut(
    'the timer of a deadline outlives its request',
    [109, 175],
    `${ENGINE}/flight.ts`,
    'if (waiter.timer !== undefined) this.#parts.clock.clearTimeout(waiter.timer);',
  ),
  {
    name: "the winner's answer is not taken",
    seeds: [5_920, 8_324],
    file: `${ENGINE}/flight.ts`,
    find: `      this.#answer(winner.answer, 'held', 'joined');
      return;`,
    replace: `      const own = this.#run?.outcome;
      this.#answer(own?.state === 'finished' ? own.answer : winner.answer, 'held', 'joined');
      return;`,
  },
  {
    name: 'an answer that the store did not take is thrown away, and the handler runs again',
    seeds: [494],
    file: `${ENGINE}/flight.ts`,
    find: '    this.#answer(answer, known, undefined);',
    replace: `    if (known === 'held') this.#answer(answer, known, undefined);
    else this.failed(undefined);`,
  },
  {
    name: 'a new token for every try',
    seeds: [1, 12],
    file: `${ENGINE}/flight.ts`,
    find: 'const request = { key, fingerprint, owner: this.#owner, leaseMs, ttlMs, waitedFor };',
    replace:
      'const request = { key, fingerprint, owner: this.#parts.newOwner(), leaseMs, ttlMs, waitedFor };',
  },
  {
    name: 'lease not renewed',
    seeds: [2, 9],
    file: `${ENGINE}/run.ts`,
    find: `if (this.phase === 'running') this.keepLease(leaseAgeMs);`,
    replace: 'void leaseAgeMs;',
  },
  {
    name: 'lease of a deferred run not renewed',
    seeds: [12, 20],
    file: DEFERRED_PHASE,
    find: 'this.#run.keepLease(0);',
    replace: 'this.#run.keepLease(0); Object.assign(this.#run, { keepLease() {} });',
  },
  {
    name: 'journal written after the answer',
    seeds: [1887, 1938],
    file: DEFERRED_PHASE,
    find: 'if (isPromise(stored)) this.#writing = stored;',
    replace: `if (isPromise(stored)) return { status: 'stored' };`,
  },
  {
    name: 'the timer of a limit outlives its run',
    seeds: [2, 3],
    file: DEFERRED_PHASE,
    find: 'clock.clearTimeout(this.#limit);',
    replace: 'void clock;',
  },
];

/** Before and after what rings is sent. */
const RINGING_TWICE: readonly PlantedBug[] = [
  {
    name: 'sent without the mark that it is being sent',
    seeds: [4, 56],
    file: 'src/callbacks/assignment/deferred.ts',
    find: 'if (!REPEATABLE.has(named.instruction)) {',
    replace: 'if (!REPEATABLE.has(named.instruction) && run.lost) {',
  },
  {
    name: 'sent though the store did not take the mark',
    seeds: [56],
    file: DEFERRED_PHASE,
    find: `if (written === 'held') return;`,
    replace: `if (written !== 'again') return;`,
  },
  {
    name: 'the mark is confirmed without being written',
    seeds: [1673],
    file: DEFERRED_PHASE,
    find: '    this.journal = journal;\n    const { clock, store } = this.#parts;',
    replace: '    const { clock, store } = this.#parts;',
  },
  {
    name: 'a deferred answer is told before its end is on record',
    seeds: [56, 365],
    file: 'src/callbacks/assignment/deferred.ts',
    find: 'await run.finish();',
    replace: 'void run.finish().catch(() => {});',
  },
  {
    name: 'a takeover sends again what was being sent',
    seeds: [4, 77],
    file: 'src/callbacks/assignment/takeover.ts',
    find: 'if (cutOff) {',
    replace: 'if (cutOff && run.lost) {',
  },
  {
    name: 'nobody looks for deferred runs of the dead',
    seeds: [72, 106],
    file: `${ENGINE}/engine.ts`,
    find: 'takeover = new Takeover(parts, handler)',
    replace: 'void handler',
  },
  leftOut(
    'the look for deferred runs goes on after close',
    [6, 7],
    `${ENGINE}/engine.ts`,
    'takeover?.stop();',
  ),
];

export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...IN_REDIS,
  ...WHILE_AWAY,
  ...IN_THE_RUN,
  ...RINGING_TWICE,
];
