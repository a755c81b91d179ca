import type { StoreState } from '../idempotency/store/store.js';
import type { TaskRouter } from '../index.js';

/** How long the result of a probe is reused, in milliseconds. */
const PROBE_EVERY_MS = 1_000;

/** The endpoint's state, as a load balancer needs it. */
export type Phase = 'starting' | 'ready' | 'stopping';

export interface ReadinessParts {
  readonly phase: () => Phase;
  /** Whether the store accepts writes. */
  readonly probe: () => Promise<StoreState>;
  /** Where runs are recorded. A store in memory cannot be away. */
  readonly store: 'memory' | 'redis';
  readonly onStoreError: 'continue' | 'fail';
}

export interface Readiness {
  readonly status: 200 | 503;
  readonly body: {
    readonly status: Phase | 'unavailable';
    readonly store: 'ok' | 'degraded' | 'memory';
  };
}

/**
 * Probes the store at most once a second, however often its state is requested, because `/readyz` and `/metrics` may be
 * open to anybody. It does not probe a store that is known to be away, because the engine already pings it.
 */
export function rareProbe(
  taskRouter: Pick<TaskRouter, 'probeStore' | 'storeState'>,
  now: () => number = () => performance.now(),
): () => Promise<StoreState> {
  let last: { readonly at: number; readonly state: Promise<StoreState> } | undefined;
  return () => {
    if (taskRouter.storeState === 'degraded') return Promise.resolve('degraded');
    if (last === undefined || now() - last.at >= PROBE_EVERY_MS) {
      last = { at: now(), state: taskRouter.probeStore() };
    }
    return last.state;
  };
}

/**
 * Says whether callbacks can be answered now. A store that refuses writes makes the endpoint unready only with
 * `ON_STORE_ERROR=fail`, because then nothing is answered without it. Otherwise, taking the endpoint out would turn a loss
 * of deduplication into a loss of calls.
 */
export async function readiness(parts: ReadinessParts): Promise<Readiness> {
  const state = await parts.probe();
  const store = parts.store === 'memory' ? 'memory' : state;
  const phase = parts.phase();
  if (phase !== 'ready') return { status: 503, body: { status: phase, store } };
  if (state === 'degraded' && parts.onStoreError === 'fail') {
    return { status: 503, body: { status: 'unavailable', store } };
  }
  return { status: 200, body: { status: 'ready', store } };
}
