/** What was decided about a task. */
export type DecisionKind =
  | 'routed' // from the top of the workflow: the filter that matched
  | 'target' // entered a target
  | 'nobody' // looked for workers, found none
  | 'timed-out' // left a target because its timeout elapsed
  | 'skipped' // left a target because its skip_if was true
  | 'reserved'
  | 'backing-off' // waits before the next offer, because its assignment callbacks failed
  | 'ended' // a reservation ended
  | 'changed' // its attributes, or its workflow
  | 'left'; // left the workflow

export interface Decision {
  readonly at: number;
  readonly kind: DecisionKind;
  readonly filter: number;
  readonly target: number;
  /** In the words of that moment: what is renamed, changed or deleted later does not change it. */
  readonly text: string;
}

/** A text that is put together when someone asks, from what cannot change any more. */
type Text = string | (() => string);
type Noted = { -readonly [K in keyof Decision]: K extends 'text' ? Text : Decision[K] };

/** The newest decisions about one task. Bounded, so that a task that waits for days costs no more than a fresh one. */
export class Trace {
  static readonly limit = 32;
  readonly #noted: Noted[] = [];
  dropped = 0;

  constructor(decisions?: readonly Decision[], dropped = 0) {
    if (decisions) this.#noted.push(...decisions);
    this.dropped = dropped;
  }

  note(at: number, kind: DecisionKind, { filter, target }: Pick<Decision, 'filter' | 'target'>, text: Text) {
    const last = this.#noted.at(-1);
    // Nobody found, again and again, at the same step says nothing new.
    if (kind === 'nobody' && last?.kind === 'nobody' && last.filter === filter && last.target === target)
      return;
    this.#noted.push({ at, kind, filter, target, text });
    if (this.#noted.length > Trace.limit) {
      this.#noted.shift();
      this.dropped += 1;
    }
  }

  /** Oldest first. */
  decisions(): readonly Decision[] {
    return this.#noted.map((noted) => {
      const text = typeof noted.text === 'string' ? noted.text : noted.text();
      noted.text = text;
      return { ...noted, text };
    });
  }
}
