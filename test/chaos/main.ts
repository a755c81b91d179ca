/*
 * npm run chaos -- --minutes 10 --seed 7    three endpoints, a local TaskRouter and a faulty Redis for ten minutes
 * npm run chaos -- --planted                the same for half a minute each, with bugs that must be found
 */
import { parseArgs } from 'node:util';
import { PLANTED } from './planted.js';
import { chaos } from './run.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    processes: { type: 'string', default: '3' },
    rate: { type: 'string', default: '20' },
    planted: { type: 'boolean', default: false },
  },
});

function number(name: 'minutes' | 'seed' | 'processes' | 'rate'): number {
  const given = Number(values[name]);
  if (Number.isFinite(given) && given > 0) return given;
  console.error(`--${name} must be a number above 0.`);
  process.exit(2);
}

const seed = number('seed');
if (values.planted) {
  for (const { name, ...patch } of PLANTED) {
    const { violations } = await chaos({ seed, seconds: 30, patches: [patch] });
    console.log(
      `${violations.length > 0 ? 'caught' : 'MISSED'}  ${name}: ${violations[0]?.kind ?? 'no violation'}`,
    );
    if (violations.length === 0) process.exitCode = 1;
  }
} else {
  const seconds = Math.round(number('minutes') * 60);
  console.log(`seed ${seed}, ${seconds} s`);
  const { violations, figures, faults, excused, logs } = await chaos({
    seed,
    seconds,
    processes: number('processes'),
    tasksPerSecond: number('rate'),
  });
  console.log({ figures, faults, excused });
  for (const { kind, sid, says } of violations.slice(0, 20)) console.log(`VIOLATION ${kind} ${sid}: ${says}`);
  console.log(
    violations.length === 0 ? 'No violation.' : `${violations.length} violations. The logs are in ${logs}`,
  );
  process.exitCode = violations.length === 0 ? 0 : 1;
}
// A socket that is left over at times would keep this process.
process.exit();
