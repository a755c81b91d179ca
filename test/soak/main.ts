/*
 * npm run soak -- --minutes 15            a deployed endpoint at half load, with the memory store
 * npm run soak -- --minutes 15 --redis    the same with a Redis of its own
 */
import { parseArgs } from 'node:util';
import { soak } from './run.js';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '15' }, redis: { type: 'boolean', default: false } },
});
const minutes = Number(values.minutes);
if (!(minutes >= 2)) {
  console.error('--minutes must be 2 or more: the first minute and a half is warm-up.');
  process.exit(2);
}

const { violations, perSecond, callbacks, slopes, end, bytesPerRecord } = await soak({
  minutes,
  redis: values.redis,
  onSample: (line) => console.log(line),
});
const kib = (bytes: number) => (bytes / 1024).toFixed(1);
for (const [what, { perX, error }] of Object.entries(slopes))
  console.log(`${what}: ${kib(perX)} +/- ${kib(error)} KiB a minute after warm-up`);
if (bytesPerRecord !== undefined) console.log(`Redis: ${bytesPerRecord} bytes for each record`);
for (const violation of violations) console.log(`VIOLATION ${violation}`);
console.log(
  `${callbacks} callbacks, ${perSecond} a second; RSS ${kib(end.rss / 1024)} MiB at the end; ` +
    (violations.length === 0 ? 'flat, and nothing is left over' : `${violations.length} violations`),
);
process.exitCode = violations.length === 0 ? 0 : 1;
