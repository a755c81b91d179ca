import { deferredBy, type HandlerContext, instructionOf, placeOf } from './app.js';
import type { Behaviour } from './plan.js';
import type { Process } from './process.js';
import type { Said } from './trace.js';
import type { Reservation } from './twilio.js';

/** The handler of one process: it behaves as the plan of the reservation says for this run of it. */
export function handlerOf(
  process: Process,
  reservationAt: (place: number) => Reservation,
  say: (said: Said) => void,
): (context: HandlerContext) => unknown {
  return (context) => {
    const reservation = reservationAt(placeOf(context.reservationSid));
    reservation.runs += 1;
    const run = reservation.runs;
    const { runs, name } = reservation.plan;
    const behaviour = runs[Math.min(run, runs.length) - 1] as Behaviour;
    const here = { life: process.name, reservation: name, run };
    say({
      kind: 'run',
      ...here,
      what: `(${behaviour.does} ${behaviour.instruction} after ${behaviour.afterMs} ms)`,
    });

    /** Lets time pass. Rejects when the signal aborts, where the handler looks at it. */
    const wait = (ms: number, { signal }: HandlerContext) => {
      const slept = process.sleep(ms);
      if (!behaviour.heedsSignal) return slept;
      return new Promise<void>((resolve, reject) => {
        const stop = () => reject(new Error('aborted'));
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop, { once: true });
        void slept.then(resolve);
      });
    };
    const failed = (error: unknown): never => {
      say({ kind: 'threw', ...here });
      throw error;
    };

    const later = async (deferred: HandlerContext) => {
      const { afterMs, does } = behaviour.deferred!;
      await wait(does === 'hang' ? 1_000_000_000 : afterMs, deferred).catch(failed);
      if (does === 'throw') return failed(new Error('deferred function'));
      say({ kind: 'decided', ...here, what: `${behaviour.instruction}, by REST` });
      return instructionOf(behaviour.instruction, run);
    };
    const end = (): unknown => {
      if (behaviour.does === 'throw') return failed(new Error('handler'));
      if (behaviour.does === 'defer') {
        const { withinMs, onFailure } = behaviour.deferred!;
        return deferredBy(later, { withinMs, onFailure: onFailure && instructionOf(onFailure, run) });
      }
      const via = behaviour.does === 'rest' ? 'rest' : undefined;
      say({ kind: 'decided', ...here, what: behaviour.instruction });
      return instructionOf(behaviour.instruction, run, via);
    };

    if (behaviour.does === 'hang') return wait(1_000_000_000, context).catch(failed);
    if (behaviour.afterMs === 0) return end();
    return wait(behaviour.afterMs, context).catch(failed).then(end);
  };
}
