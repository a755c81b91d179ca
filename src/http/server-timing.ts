import type { CallbackResponse } from './types.js';

interface TimedAnswer {
  readonly response: CallbackResponse;
  readonly handler?: string | undefined;
  readonly verdict: string;
  /** Undefined if the request was not verified, or its parameters are wrong. */
  readonly form?: object | undefined;
}

/**
 * Adds a `Server-Timing` that names handler and verdict, outside production, so that a local TaskRouter can show who
 * decided and in how many milliseconds. Only the answer to a verified request has it.
 *
 * @example server-timing: handler;desc="voice-conference", verdict;desc="ran", total;dur=1.7
 */
export function withServerTiming(
  { response, handler, verdict, form }: TimedAnswer,
  durationMs: number,
): CallbackResponse {
  if (form === undefined) return response;
  const metrics = [
    ...(handler === undefined ? [] : [`handler;desc="${plain(handler)}"`]),
    `verdict;desc="${verdict}"`,
    `total;dur=${Math.round(durationMs * 10) / 10}`,
  ];
  return { ...response, headers: { ...response.headers, [SERVER_TIMING]: metrics.join(', ') } };
}

/** In production it holds only two things, for tools such as `taskrouter send`: see answers.ts. */
export const SERVER_TIMING = 'server-timing';

/** Handler names may have any letters; a header takes only ASCII, without quotes. */
const plain = (name: string) => name.slice(0, 100).replace(/[^\x20-\x7e]|["\\]/g, '?');

/** What a `Server-Timing` says under a name, as {@link withServerTiming} writes it. */
export function descIn(header: string | null | undefined, name: string): string | undefined {
  return new RegExp(`(?:^|[\\s,])${name};desc="([^"]*)"`).exec(header ?? '')?.[1];
}
