import type { TakenRun } from '../../idempotency/types.js';
import { type ContextParts, RunningAssignment, readAttributes } from '../callback-context.js';
import { clientFor, noClient } from '../client.js';
import type { Deciding } from './decide.js';
import { type Deferred, lossOf } from './deferred.js';
import { readJournal } from './journal.js';

export interface TakeoverParts extends ContextParts {
  readonly deciding: Deciding;
  readonly deferred: Deferred;
}

/** Takes over from a process that answered `{}` and died. Reads the reservation first, and decides only if it is pending. */
export function createTakeover(parts: TakeoverParts): (run: TakenRun) => Promise<void> {
  const { client, deciding, deferred } = parts;

  return async (run) => {
    const journal = readJournal(run.journal);
    const { form, via, sending: cutOff } = journal;
    const { attributes, unreadable } = readAttributes(form);
    const context = new RunningAssignment(form, via, attributes, run, parts, undefined);
    const nobody = { context, run, handler: () => cutOff?.handler, takenOver: true };
    if (cutOff) {
      context.log.error(
        cutOff,
        'A process died while it was sending a deferred answer; the answer is not sent again',
      );
      return deferred.cutOff(nobody, cutOff.instruction);
    }
    try {
      const reservation = clientFor(client, form.AccountSid)
        ?.workspace(form.WorkspaceSid)
        .reservation(form.TaskSid, form.ReservationSid);
      if (!reservation) throw noClient('a deferred answer');
      const { reservationStatus } = await reservation.fetch({ signal: lossOf(run) });
      context.log.warn({ reservationStatus }, 'Took over a deferred answer from a process that died');
      if (reservationStatus !== 'pending') return deferred.untried(nobody);
    } catch (error) {
      // The next owner looks at it.
      if (run.lost) throw error;
      context.log.warn({ err: error }, 'Took over a deferred answer, but could not read its reservation');
      return deferred.untried(nobody, error);
    }
    let name: string | undefined;
    const decide = async () => {
      const chosen = await deciding.choose(context, unreadable);
      name = chosen.name;
      return (await deciding.decide(chosen, context)).decision;
    };
    await deferred.end({ run, context, handler: () => name, takenOver: true, journal, decide });
    context.runAfterwards();
  };
}
