import type { CallbackAnswer } from './answers.js';
import type { CallbackResponse } from './types.js';

/**
 * The answer with a `Server-Timing` that names handler and verdict: outside production, so that a local TaskRouter can
 * show who decided. Only a request that was verified learns it.
 *
 * @example server-timing: handler;desc="voice-conference", verdict;desc="ran"
 */
export function withServerTiming({ response, handler, verdict, form }: CallbackAnswer): CallbackResponse {
  if (form === undefined) return response;
  const name = handler ?? (verdict === 'ignored' ? 'none' : undefined);
  const metrics = [...(name === undefined ? [] : [handledBy(name)]), `verdict;desc="${verdict}"`];
  return { ...response, headers: { ...response.headers, 'server-timing': metrics.join(', ') } };
}

/** Handlers may be named in any letters; a header takes those of ASCII, without quotes. */
export const handledBy = (name: string) =>
  `handler;desc="${name.slice(0, 100).replace(/[^\x20-\x7e]|["\\]/g, '?')}"`;

/**
 * What an endpoint of this package says of its answer, read from the `Server-Timing` of that.
 *
 * @example readServerTiming('handler;desc="otherwise"') // { handler: 'otherwise', verdict: undefined }
 */
export function readServerTiming(header: string | null | undefined): {
  readonly handler: string | undefined;
  readonly verdict: string | undefined;
} {
  const part = (name: string) =>
    new RegExp(`(?:^|[\\s,])${name};desc="([^"]*)"`).exec(header ?? '')?.[1] || undefined;
  return { handler: part('handler'), verdict: part('verdict') };
}
