import type { WebSocket } from 'ws';

/** How much may wait for readers that are slow, in bytes. */
export interface BacklogLimits {
  readonly ofOne: number;
  readonly ofAll: number;
}

const LIMITS: BacklogLimits = { ofOne: 1_024 * 1_024, ofAll: 64 * 1_024 * 1_024 };
/** Less is what a busy moment leaves. */
const SLOW = 64 * 1_024;
/** The sum over all sockets is taken after so many writes to slow ones. */
const WRITES = 64;

/** Cuts off readers that are slow, so that memory is bounded: each comes back by itself, and reads everything anew. */
export class Backlog {
  readonly #sockets: Iterable<WebSocket>;
  readonly #limits: BacklogLimits;
  #writes = 0;

  constructor(sockets: Iterable<WebSocket>, limits = LIMITS) {
    this.#sockets = sockets;
    this.#limits = limits;
  }

  /** To be called after each write to a socket. */
  wrote(ws: WebSocket): void {
    if (ws.bufferedAmount > this.#limits.ofOne) ws.terminate();
    else if (ws.bufferedAmount > SLOW) {
      this.#writes += 1;
      if (this.#writes % WRITES === 0) this.#relieve();
    }
  }

  /** The slowest go first. */
  #relieve(): void {
    let total = 0;
    for (const { bufferedAmount } of this.#sockets) total += bufferedAmount;
    if (total <= this.#limits.ofAll) return;
    const slowest = [...this.#sockets].sort((a, b) => b.bufferedAmount - a.bufferedAmount);
    for (const ws of slowest) {
      if (total <= this.#limits.ofAll) break;
      total -= ws.bufferedAmount;
      ws.terminate();
    }
  }
}
