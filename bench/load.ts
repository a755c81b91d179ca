import { fileURLToPath } from 'node:url';
import { runPinned } from './processes.js';
import type { RequestFile } from './requests.js';
import { ANSWER } from './servers.js';

/** Where load comes from and goes to. */
export interface Target {
  readonly core: number;
  readonly port: number;
  readonly requests: RequestFile;
  /** The first request of the file to send. */
  readonly first: number;
}

/** What `wrk` found. */
export interface Flood {
  readonly requests: number;
  readonly durationUs: number;
  /** CPU time of `wrk` itself. */
  readonly cpuUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Requests taken from the file, those in flight at the end too. */
  readonly taken: number;
  /** Answers that were not 200 or had another body. */
  readonly bad: number;
  /** The first of these: its status, and the beginning of its body. */
  readonly firstBad: string;
  /** 1: the file was too short, and requests were sent again from its beginning. */
  readonly ranOut: 0 | 1;
  /** Connections that failed. */
  readonly errors: number;
  /** Answers that took longer than Twilio waits. */
  readonly timeouts: number;
}

/** As many requests as the server takes, on `connections` connections, by wrk. */
export async function flood(
  target: Target,
  { seconds, connections }: { readonly seconds: number; readonly connections: number },
): Promise<Flood> {
  const { requests, first } = target;
  const script = fileURLToPath(new URL('wrk.lua', import.meta.url));
  const output = await runPinned(target.core, 'wrk', [
    ...[
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '--timeout',
      '5s',
      '-s',
      script,
      `http://127.0.0.1:${target.port}`,
    ],
    ...['--', requests.path, String(requests.size), String(first), ANSWER],
  ]);
  const line = output.split('\n').findLast((one) => one.startsWith('{'));
  if (line === undefined) throw new Error(`wrk gave no result:\n${output}`);
  return JSON.parse(line) as Flood;
}

/** What the load at a fixed rate found. */
export interface Steady {
  readonly latenciesMs: readonly number[];
  readonly bad: number;
  readonly unanswered: number;
}

/** `perSecond` requests a second, whether they are answered or not. */
export async function steady(
  target: Target,
  { seconds, perSecond }: { readonly seconds: number; readonly perSecond: number },
): Promise<Steady> {
  const { port, requests, first } = target;
  const program = fileURLToPath(new URL('programs/steady.js', import.meta.url));
  const { path: file, size, count: total } = requests;
  const job = { port, file, size, total, first, count: seconds * perSecond, perSecond, answer: ANSWER };
  return JSON.parse(await runPinned(target.core, process.execPath, [program, JSON.stringify(job)])) as Steady;
}
