import type { Instruction } from './app.js';
import type { Events } from './events.js';
import type { ReservationPlan } from './plan.js';
import { RINGING } from './plan.js';
import type { Process } from './process.js';
import type { Random } from './random.js';

/** How long Twilio waits for an answer to a callback. */
export const TWILIO_WAITS_MS = 5_000;
/** How long the REST client waits for an answer, retries included. */
const REST_WAITS_MS = 3_000;

/** A reservation, as Twilio has it. */
export interface Reservation {
  readonly plan: ReservationPlan;
  readonly place: number;
  status: 'pending' | 'accepted' | 'rejected' | 'canceled';
  /** How often the handler was begun for it. */
  runs: number;
}

/** What an instruction does to a reservation that is pending. A phone that rings leaves it pending for a while. */
export function carryOut(events: Events, reservation: Reservation, instruction: string): void {
  if (reservation.status !== 'pending') return;
  if (instruction === 'reject') reservation.status = 'rejected';
  else if (!RINGING.has(instruction)) reservation.status = 'accepted';
  else {
    events.in(6_000, undefined, 'input', () => {
      if (reservation.status === 'pending') reservation.status = 'accepted';
    });
  }
}

interface CallOptions {
  readonly signal?: AbortSignal;
}

/** The REST client of one process: its requests and answers travel, and are lost as the reservation's plan says. */
export function restClient(
  events: Events,
  process: Process,
  random: Random,
  reservationOf: (reservationSid: string) => Reservation,
  sent: (reservation: Reservation, instruction: Instruction) => void,
): object {
  /** `carryOut` happens at Twilio. `lost`: nobody knows whether it did. */
  function exchange<T>(
    way: ReservationPlan['rest'],
    signal: AbortSignal | undefined,
    carryOut: () => T,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(failure('aborted', {}));
      const travelMs = () => random.int(15, 60);
      const timer = events.in(REST_WAITS_MS, process, 'timer', () =>
        reject(failure('lost', { maybeApplied: true })),
      );
      const end = (then: () => void) => {
        timer.cancelled = true;
        then();
      };
      signal?.addEventListener('abort', () => end(() => reject(failure('aborted', { maybeApplied: true }))), {
        once: true,
      });
      if (way === 'request lost') return;
      events.in(travelMs(), undefined, 'input', () => {
        let back: () => void;
        try {
          if (way === 'refused') throw failure('refused', { status: 403 });
          const result = carryOut();
          back = () => resolve(result);
        } catch (error) {
          back = () => reject(error);
        }
        if (way === 'reply lost') return;
        events.in(travelMs() + (way === 'slow' ? 1_500 : 0), process, 'input', () => end(back));
      });
    });
  }

  const reservation = (_taskSid: string, sid: string) => {
    const found = reservationOf(sid);
    return {
      sid,
      fetch: ({ signal }: CallOptions = {}) =>
        exchange(found.plan.rest === 'refused' ? 'refused' : 'ok', signal, () => ({
          sid,
          reservationStatus: found.status,
        })),
      apply(instruction: Instruction, { signal }: CallOptions = {}) {
        sent(found, instruction);
        return exchange(found.plan.rest, signal, () => {
          if (found.status !== 'pending') throw failure('not pending', { code: 'state', status: 400 });
          carryOut(events, found, instruction.instruction);
          return {};
        });
      },
    };
  };
  const workspace = () => ({
    reservation,
    tasks: { fetch: async () => ({ taskChannelUniqueName: 'voice' }) },
    workflows: { fetch: async () => ({ taskReservationTimeout: 86_400 }) },
  });
  return { names: { resolve: async (_kind: string, name: string) => name, get: () => undefined }, workspace };
}

function failure(message: string, facts: object): Error {
  return Object.assign(new Error(`REST: ${message}`), facts);
}
