import type { Delivery } from '../delivery/log.js';
import type { Told } from './types.js';

/** What an endpoint says of itself in `Server-Timing`, outside production. */
export interface ToldByEndpoint {
  readonly handler: Told;
  readonly verdict: Told;
  /** How long it says it took, in milliseconds. */
  readonly endpointMs: number | null;
}

/** Reads a delivery's `Server-Timing`: `handler;desc="voice", verdict;desc="ran", total;dur=1.7`. */
export function toldBy({
  serverTiming,
  outcome,
}: Pick<Delivery, 'serverTiming' | 'outcome'>): ToldByEndpoint {
  const handler = metric(serverTiming, 'handler;desc="([^"]*)"');
  const verdict = metric(serverTiming, 'verdict;desc="([^"]*)"');
  const ms = metric(serverTiming, 'total;dur=(\\d+(?:\\.\\d+)?)');
  const silent = outcome === 'answered' ? doesNotSay : noAnswer;
  const noHandler = verdict === undefined ? silent : noHandlerRan;
  return {
    handler: handler ? { value: handler, why: null } : { value: null, why: noHandler },
    verdict: verdict ? { value: verdict, why: null } : { value: null, why: silent },
    endpointMs: ms === undefined ? null : Number(ms),
  };
}

const noAnswer = 'no answer came';
const noHandlerRan = 'no handler ran for this request';
const doesNotSay =
  'the endpoint does not say: it has no Server-Timing header, which taskrouter-kit sends outside production';

function metric(header: string | undefined, pattern: string): string | undefined {
  return new RegExp(`(?:^|[\\s,])${pattern}`).exec(header ?? '')?.[1];
}
