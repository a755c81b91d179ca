import { setTimeout as wait } from 'node:timers/promises';
import type { About, CallbackSender } from '../delivery/sender.js';
import { isNearby } from './nearby.js';
import type { StatusTarget } from './types.js';

/** twilio.com/docs/usage/webhooks/webhooks-connection-overrides: the default total time of a webhook. */
const LIMIT_MS = 15_000;
/** How long the next request about a call waits for the answer to the one before, in real time. */
const IN_ORDER_MS = 2_000;

/**
 * Tells status callback URLs what happens. Requests about one call, or one conference, leave in order: each after the one
 * before was answered, or after {@link IN_ORDER_MS}. Twilio promises no order; out of order they would only be harder to
 * test against, and the switch `reorder` does that on purpose.
 */
export class StatusCallbacks {
  readonly #sender: CallbackSender;
  /** By call or conference: resolves when the next request may leave. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(sender: CallbackSender) {
    this.#sender = sender;
  }

  /** @param about - `eventType` is the event's name. */
  tell(
    sid: string,
    target: StatusTarget,
    params: Readonly<Record<string, string>>,
    about: Omit<About, 'deliveryId'>,
  ): void {
    const before = this.#last.get(sid) ?? Promise.resolve();
    const sent = before.then(() => this.#send(target, params, about));
    const next = before.then(() => Promise.race([sent, pause(IN_ORDER_MS, sent)]));
    this.#last.set(sid, next);
    this.#sender.follow(sent);
    this.#sender.follow(
      next.then(() => {
        if (this.#last.get(sid) === next) this.#last.delete(sid);
      }),
    );
  }

  async #send(
    target: StatusTarget,
    params: Readonly<Record<string, string>>,
    about: Omit<About, 'deliveryId'>,
  ): Promise<void> {
    const { url, method } = target;
    if (!isNearby(url)) return;
    const request = {
      callback: 'status',
      via: 'primary',
      limitMs: LIMIT_MS,
      url,
      method,
      params,
      about,
    } as const;
    const posted = await this.#sender.send({ ...request, mostBytes: 2_000 });
    if (!posted) return;
    const what = `The status callback ${about.eventType}`;
    const told = { ...about, deliveryId: posted.deliveryId };
    if (!posted.ok) this.#sender.debug(told, 11205, `${what} got no answer: ${posted.reason}`, 'warning');
    else if (posted.status < 200 || posted.status > 299)
      this.#sender.debug(told, 11200, `${what} was answered ${posted.status}`, 'warning');
  }
}

/** Resolves after `ms`, or when the work ends: no timer is left behind. */
async function pause(ms: number, work: Promise<void>): Promise<void> {
  const ended = new AbortController();
  void work.then(() => ended.abort());
  await wait(ms, undefined, { signal: ended.signal }).catch(() => {});
}
