import { ConfigurationError } from '../../errors.js';
import { judgeAssignmentAnswer } from '../../instructions/index.js';
import { Unfinished } from '../delivery/concurrency.js';
import type { Delivery, DeliveryLog } from '../delivery/log.js';
import { post } from '../delivery/post.js';
import { notFound } from '../engine/refusal.js';
import { rfc2822 } from '../world/rfc2822.js';
import type { World } from '../world/world.js';
import type { Feed } from './feed.js';
import type { ReplayRequest } from './types.js';

const mostAtOnce = 8;

export interface ReplayParts {
  readonly feed: Feed;
  readonly world: Pick<World, 'now' | 'authToken'>;
  readonly deliveries: DeliveryLog;
  readonly fetch: typeof globalThis.fetch;
  /** 32 new hexadecimal digits. */
  readonly hex: () => string;
}

/** Sends callbacks again. What they are answered is kept as a delivery and not acted on: the reservation is another one. */
export class Replayer {
  readonly #parts: ReplayParts;
  readonly #closing = new AbortController();
  readonly #unfinished = new Unfinished();
  #running = 0;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
  }

  /**
   * Sends a delivery again, with the present time and a new signature.
   *
   * @returns the number of the new delivery.
   * @throws {EngineRefusal} 404 for one that is not kept; ConfigurationError `too-many-replays`.
   */
  async replay(id: number, { newKey = true }: ReplayRequest = {}): Promise<number> {
    const { feed, world, deliveries, fetch, hex } = this.#parts;
    const found = feed.deliveries.get(id)?.delivery;
    if (!found) throw notFound(`/Deliveries/${id}`);
    if (this.#running >= mostAtOnce) {
      throw new ConfigurationError(
        'too-many-replays',
        `${mostAtOnce} replays are in progress: wait for one to end.`,
      );
    }
    this.#running += 1;
    let ended = () => {};
    this.#unfinished.add(
      new Promise((resolve) => {
        ended = resolve;
      }),
    );
    try {
      const at = world.now();
      const params = anew(found, at, newKey ? hex : undefined);
      const token = uuid(hex());
      const posted = await post({
        url: found.url,
        method: found.method,
        params,
        authToken: world.authToken,
        token,
        limitMs: found.callback === 'assignment' ? 5_000 : 15_000,
        fetch,
        signal: this.#closing.signal,
        hangUp: false,
      });
      const judged = posted.ok && found.callback === 'assignment' ? judgeAssignmentAnswer(posted) : undefined;
      return deliveries.delivery({
        callback: found.callback,
        via: 'replay',
        at,
        ms: posted.ms,
        url: found.url,
        method: found.method,
        workspaceSid: found.workspaceSid,
        eventType: found.eventType,
        taskSid: found.taskSid,
        reservationSid: params.ReservationSid,
        outcome: posted.ok ? 'answered' : posted.reason,
        status: posted.ok ? posted.status : undefined,
        instruction: judged?.verdict === 'taken' ? judged.instruction.instruction : undefined,
        parameters: params,
        token,
        serverTiming: posted.ok ? posted.serverTiming : undefined,
        contentType: posted.ok ? posted.contentType : undefined,
        answer: posted.ok ? posted.body.slice(0, 2_000) : undefined,
        replayOf: id,
      });
    } finally {
      this.#running -= 1;
      ended();
    }
  }

  /** Ends every replay. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#unfinished.quiet();
  }
}

/** The form with the present time, and with what makes its key anew. */
function anew(
  { parameters, callback }: Delivery,
  at: number,
  hex: (() => string) | undefined,
): Readonly<Record<string, string>> {
  const changed: Record<string, string> = { ...parameters };
  // Of calls and conferences the time is a date.
  if (/^\d+$/.test(changed.Timestamp ?? '')) changed.Timestamp = String(Math.floor(at / 1_000));
  else if (changed.Timestamp !== undefined) changed.Timestamp = rfc2822(at);
  if (changed.TimestampMs !== undefined) changed.TimestampMs = String(at);
  if (hex && callback === 'assignment') changed.ReservationSid = `WR${hex()}`;
  if (hex && callback === 'event') changed.Sid = `EV${hex()}`;
  return changed;
}

const uuid = (id: string) =>
  [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-');
