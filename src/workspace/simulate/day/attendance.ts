import type { DayLedger } from '../figures/day-ledger.js';

/** How long one worker is there, and how long with work. Off duty with open work: still there, until it is done. */
export class Attendance {
  readonly #ledger: DayLedger;
  readonly #group: number;
  #onDuty = false;
  #open = 0;
  /** Undefined: is not. */
  #staffedSince: number | undefined;
  #busySince: number | undefined;

  constructor(ledger: DayLedger, group: number) {
    this.#ledger = ledger;
    this.#group = group;
  }

  get onDuty(): boolean {
    return this.#onDuty;
  }

  get busy(): boolean {
    return this.#open > 0;
  }

  setDuty(onDuty: boolean, at: number): void {
    this.#note(at);
    this.#onDuty = onDuty;
    this.#resume(at);
  }

  /** A reservation was made, or is over. */
  openChanged(by: 1 | -1, at: number): void {
    if (this.#open + by > 0 && this.#open > 0) {
      this.#open += by;
      return;
    }
    this.#note(at);
    this.#open += by;
    this.#resume(at);
  }

  /** The day is over. */
  close(at: number): void {
    this.#note(at);
    this.#staffedSince = undefined;
    this.#busySince = undefined;
  }

  /** Books the time until now. */
  #note(at: number): void {
    if (this.#staffedSince !== undefined) this.#ledger.worked(this.#group, 'staffed', this.#staffedSince, at);
    if (this.#busySince !== undefined) this.#ledger.worked(this.#group, 'busy', this.#busySince, at);
  }

  #resume(at: number): void {
    this.#staffedSince = this.#onDuty || this.#open > 0 ? at : undefined;
    this.#busySince = this.#open > 0 ? at : undefined;
  }
}
