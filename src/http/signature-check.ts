import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import {
  type FormPairs,
  isSignature,
  type SignatureFailure,
  type TokenSource,
  TooManyLookups,
  verifyRequest,
} from '../signature/index.js';
import { type CallbackAnswer, refused } from './answers.js';
import { firstValue } from './form.js';
import { isHost } from './host.js';
import type { CallbackRequest } from './types.js';

/**
 * `tokens-unavailable`: the look-up of the account's tokens failed, or took until the deadline. `too-many-lookups`: see
 * `TooManyLookups`.
 */
export type SignatureVerdict = 'valid' | SignatureFailure | 'tokens-unavailable' | 'too-many-lookups';

/** Says whether Twilio signed a request. */
export type CheckSignature = (
  request: CallbackRequest,
  pairs: FormPairs,
  deadline: number,
) => SignatureVerdict | Promise<SignatureVerdict>;

/** What the log says about a mismatch outside production; see `explainSignature`. */
export type ExplainMismatch = (request: {
  readonly signature: string | undefined;
  readonly url: readonly string[];
  readonly params: FormPairs;
  readonly authTokens: readonly string[];
  /** Other hosts the client may have called, according to a proxy. */
  readonly hosts: readonly string[];
  /** How long it may take, in milliseconds. */
  readonly budgetMs: number;
}) => string;

/** Longer names and values are tried only with the likeliest forms of the URL. Legal attributes take 25 KB. */
const LONG_FORM = 64 * 1024;

/**
 * How large a request may be to be explained, and how long that may take: it blocks the event loop, and anybody can cause
 * it. Twilio's own callbacks are smaller than this unless their attributes are at their limit.
 */
const EXPLAINED = { mostCharacters: 16 * 1024, budgetMs: 25, everyMs: 10_000 } as const;

/**
 * Judges only the header, so that a request without a signature costs neither a body nor a token look-up.
 *
 * @returns what is wrong with it, if anything.
 */
export function judgeSignatureHeader(
  header: string | undefined,
): 'missing-signature' | 'malformed-signature' | undefined {
  if (header === undefined || header === '') return 'missing-signature';
  return isSignature(header) ? undefined : 'malformed-signature';
}

/**
 * Checks signatures against the tokens of the account that the request names. That name is not verified yet: it chooses
 * a key and nothing else. After a mismatch the tokens are looked up again, in case they were replaced.
 */
export function createSignatureCheck(
  tokens: TokenSource,
  { clock, log, explain }: { clock: Clock; log: Logger; explain: ExplainMismatch | undefined },
): CheckSignature {
  let explainedAt = Number.NEGATIVE_INFINITY;
  let crowdedAt = Number.NEGATIVE_INFINITY;

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
    const signature = request.header('x-twilio-signature')!;
    const url = request.urls();
    const characters = charactersOf(pairs);
    const signed = {
      signature,
      url,
      params: pairs,
      urlForms: characters > LONG_FORM ? 'port' : 'every',
    } as const;
    const result = verifyRequest({ ...signed, authTokens });
    if (result.valid) return valid(accountSid);
    const refused = (tried: readonly string[]) => {
      const forwarded = request.header('x-forwarded-host');
      const hosts = forwarded !== undefined && isHost(forwarded) ? [forwarded] : [];
      if (characters + url.join().length <= EXPLAINED.mostCharacters) {
        const { budgetMs } = EXPLAINED;
        explainOnce({ signature, url, params: pairs, authTokens: tried, hosts, budgetMs });
      }
      return result.reason;
    };
    if (result.reason !== 'mismatch' && result.reason !== 'no-auth-token') return refused(authTokens);
    const fresh = tokens.refresh(accountSid, authTokens);
    if (fresh === undefined) return refused(authTokens);
    const again = (others: readonly string[] | undefined): SignatureVerdict =>
      others && verifyRequest({ ...signed, authTokens: others }).valid
        ? valid(accountSid)
        : refused(authTokens);
    return fresh instanceof Promise ? inTime(fresh.then(again), deadline) : again(fresh);
  }

  function valid(accountSid: string | undefined): SignatureVerdict {
    tokens.verified(accountSid);
    return 'valid';
  }

  /** A look-up may hang, so the deadline of the callback applies to it as well. */
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
    if (error instanceof TooManyLookups) {
      if (clock.now() - crowdedAt >= EXPLAINED.everyMs) {
        crowdedAt = clock.now();
        log.warn({}, `${error.message} Answered 503; verified accounts are not affected`);
      }
      return 'too-many-lookups';
    }
    log.error({ err: error }, 'The authToken function failed: answered 503');
    return 'tokens-unavailable';
  }

  function explainOnce(request: Parameters<ExplainMismatch>[0]): void {
    if (!explain || clock.now() - explainedAt < EXPLAINED.everyMs) return;
    explainedAt = clock.now();
    log.warn({}, explain(request));
  }
}

const REFUSALS: Readonly<Record<Exclude<SignatureVerdict, 'valid'>, string>> = {
  'missing-signature': 'The header X-Twilio-Signature is missing: only signed callbacks are accepted.',
  'malformed-signature':
    'The header X-Twilio-Signature is malformed: a signature is 28 characters of base64.',
  'no-auth-token': 'No Auth Token is known for this account.',
  mismatch:
    "The signature does not match. Outside production, the endpoint's log says what would have matched.",
  'missing-body-hash': 'The URL lacks the bodySHA256 of a signed JSON body.',
  'body-hash-mismatch': 'The body is not the one that was signed.',
  'tokens-unavailable': 'The Auth Token of this account could not be looked up.',
  'too-many-lookups': 'Too many Auth Tokens of unknown accounts are being looked up.',
};

const UNAVAILABLE: ReadonlySet<SignatureVerdict> = new Set(['tokens-unavailable', 'too-many-lookups']);

function charactersOf(pairs: FormPairs): number {
  let sum = 0;
  for (const pair of pairs) sum += pair[0].length + pair[1].length;
  return sum;
}

/** The answer to a request whose signature cannot be accepted. */
export function signatureRefusal(verdict: Exclude<SignatureVerdict, 'valid'>): CallbackAnswer {
  const code = verdict === 'mismatch' ? 'signature-mismatch' : verdict;
  return refused(UNAVAILABLE.has(verdict) ? 503 : 403, code, REFUSALS[verdict]);
}
