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
