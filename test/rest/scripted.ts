// Loaded with the first failure, which takes real time: here it is there before a clock is turned.
import 'p-retry';
import { createTaskRouterClient, type TaskRouterClientOptions } from 'taskrouter-kit/rest';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { CREDENTIALS } from './sids.js';

export interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly form: URLSearchParams;
  readonly headers: Headers;
}

export interface Answered {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client over a `fetch` that answers as the function says, on a clock that stands still. */
export function scripted(
  answer: (sent: Sent, index: number) => Answered | Promise<Answered>,
  options: TaskRouterClientOptions = {},
) {
  const requests: Sent[] = [];
  const clock = createFakeClock();
  const client = createTaskRouterClient({
    ...CREDENTIALS,
    clock,
    random: () => 0.5,
    fetch: async (input, init) => {
      const url = new URL(String(input));
      const sent: Sent = {
        method: init?.method ?? 'GET',
        url,
        form: new URLSearchParams(init?.method === 'POST' ? String(init.body) : url.search),
        headers: new Headers(init?.headers),
      };
      requests.push(sent);
      const {
        status = 200,
        json = {},
        text = JSON.stringify(json),
        headers = {},
      } = await answer(sent, requests.length - 1);
      return new Response(status === 204 ? null : text, { status, headers });
    },
    ...options,
  });
  return { client, clock, requests };
}

/** How an outcome that is awaited later is kept from being reported as unhandled. */
export async function settled<T>(promise: Promise<T>, pass: () => Promise<void>): Promise<T> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  promise.then(end, end);
  for (let turn = 0; turn < 1_000 && !ended; turn += 1) await pass();
  return promise;
}
