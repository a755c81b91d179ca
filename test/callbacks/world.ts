import { createTaskRouter, defer, type TaskRouter, type TaskRouterOptions } from 'taskrouter-kit';
import {
  type AssignmentRequestOptions,
  assignmentRequest,
  createFakeClock,
  eventRequest,
  sid,
} from 'taskrouter-kit/testing';

export const BASE = 'https://hooks.example.com';
export const TOKEN = 'token';

export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** A router on a fake clock, and a Twilio of its own that calls it. */
export function world(
  register: (router: TaskRouter) => unknown,
  given: Partial<TaskRouterOptions> & {
    waitUntil?: ((work: Promise<unknown>) => void) | undefined;
    clock?: ReturnType<typeof createFakeClock>;
  } = {},
) {
  const { waitUntil, clock = createFakeClock(), ...options } = { waitUntil: () => {}, ...given };
  const how = waitUntil ? { waitUntil } : {};
  const lines: Line[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields: fields as Record<string, unknown> });
  };
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const router = createTaskRouter({ authToken: TOKEN, publicUrl: BASE, log, clock, ...options });
  register(router);
  try {
    router.otherwise(defer());
  } catch {
    // The test registered its own.
  }
  const handle = router.fetch(how);

  async function post(path: string, signed: { headers: Readonly<Record<string, string>>; body: string }) {
    const response = await handle(
      new Request(BASE + path, { method: 'POST', headers: signed.headers, body: signed.body }),
    );
    const text = await response.text();
    return {
      status: response.status,
      body: text,
      code: (text && (JSON.parse(text) as { code?: string }).code) || undefined,
    };
  }
  const stamp = () => String(Math.floor(clock.now() / 1_000));

  return {
    clock,
    lines,
    router,
    /** One reservation, to be sent to either URL as often as wanted. */
    reservation(sent: Partial<AssignmentRequestOptions> = {}) {
      const sids = {
        AccountSid: 'AC',
        WorkspaceSid: 'WS',
        WorkflowSid: 'WW',
        TaskQueueSid: 'WQ',
        TaskSid: 'WT',
        WorkerSid: 'WK',
        ReservationSid: 'WR',
      };
      const fields = Object.fromEntries(Object.entries(sids).map(([name, prefix]) => [name, sid(prefix)]));
      const send = (path: string) =>
        post(
          path,
          assignmentRequest({
            url: BASE + path,
            authToken: TOKEN,
            ...sent,
            fields: { ...fields, Timestamp: stamp(), ...sent.fields },
          }),
        );
      return {
        primary: () => send('/taskrouter/assignment'),
        fallback: () => send('/taskrouter/assignment/fallback'),
      };
    },
    event(type: string, fields: Record<string, string> = {}) {
      const path = '/taskrouter/events';
      return post(
        path,
        eventRequest({
          url: BASE + path,
          authToken: TOKEN,
          type,
          fields: { AccountSid: sid('AC', 1), Timestamp: stamp(), ...fields },
        }),
      );
    },
  };
}

/** A promise to be settled by the test. */
export function gate<T = void>() {
  let open!: (value: T) => void;
  let fail!: (error: unknown) => void;
  const opened = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { opened, open, fail };
}
