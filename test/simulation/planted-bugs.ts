import type { Patch } from './bundle.js';

/** A bug that the simulation must find: put into a copy of the sources, never into `src/` itself. */
export interface PlantedBug extends Patch {
  readonly name: string;
  /** Where to look first: seeds that have shown it. Others are tried after them. */
  readonly seeds?: readonly number[];
}

const ENGINE = 'src/idempotency';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'owner check left out of complete',
    seeds: [11],
    file: `${ENGINE}/redis-scripts.ts`,
    find: `elseif r[1] ~= owner then
  return 'lost'
elseif r[2] == 'running' then
  redis.call('HSET', key, 's', state, 'a', answer)
elseif r[3] ~= answer then
  return 'lost'`,
    replace: `elseif r[2] ~= 'late' then
  redis.call('HSET', key, 's', state, 'a', answer)`,
  },
  {
    name: 'an answer is stored over another',
    seeds: [22],
    file: `${ENGINE}/redis-scripts.ts`,
    find: `  if r[1] ~= owner then return 'lost' end
  if r[2] ~= 'running' then`,
    replace: `  if r[2] == 'late' then`,
  },
  {
    name: 'lease not renewed',
    seeds: [2],
    file: `${ENGINE}/flight.ts`,
    find: 'run.keepLease(renewMs, () => this.#renew(run), Math.max(0, this.#askedAt + renewMs - clock.now()));',
    replace: 'void [renewMs, clock, this.#renew];',
  },
  {
    name: 'lease of a deferred run not renewed',
    seeds: [12],
    file: `${ENGINE}/late-flight.ts`,
    find: 'this.#run.keepLease(this.#tower.renewMs, () => this.#renew());',
    replace: '',
  },
  {
    name: 'release of what another owns',
    seeds: [557],
    file: `${ENGINE}/redis-scripts.ts`,
    find: `if r[1] == ARGV[1] and r[2] == 'running' then redis.call('DEL', KEYS[1]) end
if r[1] ~= ARGV[1] or r[2] ~= 'late' then return 'released' end`,
    replace: `if r[2] == 'running' or r[2] == 'finished' then redis.call('DEL', KEYS[1]) end
if r[2] ~= 'late' then return 'released' end`,
  },
  {
    name: 'journal written after the answer',
    seeds: [296],
    file: `${ENGINE}/flight.ts`,
    find: `    this.#tower.guard.call(
      'answerEarly',
      (store) => store.answerEarly(early),
      (result) => (result === 'lost' ? this.#lost(run) : answered(true)),
      () => answered(false),
    );`,
    replace: `    answered(true);
    this.#tower.guard.call('answerEarly', (store) => store.answerEarly(early), () => {}, () => {});`,
  },
  {
    name: 'a run is claimed though its lease holds',
    seeds: [12],
    file: `${ENGINE}/redis-scripts.ts`,
    find: `if r[2] - now > 0 then return {'held'} end`,
    replace: '',
  },
  {
    name: 'sent without the mark that it is being sent',
    seeds: [4],
    file: 'src/callbacks/late.ts',
    find: 'if (!REPEATABLE.has(named.instruction)) {',
    replace: 'if (!REPEATABLE.has(named.instruction) && run.lost) {',
  },
  {
    name: 'duplicates in one process do not join',
    seeds: [192],
    file: `${ENGINE}/engine.ts`,
    find: 'if (present !== undefined) return present.join(request);',
    replace: '',
  },
  {
    name: 'a lease that holds does not keep others out',
    file: `${ENGINE}/redis-scripts.ts`,
    find: `if left > 0 then return {'running', attempt, left} end`,
    replace: '',
  },
  {
    name: 'a deferred answer is not repeated',
    seeds: [77],
    file: `${ENGINE}/redis-scripts.ts`,
    find: `if state == 'finished' or state == 'late' then return {'finished', r[6]} end`,
    replace: `if state == 'finished' then return {'finished', r[6]} end`,
  },
  {
    name: 'no deadline for those who wait',
    file: `${ENGINE}/waiters.ts`,
    find: 'waiter.timer = this.#clock.setTimeout(() => this.#onDeadline(waiter), left);',
    replace: 'void left;',
  },
  {
    name: 'what was answered without the store is forgotten',
    seeds: [16],
    file: `${ENGINE}/flight.ts`,
    find: `if (outcome.state === 'finished') lateWrites.add(request);
        else if (run.degraded)`,
    replace: `void lateWrites;
        if (run.degraded)`,
  },
  {
    name: 'a run that is lost goes on',
    seeds: [619],
    file: `${ENGINE}/late-flight.ts`,
    find: `'a late run lost its lease: another process has taken it over');
    this.#run.lose();`,
    replace: `'a late run lost its lease: another process has taken it over');`,
  },
  {
    name: 'nobody looks for deferred runs of the dead',
    seeds: [22],
    file: `${ENGINE}/engine.ts`,
    find: 'takeOver = new TakeOver(tower, handler)',
    replace: 'void handler',
  },
  {
    name: 'the look for deferred runs goes on after close',
    file: `${ENGINE}/engine.ts`,
    find: 'takeOver?.stop();',
    replace: '',
  },
  {
    name: 'a store that takes too long is waited for',
    seeds: [54],
    file: `${ENGINE}/guard.ts`,
    find: 'wait(storeTimeoutMs - graceMs, () => wait(graceMs, timedOut));',
    replace: 'void [wait, graceMs, timedOut];',
  },
];
