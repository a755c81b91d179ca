import { serve } from '../../src/cli/serve.js';

/** How far the process' clock is off, in milliseconds. `performance` goes on as before, as it does when NTP steps a clock. */
let off = 0;
const real = Date.now;
Date.now = () => real() + off;
process.on('message', (jump: number) => {
  off += jump;
});
// Whoever started it has ended, however that came.
process.on('disconnect', () => process.exit());
// The channel alone does not keep the process.
process.channel?.unref();

await serve();
