import type { StoreState } from '../idempotency/store/store.js';
import type { TaskRouter } from '../index.js';

/** How long the answer of a probe is given to whoever asks again, in milliseconds. */
const PROBE_EVERY_MS = 1_000;

/** The endpoint's life, as a load balancer needs to know it. */
export type Phase = 'starting' | 'ready' | 'stopping';

export interface ReadinessParts {
  readonly phase: () => Phase;
  /** Whether the store takes writes. */
  readonly probe: () => Promise<StoreState>;
  /** Where runs are recorded: one that is in memory cannot be away. */
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
 * Asks the store once a second at most, however many ask for its state: `/readyz` and `/metrics` may be open to anybody.
 * A store known to be away is not asked for them at all, because the engine asks it all the time.
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
 * Says whether callbacks can be answered now. A store that takes no writes makes the endpoint unready only where
 * it answers nothing without it (`ON_STORE_ERROR=fail`): else taking the endpoint out would turn a loss of
 * deduplication into a loss of calls.
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
