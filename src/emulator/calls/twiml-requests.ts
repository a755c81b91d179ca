import type { About, CallbackSender } from '../delivery/sender.js';
import { isNearby } from './nearby.js';
import { checkTwiml, MOST_TWIML_BYTES, type TwimlVerdict } from './twiml.js';

/** twilio.com/docs/usage/webhooks/webhooks-connection-overrides: voice has 15 s. */
const LIMIT_MS = 15_000;

/** Requests the TwiML that a call goes on with, and puts what is wrong with it into the debugger. */
export class TwimlRequests {
  readonly #sender: CallbackSender;

  constructor(sender: CallbackSender) {
    this.#sender = sender;
  }

  /**
   * A URL on the public network is not requested, and taken for good.
   * @param answered - hears what came, unless the emulator closes.
   */
  ask(
    url: string,
    params: Readonly<Record<string, string>>,
    of: { readonly workspaceSid: string; readonly taskSid: string; readonly reservationSid: string },
    answered: (verdict: TwimlVerdict) => void,
  ): void {
    const { workspaceSid, taskSid, reservationSid } = of;
    if (!isNearby(url)) {
      this.#sender.follow(Promise.resolve().then(() => answered({})));
      return;
    }
    const about = { workspaceSid, taskSid, reservationSid, eventType: 'twiml' };
    this.#sender.follow(this.#ask(url, params, about, answered));
  }

  async #ask(
    url: string,
    params: Readonly<Record<string, string>>,
    about: Omit<About, 'deliveryId'>,
    answered: (verdict: TwimlVerdict) => void,
  ): Promise<void> {
    const request = { callback: 'twiml', via: 'primary', limitMs: LIMIT_MS, url, params, about } as const;
    // One byte more than may be: a document that is too large is told from one that is cut.
    const posted = await this.#sender.send({ ...request, mostBytes: MOST_TWIML_BYTES + 1 });
    if (!posted) return;
    const verdict: TwimlVerdict = posted.ok
      ? checkTwiml(posted)
      : { problem: { code: 11200, message: `no answer came: ${posted.reason}` } };
    const { problem } = verdict;
    if (problem) {
      const told = { ...about, deliveryId: posted.deliveryId };
      this.#sender.debug(
        told,
        problem.code,
        `The TwiML of the call cannot be used: ${problem.message}`,
        problem.level,
      );
    }
    answered(verdict);
  }
}
