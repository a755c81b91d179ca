import type { TaskRouter } from '../index.js';

/** The endpoint's life, as a load balancer needs to know it. */
export type Phase = 'starting' | 'ready' | 'stopping';

export interface ReadinessParts {
  readonly phase: () => Phase;
  readonly taskRouter: Pick<TaskRouter, 'probeStore'>;
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
 * Says whether callbacks can be answered now. A store that cannot be reached makes the endpoint unready only where
 * it answers nothing without it (`ON_STORE_ERROR=fail`): else taking the endpoint out would turn a loss of
 * deduplication into a loss of calls.
 */
export async function readiness(parts: ReadinessParts): Promise<Readiness> {
  const state = await parts.taskRouter.probeStore();
  const store = parts.store === 'memory' ? 'memory' : state;
  const phase = parts.phase();
  if (phase !== 'ready') return { status: 503, body: { status: phase, store } };
  if (state === 'degraded' && parts.onStoreError === 'fail') {
    return { status: 503, body: { status: 'unavailable', store } };
  }
  return { status: 200, body: { status: 'ready', store } };
}
