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
