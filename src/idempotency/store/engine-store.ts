import type { MaybePromise } from '../../maybe-promise.js';
import type {
  AcquireRequest,
  AcquireResult,
  ClaimedRun,
  ClaimRequest,
  CompleteRequest,
  DeferRequest,
  ReleaseRequest,
  RenewRequest,
  RenewResult,
  StoreResult,
  StoreState,
} from './store.js';
import type { Written } from './write-behind.js';

/**
 * How far a result can be trusted. `held`: the store has it. `local`: the store could not be reached and certainly has
 * nothing of it; only this process knows it. `unknown`: the store was called, and its reply did not come.
 */
export type Known = 'held' | 'local' | 'unknown';

/** A result, and how far it can be trusted. Absent if the store answered: `held`. */
type Told<T> = T & { readonly known?: Known };

/** `unavailable`: the store cannot be reached, and `onStoreError` is `fail`. */
export type Acquired = Told<AcquireResult> | { readonly status: 'unavailable'; readonly known?: Known };

export type Stored = Told<StoreResult> & {
  /** The store did not take an answer; what came of it later. */
  readonly written?: Promise<Written> | undefined;
};

/** Who waits for a call of the store. */
export interface Asking {
  /** Whether the result is still wanted. While it is, a hiccup of the store is waited out. */
  wanted(): boolean;
  /** How long this callback has waited for the store so far: all its hiccups together are waited out for `hiccupMs`. */
  waitedMs?: number;
  /** Acquire: when the last of those who wait can wait no longer. */
  readonly latestDeadline?: number;
  /** Acquire: when the lease of another process, as last seen, ends; until then nothing runs without the store. */
  readonly leaseSeenUntil?: number;
  /** Defer: an earlier try has already been logged. */
  readonly repeated?: boolean;
}

/** The store as the engine uses it: no call of it fails, and its results say how far they can be trusted. */
export interface EngineStore {
  /** Whether the deferred runs of a process that died can be taken over. */
  readonly hasTakeover: boolean;
  readonly state: StoreState;
  /** No call has failed since the last one that was answered. */
  readonly answers: boolean;
  /** How long the store has been back; 0 while it is away. */
  readonly backMs: number;
  probe(): Promise<StoreState>;
  /** Waits until the store may be asked again. */
  recovery(maxMs: number): Promise<boolean>;
  /** Starts a run, or says why not. */
  acquire(request: AcquireRequest, asking: Asking): MaybePromise<Acquired>;
  /** Extends the lease. Tries until the store answers or the result is no longer wanted; then it is undefined. */
  renew(request: RenewRequest, wanted: () => boolean): Promise<RenewResult | undefined>;
  /** Makes a run deferred. Its journal is stored before the answer goes out, unless the store cannot be reached. */
  defer(request: DeferRequest, asking: Asking): MaybePromise<Stored>;
  /** Ends a run. An answer that the store did not accept is kept and written behind. */
  complete(request: CompleteRequest, asking: Asking): MaybePromise<Stored>;
  /** Keeps an answer in this process, and writes it to the store once that can be reached. */
  keep(request: CompleteRequest): Promise<Written> | undefined;
  /** Releases a lease. Takes at most the store's timeout. */
  release(request: ReleaseRequest): Promise<void>;
  /** Forgets what only this process knows of a run. */
  forget(request: ReleaseRequest): void;
  /** Claims deferred runs. `take` gets them, even after the store's timeout. Resolves to their number. */
  claim(request: ClaimRequest, take: (claimed: readonly ClaimedRun[]) => void): Promise<number>;
  /** Writes what is left, and ends every timer. */
  close(): Promise<void>;
}
