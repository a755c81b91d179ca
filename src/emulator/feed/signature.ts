import { isSignature, signRequest, verifyRequest } from '../../signature/index.js';
import type { Delivery } from '../delivery/log.js';
import { signedParts } from '../delivery/post.js';
import { toldBy } from './told.js';
import type { DeliverySummary, SignatureVerdict } from './types.js';

type Answered = Pick<Delivery, 'outcome' | 'status' | 'answer' | 'serverTiming'>;

/** Did the endpoint take the signature? Only what it answers says so: the emulator's own is right. */
export function signatureVerdict(delivery: Answered): DeliverySummary['signature'] {
  if (delivery.outcome !== 'answered') return 'unknown';
  // Our endpoint names a verdict to verified requests alone.
  if (toldBy(delivery).verdict.value !== null) return 'accepted';
  if (delivery.status === 403 && refusal(delivery) !== undefined) return 'refused';
  if (delivery.status === 401 || delivery.status === 403) return 'refused';
  return delivery.status !== undefined && delivery.status >= 200 && delivery.status < 300
    ? 'accepted'
    : 'unknown';
}

/** The problem of our endpoint: `code` and what to do. */
function refusal({ answer }: Answered): { readonly code: string; readonly detail: string } | undefined {
  try {
    const { code, detail } = JSON.parse(answer ?? '') as Record<string, unknown>;
    return typeof code === 'string' && typeof detail === 'string' ? { code, detail } : undefined;
  } catch {
    return undefined;
  }
}

/** What was signed, and what the endpoint made of it, in words. */
export function explainVerdict(delivery: Delivery, authToken: string): SignatureVerdict {
  const { url: signed, params } = signedParts(delivery.url, delivery.parameters, delivery.method);
  const verdict = signatureVerdict(delivery);
  const signature = signRequest({ url: signed, params, authToken });
  const valid =
    isSignature(signature) &&
    verifyRequest({ signature, url: signed, params, authTokens: [authToken] }).valid;
  const own = valid ? 'The signature is right for this URL, form and Auth Token.' : 'The signature is wrong.';
  return {
    verdict,
    signedUrl: signed,
    signedNames: Object.keys(params).sort(),
    text: `${own} ${said(verdict, delivery)}`,
  };
}

function said(verdict: SignatureVerdict['verdict'], delivery: Delivery): string {
  if (verdict === 'accepted') return 'The endpoint accepted it.';
  if (verdict === 'unknown') {
    return delivery.outcome === 'answered'
      ? `Status ${delivery.status} does not show whether the endpoint checked it.`
      : 'No answer came, so nothing shows whether the endpoint checked it.';
  }
  const problem = refusal(delivery);
  const advice =
    "Check that the endpoint has the emulator's Auth Token, and that it checks exactly the URL that was signed: scheme, host, port, path and query. " +
    'taskrouter-kit doctor finds the difference.';
  return problem
    ? `The endpoint refused the request: ${problem.code}. ${problem.detail} ${advice}`
    : `The endpoint refused the request with status ${delivery.status}. ${advice}`;
}
