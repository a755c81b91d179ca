import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { Flight } from './flight.js';
import type { StoreGuard } from './guard.js';
import type { LateWrites } from './late-writes.js';
import type { MemoryStore } from './memory-store.js';
import type { IdempotencyOptions, RunResult } from './types.js';

/** What all flights of one engine share. */
export interface Tower extends Required<Omit<IdempotencyOptions, 'store' | 'observer' | 'storeTimeoutMs'>> {
  readonly clock: Clock;
  readonly log: Logger;
  readonly guard: StoreGuard;
  /** What this process alone knows: runs begun and answers given while the store could not be reached. */
  readonly kept: MemoryStore;
  readonly lateWrites: LateWrites;
  /** Past the limit of a shutdown: nothing more begins. */
  readonly closed: boolean;
  /** A run begins though the store could not be asked. */
  onDegraded(key: string): void;
  onResult(result: RunResult): void;
  /** The flight takes no more requests. */
  onLanded(flight: Flight): void;
}
