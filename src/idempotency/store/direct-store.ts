import type { EngineStore } from './engine-store.js';
import type { MemoryStore } from './memory-store.js';

/**
 * The memory store, as the engine uses it. It answers directly and never fails, so there is no absence to handle, and
 * nothing stands between the engine and its operations.
 */
export function directStore(store: MemoryStore): EngineStore {
  return {
    hasTakeover: false,
    state: 'ok',
    answers: true,
    backMs: Number.POSITIVE_INFINITY,
    acquire: store.acquire,
    defer: store.defer,
    complete: store.complete,
    renew: async (request) => store.renew(request),
    release: async (request) => store.release(request),
    claim: async () => 0,
    probe: async () => 'ok',
    recovery: async () => true,
    // Whatever it is told, it has.
    forget() {},
    keep: () => undefined,
    async close() {},
  };
}
