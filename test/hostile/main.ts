/*
 * npm run hostile -- --requests 1000000 --seed 7    hostile requests to a deployed endpoint
 * npm run hostile -- --seed 7 --only 4711           one connection of them again
 * npm run hostile -- --half-open 10000              connections that never send a whole request, beside genuine callbacks
 * npm run hostile -- --timing                       whether times tell how much of a signature is right; what a 403 costs
 */
import { parseArgs } from 'node:util';
import { attack } from './attack.js';
import { holdOpen } from './half-open.js';
import { costOfRefusal, MOST_T, timeSignatures } from './timing.js';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
    'half-open': { type: 'string' },
    timing: { type: 'boolean', default: false },
  },
});

function whole(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} must be a whole number.`);
  process.exit(2);
}

const seed = whole('seed', values.seed);
const mb = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

function tell(violations: readonly string[], summary: string): void {
  for (const violation of violations) console.log(`VIOLATION ${violation}`);
  console.log(`${summary}; ${violations.length === 0 ? 'no violation' : `${violations.length} violations`}`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

if (values.timing) {
  const { ours, planted } = timeSignatures(1_000_000);
  const { answeredUs, refusedUs } = await costOfRefusal();
  const violations = [
    ...(Math.abs(ours.t) > MOST_T ? ['the time of a check tells how much of a signature is right'] : []),
    ...(planted.t < MOST_T
      ? ['a comparison that stops early was not seen: measure on a quieter machine']
      : []),
    ...(refusedUs > answeredUs ? ['a 403 costs more than a 200'] : []),
  ];
  for (const [what, { t, differenceNs }] of Object.entries({ ours, 'one that stops early': planted }))
    console.log(
      `${what}: 26 right characters take ${differenceNs.toFixed(1)} ns more than none, t = ${t.toFixed(1)}`,
    );
  tell(violations, `CPU of a 200: ${answeredUs.toFixed(0)} us, of a 403: ${refusedUs.toFixed(0)} us`);
} else if (values['half-open'] !== undefined) {
  console.log(`seed ${seed}`);
  const count = whole('half-open', values['half-open']);
  const { violations, longestS, callbacks, slowestMs, mostBytesHeld } = await holdOpen(count, seed);
  console.log('longest open, in seconds:', longestS);
  tell(
    violations,
    `${count} connections; ${callbacks} genuine callbacks meanwhile, the slowest ${slowestMs} ms; RSS ${mb(mostBytesHeld)}`,
  );
} else {
  console.log(`seed ${seed}`);
  const { violations, requests, connections, answers, warm, end, seconds } = await attack({
    seed,
    requests: whole('requests', values.requests),
    ...(values.only === undefined ? {} : { only: whole('only', values.only) }),
    onProgress: (sent, { heapUsed, rss }) =>
      console.log(`${sent} requests: heap ${mb(heapUsed)}, RSS ${mb(rss)}`),
  });
  console.log('answers:', answers);
  tell(
    violations,
    `${requests} requests over ${connections} connections in ${Math.round(seconds)} s; heap ${mb(warm.heapUsed)} once ` +
      `warm, ${mb(end.heapUsed)} at the end`,
  );
}
