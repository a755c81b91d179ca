import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import {
  type FormPairs,
  type SignatureFailure,
  type TokenSource,
  verifyRequest,
} from '../signature/index.js';
import { type CallbackAnswer, refused } from './answers.js';
import { firstValue } from './form.js';
import type { CallbackRequest } from './types.js';

/** `no-tokens-in-time`: the look-up of the account's tokens failed, or took until the deadline. */
export type SignatureVerdict = 'valid' | SignatureFailure | 'tokens-unavailable';

/** Says whether Twilio signed a request. */
export type CheckSignature = (
  request: CallbackRequest,
  pairs: FormPairs,
  deadline: number,
) => SignatureVerdict | Promise<SignatureVerdict>;

/** What is told about a mismatch outside production; see `explainSignature`. */
export type ExplainMismatch = (request: {
  readonly signature: string | undefined;
  readonly url: readonly string[];
  readonly params: FormPairs;
  readonly authTokens: readonly string[];
  /** Other hosts the client may have called, as a proxy says. */
  readonly hosts: readonly string[];
}) => string;

/**
 * Checks signatures against the tokens of the account that the request names. That name is not verified yet: it
 * chooses a key and nothing else. After a mismatch the tokens are asked for anew, in case they were replaced.
 */
export function createSignatureCheck(
  tokens: TokenSource,
  { clock, log, explain }: { clock: Clock; log: Logger; explain: ExplainMismatch | undefined },
): CheckSignature {
  let explainedAt = Number.NEGATIVE_INFINITY;

  return (request, pairs, deadline) => {
    const accountSid = firstValue(pairs, 'AccountSid');
    try {
      const known = tokens.tokens(accountSid);
      if (!(known instanceof Promise)) return check(request, pairs, accountSid, known, deadline);
      return inTime(
        known.then((found) => check(request, pairs, accountSid, found, deadline)),
        deadline,
      );
    } catch (error) {
      return unavailable(error);
    }
  };

  function check(
    request: CallbackRequest,
    pairs: FormPairs,
    accountSid: string | undefined,
    authTokens: readonly string[],
    deadline: number,
  ): SignatureVerdict | Promise<SignatureVerdict> {
    const signature = request.header('x-twilio-signature');
    const url = request.urls();
    const result = verifyRequest({ signature, url, params: pairs, authTokens });
    if (result.valid) return 'valid';
    const refused = (tried: readonly string[]) => {
      const forwarded = request.header('x-forwarded-host');
      const hosts = forwarded === undefined ? [] : [forwarded];
      explainOnce({ signature, url, params: pairs, authTokens: tried, hosts });
      return result.reason;
    };
    if (result.reason !== 'mismatch' && result.reason !== 'no-auth-token') return refused(authTokens);
    const fresh = tokens.refresh(accountSid, authTokens);
    if (fresh === undefined) return refused(authTokens);
    const again = (others: readonly string[] | undefined): SignatureVerdict =>
      others && verifyRequest({ signature, url, params: pairs, authTokens: others }).valid
        ? 'valid'
        : refused(authTokens);
    return fresh instanceof Promise ? inTime(fresh.then(again), deadline) : again(fresh);
  }

  /** A look-up may hang: the deadline of the callback holds for it as well. */
  async function inTime(verdict: Promise<SignatureVerdict>, deadline: number): Promise<SignatureVerdict> {
    let timer: unknown;
    const late = new Promise<SignatureVerdict>((resolve) => {
      timer = clock.setTimeout(() => {
        log.error({}, 'The authToken function did not answer before the deadline: answered 503');
        resolve('tokens-unavailable');
      }, deadline - clock.now());
    });
    try {
      return await Promise.race([verdict, late]);
    } catch (error) {
      return unavailable(error);
    } finally {
      clock.clearTimeout(timer);
    }
  }

  function unavailable(error: unknown): SignatureVerdict {
    log.error({ err: error }, 'The authToken function failed: answered 503');
    return 'tokens-unavailable';
  }

  function explainOnce(request: Parameters<ExplainMismatch>[0]): void {
    if (!explain || clock.now() - explainedAt < 10_000) return;
    explainedAt = clock.now();
    log.warn({}, explain(request));
  }
}

const REFUSALS: Readonly<Record<Exclude<SignatureVerdict, 'valid'>, string>> = {
  'missing-signature': 'The header X-Twilio-Signature is missing: only signed callbacks are taken.',
  'malformed-signature': 'The header X-Twilio-Signature is not a signature: 28 characters of base64.',
  'no-auth-token': 'No Auth Token is known for this account.',
  mismatch:
    'The signature does not match. Outside production the log of the endpoint says what would have matched.',
  'missing-body-hash': 'The URL lacks the bodySHA256 that a signed JSON body has.',
  'body-hash-mismatch': 'The body is not the one that was signed.',
  'tokens-unavailable': 'The Auth Token of this account could not be looked up.',
};

/** The answer to a request whose signature cannot be accepted. */
export function signatureRefusal(verdict: Exclude<SignatureVerdict, 'valid'>): CallbackAnswer {
  const code = verdict === 'mismatch' ? 'signature-mismatch' : verdict;
  return refused(verdict === 'tokens-unavailable' ? 503 : 403, code, REFUSALS[verdict]);
}
