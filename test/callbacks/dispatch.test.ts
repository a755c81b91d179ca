import {
  type AssignmentContext,
  accept,
  createTaskRouter,
  defer,
  reject,
  type TaskRouter,
} from 'taskrouter-kit';
import { type AssignmentRequestOptions, assignmentRequest, sid } from 'taskrouter-kit/testing';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';

const BASE = 'https://hooks.example.com';
const TOKEN = 'token';
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A router on which a handler's answer names it: reject to the activity with that number. */
function setUp(register: (router: TaskRouter) => unknown, options: object = {}) {
  const router = createTaskRouter({ authToken: TOKEN, publicUrl: BASE, log: silent, ...options });
  register(router);
  router.otherwise(defer());
  const handle = router.fetch();
  return async (sent: Partial<AssignmentRequestOptions> = {}): Promise<number | string> => {
    const url = `${BASE}/taskrouter/assignment`;
    const response = await handle(new Request(url, assignmentRequest({ url, authToken: TOKEN, ...sent })));
    const answer = (await response.json()) as { activity_sid?: string; code?: string };
    return answer.code ?? Number.parseInt(answer.activity_sid?.slice(2) ?? '0', 16);
  };
}

const number = (n: number) => reject({ activity: sid('WA', n) });

describe('dispatch', () => {
  test('the first registered match wins, whatever its conditions are', async () => {
    const ask = setUp((on) =>
      on
        .onAssignment({ queue: sid('WQ', 1), where: ({ task }) => task.priority === 9 }, number(1))
        .onAssignment({ workflow: sid('WW', 1) }, number(2))
        .onAssignment({ queue: sid('WQ', 1) }, number(3))
        .onAssignment({ worker: [sid('WK', 1), sid('WK', 2)], workspace: sid('WS', 1) }, number(4))
        .onAssignment({ where: ({ task }) => task.attributes.vip === true }, number(5)),
    );
    const queue = { TaskQueueSid: sid('WQ', 1) };
    const workflow = { WorkflowSid: sid('WW', 1) };
    expect(await ask({ fields: { ...queue, TaskPriority: '9' } })).toBe(1);
    expect(await ask({ fields: { ...queue, ...workflow } })).toBe(2);
    expect(await ask({ fields: queue })).toBe(3);
    expect(await ask({ fields: { WorkerSid: sid('WK', 2), WorkspaceSid: sid('WS', 1) } })).toBe(4);
    expect(await ask({ fields: { WorkerSid: sid('WK', 2) } })).toBe(0);
    expect(await ask({ task: { vip: true } })).toBe(5);
    expect(await ask({ task: { vip: true }, fields: queue })).toBe(3);
    expect(await ask()).toBe(0);
  });

  test('a schema that refuses means: try the next', async () => {
    const Call = z.object({ type: z.literal('call') });
    const Chat = v.objectAsync({
      type: v.pipeAsync(
        v.string(),
        v.checkAsync(async (type) => type === 'chat'),
      ),
    });
    const ask = setUp((on) =>
      on
        .onAssignment({ task: Call }, number(1))
        .onAssignment({ task: Chat }, number(2))
        .onAssignment({ worker: z.object({ languages: z.array(z.string()) }) }, number(3)),
    );
    expect(await ask({ task: { type: 'call' } })).toBe(1);
    expect(await ask({ task: { type: 'chat' } })).toBe(2);
    expect(await ask({ worker: { languages: ['en'] } })).toBe(3);
    expect(await ask({ task: { type: 'fax' } })).toBe(0);
  });

  test("a handler gets its own schema's output, the next one plain attributes", async () => {
    const seen: unknown[] = [];
    const ask = setUp((on) =>
      on
        .onAssignment(
          {
            task: z.object({ from: z.string().transform((from) => ({ e164: from })) }),
            where: ({ task }) => {
              seen.push(task.attributes);
              return false;
            },
          },
          accept(),
        )
        .onAssignment(({ task }) => {
          seen.push(task.attributes);
          return number(2);
        }),
    );
    expect(await ask({ task: { from: '+15550100', extra: 1 } })).toBe(2);
    expect(seen).toEqual([{ from: { e164: '+15550100' } }, { from: '+15550100', extra: 1 }]);
  });

  test('a channel is the parameter if it was sent, else what channelOf says', async () => {
    const ask = setUp((on) => on.onAssignment({ channel: ['voice', 'chat'] }, number(1)), {
      channelOf: ({ task }: AssignmentContext) => task.attributes.kind as string | undefined,
    });
    expect(await ask({ fields: { TaskChannelUniqueName: 'voice' } })).toBe(1);
    expect(await ask({ fields: { TaskChannelUniqueName: 'sms' }, task: { kind: 'voice' } })).toBe(0);
    expect(await ask({ task: { kind: 'chat' } })).toBe(1);
    expect(await ask()).toBe(0);
  });

  test('10,000 handlers that match on SIDs: a request looks at its own alone', async () => {
    let asked = 0;
    const ask = setUp((on) => {
      for (let n = 1; n <= 10_000; n++) {
        const where = () => {
          asked++;
          return true;
        };
        on.onAssignment({ queue: sid('WQ', n), workflow: sid('WW', 1), where }, number(n));
      }
    });
    expect(await ask({ fields: { TaskQueueSid: sid('WQ', 9_876), WorkflowSid: sid('WW', 1) } })).toBe(9_876);
    expect(asked).toBe(1);
  });
});

describe('onBadAttributes', () => {
  test('takes attributes that are not a JSON object, with the text in the form', async () => {
    let text: string | null = null;
    const ask = setUp((on) =>
      on.onBadAttributes(({ problems, form, task }) => {
        text = form.get('TaskAttributes');
        expect(problems).toEqual([{ of: 'task', handler: undefined, issues: [] }]);
        expect(task.attributes).toEqual({});
        return number(7);
      }),
    );
    expect(await ask({ task: '{"broken' })).toBe(7);
    expect(text).toBe('{"broken');
  });

  test('takes what nothing matched when a schema refused the attributes, and says which and why', async () => {
    const ask = setUp((on) =>
      on
        .onAssignment({ name: 'voice', task: z.object({ call_sid: z.string() }) }, accept())
        .onBadAttributes(({ problems }) => {
          expect(problems).toMatchObject([
            { of: 'task', handler: 'voice', issues: [{ path: ['call_sid'] }] },
          ]);
          return number(8);
        }),
    );
    expect(await ask({ task: {} })).toBe(8);
  });

  test('is not for callbacks that simply match nothing', async () => {
    const ask = setUp((on) => on.onAssignment({ queue: sid('WQ', 1) }, accept()).onBadAttributes(number(9)));
    expect(await ask()).toBe(0);
  });
});
