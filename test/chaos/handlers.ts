import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { defer, defineAssignment, defineOtherwise, redirect } from 'taskrouter-kit';
import type { HandlerLine } from './history.js';

const { CHAOS_LOG = '', CHAOS_PROCESS = '' } = process.env;

/** Not the clock of the process, which jumps here. */
const now = () => performance.timeOrigin + performance.now();

/** Written at once, so that a kill after it cannot take it back. */
function note(line: Omit<HandlerLine, 'at' | 'process' | 'pid'>): void {
  appendFileSync(
    CHAOS_LOG,
    `${JSON.stringify({ at: now(), process: Number(CHAOS_PROCESS), pid: process.pid, ...line })}\n`,
  );
}

/** Answers as no other run does, after whatever the task's attributes ask for. */
export default [
  defineAssignment(async ({ task, reservation }) => {
    const run = randomUUID();
    const { ms, call_sid, ...asked } = task.attributes as { ms: number; does: string; call_sid: string };
    // Each reservation of a task has a new chance, so that every task comes to its end.
    const does = Number.parseInt(reservation.sid.slice(-1), 16) < 8 ? asked.does : 'decide';
    note({ what: 'begun', sid: reservation.sid, run });
    if (does === 'block') {
      const end = performance.now() + ms;
      while (performance.now() < end);
    } else if (does === 'hang') {
      await new Promise(() => {});
    } else if (ms > 0) {
      await sleep(ms);
    }
    if (does === 'throw') {
      note({ what: 'threw', sid: reservation.sid, run });
      throw new Error('on purpose');
    }
    note({ what: 'decided', sid: reservation.sid, run });
    return redirect({ callSid: call_sid, url: `https://example.com/${run}` });
  }),
  defineOtherwise(defer()),
];
