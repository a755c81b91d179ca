// First: it counts the timers of what is imported after it.

import { serve } from '../../../src/cli/serve.js';
import { openTimers } from './count-timers.js';
import type { Held } from './start.js';

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
/** CPU time that was spent on telling what is held. */
let tellingMs = 0;

/** What the process holds once its garbage is gone. */
function held(): Held {
  const began = cpuMs();
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  let listeners = 0;
  for (const name of process.eventNames()) listeners += process.listenerCount(name);
  const now = {
    heapUsed: heapUsed + external,
    rss,
    sockets: process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length,
    timers: openTimers(),
    listeners,
    cpuMs: began - tellingMs,
  };
  tellingMs += cpuMs() - began;
  return now;
}

process.on('message', () => process.send?.(held()));
// Whoever started it has ended, however that came.
process.on('disconnect', () => process.exit());
// The channel alone does not keep the process.
process.channel?.unref();

await serve();
