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
  const metrics = [
    ...(handler === undefined ? [] : [`handler;desc="${plain(handler)}"`]),
    `verdict;desc="${verdict}"`,
  ];
  return { ...response, headers: { ...response.headers, 'server-timing': metrics.join(', ') } };
}

/** Handlers may be named in any letters; a header takes those of ASCII, without quotes. */
const plain = (name: string) => name.slice(0, 100).replace(/[^\x20-\x7e]|["\\]/g, '?');
