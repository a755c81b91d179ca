import type { Clock, Timer } from '../clock.js';
import type { Logger } from '../log.js';
import { isPromise, type MaybePromise } from '../maybe-promise.js';
import type { Asking, EngineStore, Known, Stored } from './store/engine-store.js';
import type { ClaimedRun, DeferRequest } from './store/store.js';
import { type Deferral, NotRecordedError, RunLostError } from './types.js';

/** How long an aborted run that does not end keeps its lease. */
const ABANDONED_MS = 60_000;

/** How soon a mark that the store did not accept is written again, in milliseconds. */
const RETRY_MS = 50;

/** What all runs of one engine share. */
export interface RunParts {
  readonly store: EngineStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly deferredLeaseMs: number;
  readonly ttlMs: number;
  /** Past the limit of a shutdown: nothing more is waited for. */
  readonly closed: boolean;
  /** The deferred runs of this process, by key. */
  readonly deferred: Map<string, DeferredPhase>;
  /** A deferred run has ended. */
  onEnded(): void;
}

/** Whose run it is. */
export interface Holder {
  readonly key: string;
  readonly fingerprint: string;
  readonly owner: string;
  readonly attempt: number;
}

/** The run whose second phase this is. */
export interface DeferringRun {
  holder: Holder;
  /** Another process has it. */
  readonly lost: boolean;
  /** Until then no other process can have it; infinite if the store knows nothing of it. */
  readonly safeUntil: number;
  keepLease(ageMs: number): void;
  /** Tells `execute` to stop, unless it has ended. */
  abort(): void;
  /** Leaves the rest to another process. */
  lose(): void;
  /** The second phase is over: ends the lease. */
  leave(): void;
}

/**
 * What comes after the answer of a run that was deferred: its journal, its limit, and its end.
 *
 *     storing ──> open ──> finishing ──> ended
 *
 * `storing`: answer and journal are being stored. `finishing`: the end is being put on record. Another process may have it
 * meanwhile; then it is `ended` here.
 */
export class DeferredPhase {
  state: 'storing' | 'open' | 'finishing' | 'ended' = 'storing';
  readonly answer: string;
  journal: string;
  /** Whether the store holds the journal. */
  journalKnown: Known = 'local';
  readonly #run: DeferringRun;
  readonly #parts: RunParts;
  /** End of the phase. */
  readonly #until: number;
  /** How long the phase may take. A clock that was set back does not make it longer. */
  readonly #limitMs: number;
  /** The limit, then the time when an aborted run counts as ended. */
  #limit: Timer;
  /** The last write of the journal. There is one at a time, so that the newest one stays. */
  #writing: Promise<unknown> | undefined;
  /** Settles when the end is on record. */
  #finishing: Promise<void> | undefined;
  /** The end waits for the store to be back. */
  #awaitsStore = false;
  /** A shutdown has not waited for that. */
  #cut = false;

  constructor(run: DeferringRun, parts: RunParts, answer: string, { journal, limitMs }: Deferral) {
    this.#run = run;
    this.#parts = parts;
    this.answer = answer;
    this.journal = journal;
    this.#limitMs = limitMs;
    this.#until = parts.clock.now() + limitMs;
  }

  get key(): string {
    return this.#run.holder.key;
  }

  get fingerprint(): string {
    return this.#run.holder.fingerprint;
  }

  /** Whether someone has asked for its end. */
  get isFinishing(): boolean {
    return this.#finishing !== undefined;
  }

  /** The store has the run as deferred, if it has it at all. */
  get isStored(): boolean {
    return this.state === 'open' || this.state === 'finishing';
  }

  /** The store has not confirmed the journal. */
  get lacksJournal(): boolean {
    return this.state === 'open' && this.journalKnown !== 'held';
  }

