import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomOf } from '../simulation/random.js';
import { startWatched } from '../support/watched/start.js';
import { judgeLine } from './answers.js';
import { FORM_HEADERS, genuine, written } from './requests.js';

const HEAD = `POST /taskrouter/assignment HTTP/1.1\r\nHost: x\r\n${FORM_HEADERS}\r\n`;
// Long, so that the buffers of the kernel are full after a few hundred, and it is no flood.
const WHOLE = `${HEAD}X-Long: ${'x'.repeat(8_000)}\r\nContent-Length: 3\r\n\r\na=1`;
const MANY = Buffer.from(WHOLE.repeat(20));

/** Senders that never come to an end, and within how many seconds the endpoint must have ended their connections. */
const SENDERS: Readonly<Record<string, { readonly withinS: number; begin(socket: Socket): void }>> = {
  'nothing is sent': { withinS: 16, begin: () => {} },
  'half a head': { withinS: 16, begin: (socket) => void socket.write(HEAD) },
  'a head in drips': { withinS: 16, begin: (socket) => drip(socket, HEAD, 'X-A: b\r\n') },
  'half a body': {
    withinS: 21,
    begin: (socket) => void socket.write(`${HEAD}Content-Length: 9000\r\n\r\na=1`),
  },
  'a body in drips': {
    withinS: 21,
    begin: (socket) => drip(socket, `${HEAD}Content-Length: 9000\r\n\r\n`, 'a=1&'),
  },
  'a chunked body in drips': {
    withinS: 21,
    begin: (socket) => drip(socket, `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, '1\r\na\r\n'),
  },
  'answers that nobody reads': {
    withinS: 21,
    begin(socket) {
      socket.pause();
      const more = () => {
        socket.write(MANY, (error) => {
          if (!error) setImmediate(more);
        });
      };
      more();
    },
  },
};

/** So many of the last kind show what there is to see. */
const FEW = 3;

/** How late a busy machine may be, in seconds. */
const LATE_S = 15;

/** Sends a little every few seconds, so that the connection never looks idle. */
function drip(socket: Socket, first: string, then: string): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(then), 3_000);
  socket.on('close', () => clearInterval(timer));
}

export interface HalfOpenReport {
  readonly violations: readonly string[];
  /** The longest that a connection of each kind was open, in seconds. */
  readonly longestS: Readonly<Record<string, number>>;
  readonly callbacks: number;
  /** Of a genuine callback meanwhile, in milliseconds. */
  readonly slowestMs: number;
  readonly mostBytesHeld: number;
}

/** Holds so many connections open that never send a whole request, while genuine callbacks go on. */
export async function holdOpen(count: number, seed: number): Promise<HalfOpenReport> {
  const env = { MAX_CONNECTIONS: String(count + 1_000) };
  const endpoint = await startWatched('test/hostile/handlers.ts', env, judgeLine);
  const open = new Map<Socket, string>();
  try {
    const violations: string[] = [];
    const longestS: Record<string, number> = {};
    const random = randomOf(seed, 'genuine');
    const idle = await endpoint.held();
    const kinds = Object.keys(SENDERS);
    for (let number = 0; number < count; number++) {
      const kind = kinds[number < FEW * kinds.length ? number % kinds.length : number % (kinds.length - 1)]!;
      const socket = connect(endpoint.port, '127.0.0.1').on('error', () => {});
      open.set(socket, kind);
      let opened = performance.now();
      socket.once('connect', () => {
        opened = performance.now();
        SENDERS[kind]!.begin(socket);
      });
      socket.resume().once('close', () => {
        if (!open.delete(socket)) return;
        longestS[kind] = Math.max(longestS[kind] ?? 0, Math.round((performance.now() - opened) / 100) / 10);
      });
      // Fewer than wait for accept(): what the kernel drops there is tried again much later.
      if (number % 100 === 99)
        await answerTo(endpoint.port, written(genuine(random), 'Connection: close\r\n'));
    }
    const began = performance.now();
    let callbacks = 0;
    let slowestMs = 0;
    let mostBytesHeld = 0;
    const longest = Math.max(...Object.values(SENDERS).map(({ withinS }) => withinS)) + LATE_S;
    while (open.size > 0 && performance.now() - began < longest * 1_000) {
      const sent = performance.now();
      const got = await answerTo(endpoint.port, written(genuine(random), 'Connection: close\r\n'));
      slowestMs = Math.max(slowestMs, performance.now() - sent);
      callbacks += 1;
      if (!/^HTTP\/1\.1 20[04] /.test(got)) violations.push(`a genuine callback got ${got.slice(0, 200)}`);
      if (callbacks % 20 === 1) mostBytesHeld = Math.max(mostBytesHeld, (await endpoint.held()).rss);
      await sleep(100);
    }
    for (const [kind, { withinS }] of Object.entries(SENDERS)) {
      const left = [...open.values()].filter((one) => one === kind).length;
      if (left > 0) violations.push(`${kind}: ${left} connections were still open after ${longest} s`);
      else if ((longestS[kind] ?? 0) > withinS + LATE_S)
        violations.push(`${kind}: open for ${longestS[kind]} s`);
    }
    for (const socket of open.keys()) socket.destroy();
    const end = await endpoint.settled(idle);
    for (const name of ['sockets', 'timers', 'listeners'] as const) {
      if (end[name] > idle[name]) violations.push(`${name}: ${idle[name]} before, ${end[name]} after`);
    }
    return {
      violations: [...violations, ...endpoint.complaints],
      longestS,
      callbacks,
      slowestMs: Math.round(slowestMs),
      mostBytesHeld,
    };
  } finally {
    for (const socket of open.keys()) socket.destroy();
    await endpoint.close();
  }
}

function answerTo(port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    let got = '';
    const socket = connect(port, '127.0.0.1')
      .setEncoding('latin1')
      .on('data', (text: string) => {
        got += text;
      })
      .on('error', (error) => resolve(String(error)))
      .on('close', () => resolve(got));
    socket.end(Buffer.from(request, 'latin1'));
  });
}
