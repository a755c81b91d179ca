import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startPinned } from './processes.js';

export const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
/** What Twilio would have been given: the signature covers it, and nobody has to listen there. */
export const PUBLIC_URL = 'https://hooks.example.com';
export const CALLBACK_PATH = '/taskrouter/assignment';
export const CALLED = '+15017122661';

/** The body of every answer: what the handlers of the measured servers decide, in its wire form. */
export const ANSWER = JSON.stringify({
  instruction: 'conference',
  from: CALLED,
  end_conference_on_exit: true,
  conference_record: 'record-from-start',
});

export const SERVERS = {
  raw: { title: 'raw node:http + HMAC', program: 'raw.js' },
  rawRedis: { title: 'raw, and two Redis round trips', program: 'raw.js' },
  twilio: { title: 'Express 5 + twilio.webhook()', program: 'express-twilio.js' },
  mounted: { title: 'ours mounted in Express 5', program: 'mounted.js' },
  twilioOptions: {
    title: 'Express 5 + twilio.webhook(), with expressServerOptions',
    program: 'express-twilio.js',
  },
  mountedOptions: { title: 'ours mounted in Express 5, with expressServerOptions', program: 'mounted.js' },
  deployed: { title: 'ours deployed, memory store', program: 'deployed.js' },
  redis: { title: 'ours deployed, Redis', program: 'deployed.js' },
} as const;

export type ServerName = keyof typeof SERVERS;

export const SERVER_NAMES = Object.keys(SERVERS) as ServerName[];

/** Whether it is given a Redis. */
export function needsRedis(name: ServerName): boolean {
  return name === 'redis' || name === 'rawRedis';
}

/** Whether it runs handlers, and tells duplicates. */
export function isOurs(name: ServerName): boolean {
  return !name.startsWith('raw') && !name.startsWith('twilio');
}

/** What a server has counted since its start. */
export interface Report {
  readonly requests: number;
  /** Distinct reservations answered with 200. */
  readonly reservations: number;
  readonly runs: number;
  /** Runs for a reservation whose handler had run before. */
  readonly repeatedRuns: number;
  /** Answers that could not be recorded in the store. */
  readonly degraded: number;
  /** Answers other than 200: how many of each status and reason. */
  readonly failures: Readonly<Record<string, number>>;
  /** User and system time of the process, all threads, in microseconds. */
  readonly cpuUs: number;
}

/** A server in a process of its own. */
export interface MeasuredServer {
  readonly port: number;
  /** What it has counted, once nothing is in flight any more. */
  report(): Promise<Report>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly core: number;
  /** A private Redis; for those that need one. */
  readonly redisUrl: string | undefined;
  /** A folder for a CPU profile of the server. */
  readonly profile: string | undefined;
}

/** Starts one of the servers: plain Node and the built package, in production mode, its log thrown away. */
export async function startServer(name: ServerName, options: StartOptions): Promise<MeasuredServer> {
  const program = fileURLToPath(new URL(`programs/${SERVERS[name].program}`, import.meta.url));
  const flags = options.profile ? ['--cpu-prof', '--cpu-prof-dir', options.profile] : [];
  const child = startPinned(options.core, process.execPath, [...flags, program], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      PUBLIC_URL,
      CALLBACK_PATH,
      ANSWER,
      ...(name.endsWith('Options') ? { SERVER_OPTIONS: 'yes' } : {}),
      ...(options.redisUrl ? { REDIS_URL: options.redisUrl } : {}),
    },
  });
  const { port } = await messageOf<{ port: number }>(child);

  async function ask(): Promise<Report> {
    child.send('report');
    return messageOf<Report>(child);
  }

  return {
    port,
    async report() {
      let last = await ask();
      for (;;) {
        await sleep(100);
        const now = await ask();
        if (now.requests === last.requests) return now;
        last = now;
      }
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      const kill = setTimeout(() => child.kill('SIGKILL'), 5_000);
      child.disconnect();
      await ended;
      clearTimeout(kill);
    },
  };
}

function messageOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null) =>
      reject(new Error(`A server ended with ${signal ?? code}; its error is above.`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as T);
    });
  });
}
