import { connect } from 'node:net';
import { systemCode } from '../errors.js';

const LOOK_MS = 1_000;

/** Whether an app of another process can be reached. */
export interface AppWatch {
  readonly up: () => boolean;
  stop(): void;
}

/**
 * Looks once a second whether something listens where the app should be. It opens a connection and sends nothing.
 *
 * @param onChange - hears whether it is up, the first time in any case; else why it cannot be reached.
 */
export async function watchApp(url: string, onChange: (up: boolean, why: string) => void): Promise<AppWatch> {
  let up: boolean | undefined;
  const look = async () => {
    const failure = await reach(url);
    const now = failure === undefined;
    if (now === up) return;
    up = now;
    onChange(now, failure ?? '');
  };
  await look();
  const timer = setInterval(look, LOOK_MS);
  return { up: () => up === true, stop: () => clearInterval(timer) };
}

/** @returns why nothing could be reached; undefined: something listens. */
function reach(text: string): Promise<string | undefined> {
  const { hostname, port, protocol } = new URL(text);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
      timeout: LOOK_MS,
    });
    const end = (failure: string | undefined) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('no answer'));
    socket.once('error', (error) => end(codeOf(error)));
  });
}

/** `localhost` is tried on several addresses, and all of them fail together. */
function codeOf(error: Error): string {
  return systemCode(error instanceof AggregateError ? (error.errors[0] ?? error) : error);
}
