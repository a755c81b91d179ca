import { timingSafeEqual } from 'node:crypto';
import {
  bodyHash,
  type FormParams,
  formTail,
  isSignature,
  isUsable,
  signer,
  withoutFragment,
} from './sign.js';
import { portVariants, type UrlChange, urlVariants } from './url.js';

export interface VerifyRequest {
  /** The `X-Twilio-Signature` header as received; undefined when it is absent. */
  readonly signature: string | undefined;
  /** The complete URL you gave Twilio, or several candidates, the likeliest first. */
  readonly url: string | readonly string[];
  /** The decoded form parameters of a POST, values untouched. Absent for GET and for JSON. */
  readonly params?: FormParams | undefined;
  /**
   * The raw body of a JSON request (a string counts as UTF-8). When given, the URL must carry its `bodySHA256`.
   * Not for form bodies: their parameters are signed themselves.
   */
  readonly rawBody?: string | Uint8Array | undefined;
  /** The Auth Tokens a signature may be made with. An empty one never matches. */
  readonly authTokens: string | readonly string[];
  /**
   * Which forms of the URL are tried besides the exact one: `every` (default), or `port`, only the one with or without
   * the port. A request with a wrong signature costs one hash of everything for each form.
   */
  readonly urlForms?: 'every' | 'port' | undefined;
}

export type SignatureFailure =
  /** No header. */
  | 'missing-signature'
  /** A header that cannot be a signature: not 28 characters of base64. */
  | 'malformed-signature'
  /** There is no token to check with, for instance because the account is unknown. */
  | 'no-auth-token'
  /** No token and no form of the URL gives this signature. `explainSignature` says more. */
  | 'mismatch'
  /** The signature is right, but a JSON body came without `bodySHA256` in the URL: nothing vouches for it. */
  | 'missing-body-hash'
  /** The signature is right, but the JSON body is not the one it was made for. */
  | 'body-hash-mismatch';

export type VerifyResult =
  | {
      readonly valid: true;
      /** Which of `authTokens` it was. */
      readonly tokenIndex: number;
      /** Which of `url` it was. */
      readonly urlIndex: number;
      /** How the signed URL differs from that one; empty when it does not. */
      readonly variant: readonly UrlChange[];
    }
  | { readonly valid: false; readonly reason: SignatureFailure };

/**
 * Says whether Twilio signed this request. Every given URL is tried exactly as it is first, then the forms
 * Twilio is documented to sign instead (see `urlVariants`), with every token; signatures are compared in
 * constant time. Nothing in a request makes it throw, and a header that cannot be a signature costs no hash.
 *
 * `valid` says nothing about when: a signature covers no time, so a captured request stays valid forever.
 *
 * @see twilio.com/docs/usage/webhooks/webhooks-security
 * @example
 * const result = verifyRequest({ signature: req.headers['x-twilio-signature'], url, params, authTokens: [current, next] });
 * if (!result.valid) return forbidden(result.reason);
 */
export function verifyRequest(request: VerifyRequest): VerifyResult {
  const { signature, params, rawBody } = request;
  if (typeof signature !== 'string' || signature === '') return { valid: false, reason: 'missing-signature' };
  if (!isSignature(signature)) return { valid: false, reason: 'malformed-signature' };
  const tokens = listOf(request.authTokens);
  const urls = listOf(request.url);
  const tail = formTail(params);
  for (let urlIndex = 0; urlIndex < urls.length; urlIndex++) {
    const url = urls[urlIndex]!;
    const tokenIndex = signer(signature, url + tail, tokens);
    if (tokenIndex !== -1)
      return accepted(url, rawBody, { valid: true, tokenIndex, urlIndex, variant: EXACT });
  }
  if (!tokens.some(isUsable)) return { valid: false, reason: 'no-auth-token' };
  for (let urlIndex = 0; urlIndex < urls.length; urlIndex++) {
    const received = urls[urlIndex]!;
    const forms = request.urlForms === 'port' ? portVariants(received) : urlVariants(received);
    for (const { url, changes } of forms) {
      const tokenIndex = signer(signature, url + tail, tokens);
      if (tokenIndex !== -1)
        return accepted(received, rawBody, { valid: true, tokenIndex, urlIndex, variant: changes });
    }
  }
  return { valid: false, reason: 'mismatch' };
}

const EXACT: readonly UrlChange[] = [];

export function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

/** Judges the body once the signature is known to be right. The forms of a URL all mean the same hash. */
function accepted(url: string, rawBody: string | Uint8Array | undefined, result: VerifyResult): VerifyResult {
  if (rawBody === undefined) return result;
  const claimed = claimedBodyHash(url);
  if (claimed === null) return { valid: false, reason: 'missing-body-hash' };
  const matches =
    BODY_HASH.test(claimed) && timingSafeEqual(Buffer.from(claimed), Buffer.from(bodyHash(rawBody)));
  return matches ? result : { valid: false, reason: 'body-hash-mismatch' };
}

/** SHA-256 in lower case hexadecimal digits. */
const BODY_HASH = /^[\da-f]{64}$/;

function claimedBodyHash(url: string): string | null {
  const base = withoutFragment(url);
  const query = base.indexOf('?');
  return query === -1 ? null : new URLSearchParams(base.slice(query + 1)).get('bodySHA256');
}
