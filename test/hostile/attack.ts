import { connect } from 'node:net';
import type { Patch } from '../support/bundle.js';
import { type Held, startWatched } from '../support/watched/start.js';
import { answersIn, judge, judgeLine, kindOf } from './answers.js';
import { type Volley, volleyOf } from './volley.js';

export interface AttackOptions {
  readonly seed: number;
  readonly requests: number;
  /** Only the volley with this number. */
  readonly only?: number;
  readonly onProgress?: (sent: number, held: Held) => void;
  readonly patches?: readonly Patch[];
}

export interface AttackReport {
  /** Each with the number of its volley, where one caused it. */
  readonly violations: readonly string[];
  readonly requests: number;
  readonly connections: number;
  /** How many answers there were of each status and code. */
  readonly answers: Readonly<Record<string, number>>;
  /** What the endpoint held once warm, and at the end. */
  readonly warm: Held;
  readonly end: Held;
  readonly seconds: number;
}

/** How many connections are open at once. */
const AT_ONCE = 32;

/** How long a connection that its client has ended may stay open, in milliseconds. The machine may be busy. */
const END_LIMIT_MS = 10_000;

/** How much the heap may grow from the warm endpoint to the end, in bytes. */
const MOST_GROWTH = 4 * 1024 * 1024;

/** No use in going on after so many. */
const MOST_VIOLATIONS = 20;

/** Sends hostile requests to a deployed endpoint, and says what was wrong with its answers, its log and its memory. */
export async function attack(options: AttackOptions): Promise<AttackReport> {
  const { seed, requests, only } = options;
  const endpoint = await startWatched('test/hostile/handlers.ts', {}, judgeLine, options.patches);
  try {
    const began = performance.now();
    const violations: string[] = [];
    const answers: Record<string, number> = {};
    let number = only ?? 0;
    let sent = 0;
    const sendUntil = async (target: number) => {
      const sender = async () => {
        while (sent < target && violations.length + endpoint.complaints.length < MOST_VIOLATIONS) {
          const mine = number++;
          const volley = volleyOf(seed, mine);
          sent += volley.requests;
          const got = await exchange(endpoint.port, volley);
          const wrong = got === undefined ? [`not ended within ${END_LIMIT_MS} ms`] : judge(volley, got);
          violations.push(...wrong.map((what) => `volley ${mine} (${volley.kind}): ${what}`));
          for (const answer of answersIn(got ?? '') ?? [])
            answers[kindOf(answer)] = (answers[kindOf(answer)] ?? 0) + 1;
        }
      };
      await Promise.all(Array.from({ length: only === undefined ? AT_ONCE : 1 }, sender));
    };
    const idle = await endpoint.held();
    await sendUntil(only === undefined ? requests / 4 : 1);
    const warm = await endpoint.settled(idle);
    for (let part = 1; part <= PARTS && only === undefined; part++) {
      await sendUntil(requests / 4 + (requests * 3 * part) / (4 * PARTS));
      options.onProgress?.(sent, await endpoint.held());
    }
    const end = await endpoint.settled(idle);
    for (const name of ['sockets', 'timers', 'listeners'] as const) {
      if (end[name] > idle[name]) violations.push(`${name}: ${idle[name]} before, ${end[name]} after`);
    }
    if (end.heapUsed - warm.heapUsed > MOST_GROWTH)
      violations.push(`the heap grew from ${warm.heapUsed} to ${end.heapUsed} bytes`);
    return {
      violations: [...violations, ...endpoint.complaints],
      requests: sent,
      connections: number - (only ?? 0),
      answers,
      warm,
      end,
      seconds: (performance.now() - began) / 1_000,
    };
  } finally {
    await endpoint.close();
  }
}

const PARTS = 10;

/** Sends a volley, ends its side, and resolves with what came back; undefined if the connection does not end. */
function exchange(port: number, { pieces, reset }: Volley): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const limit = setTimeout(() => {
      socket.destroy();
      resolve(undefined);
    }, END_LIMIT_MS);
    let got = '';
    socket
      .setEncoding('latin1')
      .setNoDelay(true)
      .on('data', (text: string) => {
        got += text;
      })
      // An endpoint that has refused what is sent may reset the connection.
      .on('error', () => {})
      .on('close', () => {
        clearTimeout(limit);
        resolve(got);
      });
    const write = (index: number) => {
      const piece = pieces[index];
      if (piece === undefined) return void (reset ? socket.resetAndDestroy() : socket.end());
      socket.write(piece, () => setImmediate(write, index + 1));
    };
    socket.once('connect', () => write(0));
  });
}
