import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { Flight } from './flight.js';
import type { StoreGuard } from './guard.js';
import type { LateFlight } from './late-flight.js';
import type { LateWrites } from './late-writes.js';
import type { MemoryStore } from './memory-store.js';
import type { CompleteRequest, ReleaseRequest } from './store.js';
import type { IdempotencyOptions, RunResult } from './types.js';

/** What all flights of one engine share. */
export interface Tower extends Required<Omit<IdempotencyOptions, 'store' | 'observer' | 'storeTimeoutMs'>> {
  readonly clock: Clock;
  readonly log: Logger;
  readonly guard: StoreGuard;
  /** What this process alone knows: runs begun and answers given while the store could not be reached. */
  readonly kept: MemoryStore;
  /** The last answers of a store elsewhere that this process saw: for their duplicates, while it is away. */
  readonly recent: MemoryStore;
  /** Notes there what the store is known to hold. */
  remember(request: CompleteRequest): void;
  readonly lateWrites: LateWrites;
  /** Past the limit of a shutdown: nothing more begins. */
  readonly closed: boolean;
  /** A run begins though the store could not be asked. */
  onDegraded(key: string): void;
  onResult(result: RunResult): void;
  /** The flight takes no more requests. */
  onLanded(flight: Flight): void;
  /** The late run of this key in this process. */
  lateFlight(key: string): LateFlight | undefined;
  onLate(flight: LateFlight): void;
  onLateLanded(flight: LateFlight): void;
  /** Gives a lease back. Never rejects; takes `storeTimeoutMs` at most. */
  release(request: ReleaseRequest): Promise<void>;
}