  remainingMs(): number {
    return Math.min(this.#limitMs, Math.max(0, this.#until - this.#parts.clock.now()));
  }

  /** Stores answer and journal, before the answer goes out. */
  store(asking: Asking): MaybePromise<Stored> {
    const stored = this.#parts.store.defer(this.#record(), asking);
    if (isPromise(stored)) this.#writing = stored;
    return stored;
  }

  /** Begins, once they are stored as far as they can be. */
  open(known: Known): void {
    const { clock, deferred } = this.#parts;
    this.#writing = undefined;
    this.state = 'open';
    this.journalKnown = known;
    deferred.set(this.key, this);
    this.#run.keepLease(0);
    const left = this.remainingMs();
    if (left > 0) this.#limit = clock.setTimeout(() => this.#overLimit(), left);
    else this.#overLimit();
  }

  async rewriteJournal(journal: string): Promise<void> {
    this.journal = journal;
    const { clock, store } = this.#parts;
    for (;;) {
      // A write that was under way when the journal changed shows whether the store may hold an older journal.
      while (this.#writing) await this.#writing;
      if (this.state !== 'open') throw new RunLostError();
      // Nobody can take over, and nobody can run it anew while the lease lasts. A run that the store knows nothing of
      // goes on as long as it cannot be asked: another process may have one of the same key.
      const { safeUntil } = this.#run;
      const alone = safeUntil === Number.POSITIVE_INFINITY;
      if (this.journalKnown === 'local' && (alone ? store.state === 'degraded' : clock.now() < safeUntil))
        return;
      if (this.remainingMs() === 0) throw new NotRecordedError();
      const written = await this.writeJournal();
      if (written === 'held') return;
      if (written === 'failed') await store.recovery(Math.min(this.remainingMs(), RETRY_MS));
    }
  }

  /** Stores the journal that the store did not accept when the run was deferred. */
  async insistOnJournal(): Promise<void> {
    while (this.lacksJournal) {
      while (this.#writing) await this.#writing;
      if ((await this.writeJournal()) === 'failed') {
        await this.#parts.store.recovery(Number.POSITIVE_INFINITY);
      }
    }
  }

  /** Writes the present answer and journal. `again`: they have changed meanwhile, or the run has. */
  writeJournal(): Promise<'held' | 'failed' | 'again'> {
    const { holder } = this.#run;
    const { journal } = this;
    const write = async () => {
      const stored = await this.#parts.store.defer(this.#record(), { wanted: () => false, repeated: true });
      // Another token of this process may hold it meanwhile.
      if (this.state !== 'open' || holder !== this.#run.holder) return 'again';
      if (stored.status === 'lost') {
        this.loseTo();
        return 'again';
      }
      const { known = 'held' } = stored;
      // A later write that certainly did nothing does not undo what an earlier one may have left there.
      if (known === 'held' || (known === 'unknown' && this.journalKnown === 'local'))
        this.journalKnown = known;
      if (known !== 'held') return 'failed';
      return journal === this.journal ? 'held' : 'again';
    };
    const writing = write().finally(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    this.#writing = writing;
    return writing;
  }

  /** Puts the end on record, and resolves then. Nothing, if it has ended or is being stored. */
  finish(): Promise<void> {
    if (this.state === 'open') this.#finishing = this.#recordEnd();
    return this.#finishing ?? Promise.resolve();
  }

  async #recordEnd(): Promise<void> {
    this.state = 'finishing';
    const { holder } = this.#run;
    const { written, ...stored } = await this.#parts.store.complete(this.#completion(), {
      wanted: () => false,
    });
    let { status }: { status: Stored['status'] | 'given up' } = stored;
    // Nobody can take over a run whose journal the store has never had.
    if (written && this.journalKnown !== 'local') {
      this.#awaitsStore = true;
      status = await written;
      this.#awaitsStore = false;
    }
    if (this.state !== 'finishing') return;
    // This process has claimed it from itself meanwhile.
    if (status === 'lost' && holder !== this.#run.holder) return this.#recordEnd();
    // Whoever takes it over tells how it ended.
    if (status === 'given up' && this.#parts.closed) this.#run.lose();
    if (status === 'lost') {
      this.#parts.log.warn({ key: this.key }, 'A deferred run ended after another process had taken it over');
      if (this.journalKnown !== 'local') this.#run.lose();
    }
    this.#leave();
  }

  /**
   * This process has claimed the run from itself: its renewals came too late, and it goes on under the new lease. `false`:
   * what was claimed is another process' run of the same callback, which this one, begun without the store, never was.
   */
  adopt({ attempt, formerOwner }: ClaimedRun, owner: string): boolean {
    const { holder } = this.#run;
    if (formerOwner !== holder.owner) return false;
    this.#parts.store.forget(holder);
    this.#run.holder = { ...holder, owner, attempt };
    return true;
  }

  /** Ends here, because another run of the same callback counts. */
  yieldTo(): void {
    this.#run.lose();
    this.#leave();
  }

  /** The store says that another process has the run. */
  loseTo(): void {
    const { key, attempt } = this.#run.holder;
    this.#parts.log.warn({ key, attempt }, 'A run lost its lease: another process has taken it over');
    this.yieldTo();
  }

  /** The limit of a shutdown: gives up the run. `false`: it is being stored, or is ending. */
  cut(): Promise<void> | false {
    if (this.state === 'finishing' && this.#awaitsStore && !this.#cut) {
      this.#cut = true;
      // The store is asked once more, at the end of all.
      return Promise.resolve();
    }
    if (this.state !== 'open') return false;
    this.yieldTo();
    if (this.journalKnown === 'held') return this.#parts.store.release(this.#run.holder);
    // Without a journal nobody can take over, but duplicates must get the answer that was given.
    void this.#parts.store.keep(this.#completion());
    return Promise.resolve();
  }

  #overLimit(): void {
    const { clock, log } = this.#parts;
    this.#run.abort();
    this.#limit = clock.setTimeout(() => {
      log.warn(
        { key: this.key },
        'An aborted deferred run has not ended within a minute: treating it as ended',
      );
      void this.finish();
    }, ABANDONED_MS);
  }

  #leave(): void {
    const { clock, deferred, store, onEnded } = this.#parts;
    this.state = 'ended';
    this.#run.leave();
    clock.clearTimeout(this.#limit);
    // If it began without the store, this process still lists it as running. An answer that is kept stays.
    store.forget(this.#run.holder);
    if (deferred.get(this.key) === this) deferred.delete(this.key);
    onEnded.call(this.#parts);
  }

  #record(): DeferRequest {
    const { deferredLeaseMs: leaseMs, ttlMs } = this.#parts;
    const { answer, journal } = this;
    return { ...this.#run.holder, leaseMs, ttlMs, answer, journal, limitMs: this.remainingMs() };
  }

  #completion() {
    const { ttlMs } = this.#parts;
    return {
      ...this.#run.holder,
      ttlMs,
      outcome: { state: 'finished', answer: this.answer },
    } as const;
  }
}
