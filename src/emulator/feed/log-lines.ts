import type { LogLine } from './types.js';

const MOST_LINES = 2_000;
const LONGEST = 1_000;

/** What endpoints have said in their logs about callbacks: the newest lines. */
export class LogLines {
  #lines: LogLine[] = [];

  add(lines: readonly LogLine[]): void {
    for (const line of lines) this.#lines.push({ ...line, message: line.message.slice(0, LONGEST) });
    // Rewritten only when it has doubled.
    if (this.#lines.length > 2 * MOST_LINES) this.#lines = this.#lines.slice(-MOST_LINES);
  }

  /** Those about a reservation or an event, oldest first. */
  about(reservationSid: string | undefined, eventSid: string | undefined): readonly LogLine[] {
    return this.#lines
      .slice(-MOST_LINES)
      .filter(
        (line) =>
          (line.reservationSid !== null && line.reservationSid === reservationSid) ||
          (line.eventSid !== null && line.eventSid === eventSid),
      );
  }
}
