import { type Guess, type MismatchCause, quoted } from './guess.js';
import { guessForms } from './guess-form.js';
import { guessUrls, type UrlHints } from './guess-url.js';
import { type FormParams, formPairs } from './sign.js';
import { splitUrl, urlVariants } from './url.js';
import {
  listOf,
  type SignatureFailure,
  type VerifyRequest,
  type VerifyResult,
  verifyRequest,
} from './verify.js';

/** A request as it was verified, and what else is known of the way it took. */
export interface ExplainRequest extends VerifyRequest, UrlHints {
  /** How long changes may be tried, in milliseconds. Default: until all have been. */
  readonly budgetMs?: number | undefined;
}

export interface Explanation {
  /** Whether the signature matches as things are. */
  readonly valid: boolean;
  /** What is wrong; absent when the signature matches or nothing was found. */
  readonly cause?: MismatchCause | SignatureFailure;
  /** For people: what was tried, and the one change that would have made it match. */
  readonly text: string;
}

/**
 * Tells why a signature does not match: repeats the check with one thing changed at a time (the scheme, a host, a
 * port, a path prefix, the query, a value a parser has touched) until it does. It never throws for a request.
 *
 * The text names hosts, paths and parameter names. It never holds a token, a signature, credentials, a query or
 * the value of a parameter. This takes thousands of hashes: call it for people, not for every refused request, and give
 * it a budget where strangers can cause it.
 *
 * @example
 * const { text } = explainSignature({ signature, url, params, authTokens, hosts: [forwardedHost], prefixes: ['/api'] });
 * // X-Twilio-Signature does not match. Tried "http://…". One change makes it match: Twilio signed https:// and …
 */
export function explainSignature(request: ExplainRequest): Explanation {
  const result = verifyRequest(request);
  if (result.valid) return { valid: true, text: describeMatch(result, request) };
  if (result.reason !== 'mismatch')
    return { valid: false, cause: result.reason, text: ADVICE[result.reason] };

  const tried = `X-Twilio-Signature does not match. ${describeTried(request)}`;
  const until = performance.now() + (request.budgetMs ?? Number.POSITIVE_INFINITY);
  for (const guess of guesses(request)) {
    if (performance.now() > until) return { valid: false, text: `${tried} ${OUT_OF_TIME}` };
    const { url = request.url, params = request.params } = guess;
    if (!verifyRequest({ ...request, url, params }).valid) continue;
    const changes = guess.changes === 2 ? 'Two changes make it match' : 'One change makes it match';
    return { valid: false, cause: guess.cause, text: `${tried} ${changes}: ${guess.text}` };
  }
  return { valid: false, text: `${tried} No single change makes it match. ${describeDoubt(request)}` };
}

const OUT_OF_TIME =
  'Not every change was tried, because there was no time left. explainSignature without budgetMs tries them all.';

function* guesses(request: ExplainRequest): Generator<Guess> {
  for (const url of listOf(request.url)) yield* guessUrls(url, request);
  if (request.params !== undefined) yield* guessForms(request.params);
}

const ADVICE: Readonly<Record<Exclude<SignatureFailure, 'mismatch'>, string>> = {
  'missing-signature':
    'There is no X-Twilio-Signature header. Either Twilio did not send this request, or a proxy removes the header: let it pass.',
  'malformed-signature':
    'X-Twilio-Signature is not 28 characters of base64, so it is not a Twilio signature. A proxy may have cut it or joined two headers.',
  'no-auth-token':
    'There is no Auth Token to check with. Configure one; an authToken function must know the AccountSid of the request.',
  'missing-body-hash':
    'The signature matches, but the URL has no bodySHA256, so nothing vouches for the body. Check a form by its parameters, not as a raw body.',
  'body-hash-mismatch':
    'The signature matches, but the body is not the one bodySHA256 was made for. Pass the bytes as received: JSON that was parsed and serialized again differs.',
};

function describeMatch(result: Extract<VerifyResult, { valid: true }>, request: ExplainRequest): string {
  const tokens = listOf(request.authTokens).length;
  const token = tokens > 1 ? ` with token ${result.tokenIndex + 1} of ${tokens}` : '';
  const form = result.variant.length > 0 ? ` for another form of the URL (${result.variant.join(', ')})` : '';
  return `X-Twilio-Signature matches${token}${form}.`;
}

function describeTried(request: ExplainRequest): string {
  const urls = listOf(request.url);
  const forms = urls.reduce((sum, url) => sum + 1 + [...urlVariants(url)].length, 0);
  const tokens = listOf(request.authTokens).length;
  const shown = urls.map(describeUrl).join(' and ');
  return `Tried ${shown} (${count(forms, 'form')}) with ${count(tokens, 'token')} and ${describeParams(request.params)}.`;
}

/** Without credentials, and with no more of the query than that there is one: both may hold secrets. */
function describeUrl(url: string): string {
  const parts = splitUrl(url);
  if (!parts) return 'a string that is not a URL';
  const path = parts.rest.replace(/[?#].*$/s, '');
  const shown = JSON.stringify((parts.scheme + parts.host + parts.port + path).slice(0, 200));
  return parts.rest.includes('?') ? `${shown} with its query` : shown;
}

const MOST_NAMES = 20;

function describeParams(params: FormParams | undefined): string {
  const names = [...new Set(formPairs(params ?? []).map(([name]) => name))];
  if (names.length === 0) return 'no parameters';
  const more = names.length > MOST_NAMES ? ' and others' : '';
  return `${count(names.length, 'parameter')} (${names.slice(0, MOST_NAMES).map(quoted).join(', ')}${more})`;
}

function describeDoubt(request: ExplainRequest): string {
  const seesNothing = request.rawBody === undefined && formPairs(request.params ?? []).length === 0;
  const body = seesNothing
    ? 'No body was seen: for a POST, something read it before this check, or no form parser ran. Otherwise the'
    : 'The';
  return `${body} URL or the Auth Token is a different one, and a signature cannot tell which. ${describeUrlDoubt(request)} Then the token: Twilio signs with the primary Auth Token of the account (never an API key; a subaccount has its own). It may also be a request that Twilio did not send.`;
}

function describeUrlDoubt(request: ExplainRequest): string {
  const first =
    'Check the URL first: Twilio signs the one it was given, with its scheme, host, port, path and query.';
  const local = listOf(request.url).every((url) => isLocal(splitUrl(url)?.host ?? ''));
  return local
    ? `${first} It cannot reach the host of this one, so it was given another, unless a local TaskRouter sent the request.`
    : first;
}

/** A host that only this machine or its own network knows: what is left of a URL behind a tunnel or a proxy. */
const isLocal = (host: string): boolean =>
  /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[)/.test(host) ||
  /^[^.]*$|\.(?:local|internal|localhost)$/i.test(host);

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
