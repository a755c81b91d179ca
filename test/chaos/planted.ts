import type { Patch } from '../support/bundle.js';

const SCRIPTS = 'src/idempotency/store/redis/scripts.ts';

/** Bugs that a chaos run must find: put into a copy of the sources, never into `src/` itself. */
export const PLANTED: readonly (Patch & { readonly name: string })[] = [
  {
    name: 'a run whose lease holds is taken over',
    file: SCRIPTS,
    find: `if left > 0 then return {'running', attempt, left} end`,
    replace: '',
  },
  {
    name: 'an answer is called stored, and is not',
    file: SCRIPTS,
    find: `elseif r[2] == 'running' then
  redis.call('HSET', key, 's', state, 'a', answer)`,
    replace: `elseif r[2] == 'running' then
  redis.call('HSET', key, 's', 'failed')`,
  },
  {
    name: 'what is finished runs again',
    file: SCRIPTS,
    find: `if state == 'finished' or state == 'deferred' then return {'finished', r[6]} end`,
    replace: '',
  },
];
