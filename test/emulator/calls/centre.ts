import type { Emulator, EmulatorOptions, PhoneBehaviour } from 'taskrouter-kit/emulator';
import twilio from 'twilio';
import { afterEach } from 'vitest';
import { type Received, type Reply, startEndpoint } from '../delivery/endpoint.js';
import { start } from '../open.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** An endpoint whose assignment route answers an instruction, and an emulator with one available worker. */
export async function centre(
  instruction: (base: string) => object,
  {
    phones,
    reply,
    options = {},
  }: {
    readonly phones?: PhoneBehaviour;
    /** What the other routes answer. */
    readonly reply?: (request: Received) => Reply | undefined;
    readonly options?: EmulatorOptions;
  } = {},
) {
  const endpoint = await startEndpoint((request) => {
    const base = `http://${request.headers.host}`;
    if (request.path === '/assignment') return instruction(base);
    return reply?.(request) ?? { status: 204 };
  });
  open.push(endpoint);
  const emulator = await start({ phones, ...options });
  emulator.seed({
    workers: { Ann: { activity: 'Available', attributes: { contact_uri: 'client:ann' } } },
    taskQueues: { Q: {} },
    workflows: { W: { defaultQueue: 'Q', assignmentCallbackUrl: `${endpoint.url}/assignment` } },
  });
  /** What the other routes were asked, in order, with GET's parameters as a form's. */
  const asked = () =>
    endpoint.received
      .filter(({ path }) => path !== '/assignment')
      .map(({ path, form, headers, method }) => {
        const url = new URL(path, endpoint.url);
        const params = method === 'GET' ? Object.fromEntries(url.searchParams) : form;
        return { route: url.pathname, path, method, params, form, headers } as const;
      });
  return { endpoint, emulator, asked };
}

/** Is the request signed so that Twilio's own validator accepts it? */
export const isSigned = (
  { authToken }: Pick<Emulator, 'authToken'>,
  base: string,
  { path, form, headers }: Pick<Received, 'path' | 'form' | 'headers'>,
): boolean =>
  twilio.validateRequest(authToken, String(headers['x-twilio-signature']), base + path, { ...form });

export const TALKS = { does: 'answer', afterMs: 3_000, talkMs: 60_000 } as const;
