import type { JWTPayload } from 'jose';

const MOST = 1_000;
/** Longer ones are verified each time, so that the memory has a bound. */
const LONGEST = 4_096;

/** Tokens whose signature was right, with what they say, until they expire. */
export class VerifiedTokens {
  readonly #payloads = new Map<string, JWTPayload>();

  /** What a token says; undefined: it has to be verified (again). */
  get(token: string): JWTPayload | undefined {
    const payload = this.#payloads.get(token);
    if (!payload || (payload.exp ?? 0) > Math.floor(Date.now() / 1_000)) return payload;
    this.#payloads.delete(token);
    return undefined;
  }

  /** @param payload - of a token that was verified. The oldest goes when there are too many. */
  keep(token: string, payload: JWTPayload): void {
    if (this.#payloads.has(token) || token.length > LONGEST) return;
    const [oldest] = this.#payloads.keys();
    if (this.#payloads.size >= MOST && oldest !== undefined) this.#payloads.delete(oldest);
    this.#payloads.set(token, payload);
  }
}
