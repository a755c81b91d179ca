/**
 * How many bytes of unfinished bodies this process may hold: over a hundred of the largest, or tens of thousands of
 * callbacks that happen to arrive in two packets. A body that arrives in one piece, as Twilio's do, is never counted.
 */
export const MAX_UNFINISHED_BYTES = 32 * 1024 * 1024;

/** An unfinished body. */
export interface UnfinishedBody {
  bytes: number;
  /** Gives it up and releases its bytes. */
  readonly cut: () => void;
}

const open = new Set<UnfinishedBody>();
let held = 0;

/** Counts `bytes` more of a body. Beyond the limit, gives up the oldest unfinished bodies. */
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

/** Stops counting a body that has ended, well or not. */
export function letGo(body: UnfinishedBody): void {
  if (open.delete(body)) held -= body.bytes;
}

/** How many bytes are held now. */
export const heldBytes = (): number => held;

/** When the time that a body may take ends. */
interface Limit {
  readonly at: number;
  overdue: (() => void) | undefined;
  cancel(): void;
}

/**
 * The time limits of all unfinished bodies, on one timer. A callback's body is nearly always there at once, and a separate
 * timer would cost more than reading it. They are in the order in which they end, except for requests that have already
 * spent some of their time.
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

/** How often to forget bodies that have ended, in milliseconds. */
const LOOK_MS = 250;

/** Holds nothing of the request any longer. */
function cancelLimit(this: Limit): void {
  this.overdue = undefined;
}

export const bodyLimits = new BodyLimits();
