/**
 * How many bytes of bodies that have not ended this process holds: some hundred of the largest, or ten thousands of
 * callbacks that happen to come in two packets. A body that comes in one piece, as Twilio's do, is never counted.
 */
export const MAX_UNFINISHED_BYTES = 32 * 1024 * 1024;

/** A body that has not ended. */
export interface UnfinishedBody {
  bytes: number;
  /** Gives it up: its bytes are let go. */
  readonly cut: () => void;
}

const open = new Set<UnfinishedBody>();
let held = 0;

/** Counts `bytes` more of a body. Beyond the limit those go that have been unfinished for longest. */
export function hold(body: UnfinishedBody, bytes: number): void {
  open.add(body);
  body.bytes += bytes;
  held += bytes;
  for (const oldest of open) {
    if (held <= MAX_UNFINISHED_BYTES) return;
    letGo(oldest);
    oldest.cut();
  }
}

/** Counts a body no more: it has ended, one way or another. */
export function letGo(body: UnfinishedBody): void {
  if (open.delete(body)) held -= body.bytes;
}

/** How many bytes are held now. */
export const heldBytes = (): number => held;

/** The end of the time that a body may take. */
interface Limit {
  readonly at: number;
  overdue: (() => void) | undefined;
  cancel(): void;
}

/**
 * The limits of all bodies that have not ended, on one timer: a callback's body is nearly always there at once, and a
 * timer of its own would cost more than reading it. The first to be over comes first, give or take a request that has
 * spent some of its time before.
 */
class BodyLimits {
  #queue: Limit[] = [];
  #timer: NodeJS.Timeout | undefined;

  add(timeoutMs: number, overdue: () => void): Limit {
    const limit: Limit = { at: performance.now() + timeoutMs, overdue, cancel: cancelLimit };
    this.#queue.push(limit);
    this.#timer ??= setTimeout(() => this.#look(), Math.min(timeoutMs, LOOK_MS)).unref();
    return limit;
  }

  #look(): void {
    const now = performance.now();
    const open: Limit[] = [];
    const over: Limit[] = [];
    for (const limit of this.#queue) {
      if (limit.overdue) (limit.at <= now ? over : open).push(limit);
    }
    this.#queue = open;
    const next = open.reduce((least, { at }) => Math.min(least, at - now), LOOK_MS);
    this.#timer = open.length > 0 ? setTimeout(() => this.#look(), next).unref() : undefined;
    for (const { overdue } of over) overdue?.();
  }
}

/** How often bodies that have ended are let go, in milliseconds. */
const LOOK_MS = 250;

/** Nothing of the request is held any longer. */
function cancelLimit(this: Limit): void {
  this.overdue = undefined;
}

export const bodyLimits = new BodyLimits();
