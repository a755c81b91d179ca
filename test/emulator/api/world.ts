import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { afterEach, beforeEach } from 'vitest';

/** What every test of the API begins with, and how it calls. */
export let emulator: Emulator;
export let workspaceSid: string;
export let workers: { readonly Ann: string; readonly Bob: string };

/** Two workers, of whom only Ann is available, two queues, and a workflow to the one that only Bob is in. */
export function useWorld(): void {
  beforeEach(async () => {
    emulator = await createEmulator({ clock: 'virtual' });
    const seeded = emulator.seed({
      workers: {
        Ann: { activity: 'Available', attributes: { level: 2 } },
        Bob: { attributes: { level: 1 } },
      },
      taskQueues: { One: { targetWorkers: 'level > 1' }, Two: { targetWorkers: 'level <= 1' } },
      workflows: { W: { defaultQueue: 'Two' } },
    });
    workspaceSid = seeded.workspaceSid;
    workers = seeded.workers;
  });
  afterEach(() => emulator.close());
}

export const authorization = () =>
  `Basic ${Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64')}`;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function send(
  method: string,
  path: string,
  body?: string | URLSearchParams,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(new URL(path, `${emulator.url}/`), {
    method,
    body: body ?? null,
    headers: { authorization: authorization(), ...headers },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

/** A path of the workspace. */
export const at = (path = '') => `/v1/Workspaces/${workspaceSid}${path}`;
export const get = (path: string) => send('GET', path);
export const post = (path: string, form: Record<string, string>, headers?: Record<string, string>) =>
  send('POST', path, new URLSearchParams(form), headers);
/** The names of what a list shows. */
export const names = ({ body }: Answer, key: string) =>
  (body[key] as { friendly_name: string }[]).map(({ friendly_name }) => friendly_name);
