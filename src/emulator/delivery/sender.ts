import { setMaxListeners } from 'node:events';
import { type JudgeOptions, judgeAssignmentAnswer } from '../../instructions/index.js';
import type { CallbackKind } from '../world/faults.js';
import type { World } from '../world/world.js';
import { Gate, Unfinished } from './concurrency.js';
import { CallbackFaults } from './faults.js';
import type { Delivery, DeliveryLog } from './log.js';
import { type CallbackMethod, type Posted, post } from './post.js';

/** Sockets this machine opens at a time. Twilio has more; the limits of time begin when a request is sent. */
const MOST_AT_ONCE = 64;

/** A request to be made. */
export interface Outgoing {
  readonly callback: CallbackKind;
  readonly via: Delivery['via'];
  readonly url: string;
  /** Default: `POST`. With `GET` the parameters go into the query, and the signature covers the URL alone. */
  readonly method?: CallbackMethod | undefined;
  readonly limitMs: number;
  readonly params: Readonly<Record<string, string>>;
  /** How much of an answer is read, in bytes. Default: all of it. */
  readonly mostBytes?: number | undefined;
  readonly about: Pick<Delivery, 'workspaceSid' | 'eventType' | 'taskSid' | 'reservationSid'>;
}

/** What came of a request, and the number of its delivery. */
export type Sent = Posted & { readonly deliveryId: number };

/** What an entry of the debugger is about. */
export type About = Outgoing['about'] & { readonly deliveryId?: number | undefined };

export interface SenderParts extends Pick<JudgeOptions, 'noContent'> {
  readonly world: World;
  readonly deliveries: DeliveryLog;
  readonly fetch: typeof globalThis.fetch;
  /** 32 new hexadecimal digits. */
  readonly hex: () => string;
}

/** Sends signed requests of every kind, through the faults that are switched on, and keeps what came of each. */
export class CallbackSender {
  readonly #parts: SenderParts;
  readonly #unfinished = new Unfinished();
  readonly #gates: Readonly<Record<CallbackKind, Gate>> = {
    assignment: new Gate(MOST_AT_ONCE),
    event: new Gate(MOST_AT_ONCE),
    status: new Gate(MOST_AT_ONCE),
    twiml: new Gate(MOST_AT_ONCE),
  };
  readonly #callbackFaults: CallbackFaults;
  readonly #closing = new AbortController();

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#callbackFaults = new CallbackFaults(parts.world.faults);
    // Every request under way listens to it.
    setMaxListeners(0, this.#closing.signal);
  }

  /** True once nothing is sent any more. */
  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Counts this work, which sends something, as under way until it ends. It must not throw. */
  follow(work: Promise<void>): void {
    this.#unfinished.add(work);
  }

  /** Resolves when no work is under way. */
  quiet(): Promise<void> {
    return this.#unfinished.quiet();
  }

  /** Ends every request; none is sent any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.quiet();
  }

  /** Sends one request, or two when `duplicate` strikes; undefined: the emulator closes. */
  async send(request: Outgoing): Promise<Sent | undefined> {
    const { world, hex } = this.#parts;
    const answered = await this.#callbackFaults.hold(request.callback, this.#closing.signal);
    const id = hex();
    const token = [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join(
      '-',
    );
    const first = this.#post(request, token);
    if (world.faults.take('duplicate', request.callback))
      this.follow(this.#post(request, token).then(() => {}));
    try {
      return await first;
    } finally {
      answered();
    }
  }

  /** Puts an entry into what Twilio's debugger would show. */
  debug(about: About, code: number, message: string, level?: 'warning'): void {
    const { workspaceSid, taskSid, reservationSid, deliveryId } = about;
    const at = this.#parts.world.now();
    this.#parts.deliveries.debug({
      at,
      code,
      message,
      level,
      workspaceSid,
      taskSid,
      reservationSid,
      deliveryId,
    });
  }

  async #post(request: Outgoing, token: string): Promise<Sent | undefined> {
    const { world, fetch, deliveries } = this.#parts;
    const { callback, via, url, method, params, limitMs, mostBytes, about } = request;
    return this.#gates[callback].pass(async () => {
      if (this.closed) return undefined;
      const at = world.now();
      const common = { ...about, callback, via, url, at, parameters: params, token, method };
      if (world.faults.take('drop', callback)) {
        const deliveryId = deliveries.delivery({
          ...common,
          ms: 0,
          outcome: 'dropped',
          status: undefined,
          instruction: undefined,
          answer: undefined,
        });
        return { ok: false, ms: 0, reason: 'connection', deliveryId };
      }
      const hangUp = world.faults.take('hangUp', callback) !== undefined;
      const { signal } = this.#closing;
      const { authToken } = world;
      const posted = await post({
        ...{ url, method, params, authToken, token, limitMs, mostBytes, fetch, signal, hangUp },
      });
      if (signal.aborted) return undefined;
      const answer = posted.ok ? posted.body : undefined;
      const deliveryId = deliveries.delivery({
        ...common,
        ms: posted.ms,
        outcome: posted.ok ? 'answered' : posted.reason,
        status: posted.ok ? posted.status : undefined,
        instruction: callback === 'assignment' && posted.ok ? this.#instructionIn(posted) : undefined,
        serverTiming: posted.ok ? posted.serverTiming : undefined,
        contentType: posted.ok ? posted.contentType : undefined,
        answer: answer?.slice(0, 2_000),
      });
      return { ...posted, deliveryId };
    });
  }

  /** The name of the instruction an answer holds, if Twilio would take it. */
  #instructionIn(posted: Extract<Posted, { ok: true }>): string | undefined {
    const judged = judgeAssignmentAnswer(posted, this.#parts);
    return judged.verdict === 'taken' ? judged.instruction.instruction : undefined;
  }
}
