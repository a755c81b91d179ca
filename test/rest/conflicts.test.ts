import fc from 'fast-check';
import {
  type Task,
  TaskRouterConflictError,
  TaskRouterNotFoundError,
  TaskRouterStateError,
} from 'taskrouter-kit/rest';
import { describe, expect, test } from 'vitest';
import { mergePatch } from '../../src/rest/patch.js';
import { type Answered, scripted, settled } from './scripted.js';
import { sid } from './sids.js';

const TASK = sid('WT');

/** One task with a version, that others may write to between two requests. */
function versioned(start: object, between: (version: number) => object | undefined = () => undefined) {
  let attributes: object = start;
  let version = 0;
  const world = scripted(({ method, form, headers }) => {
    if (method === 'POST') {
      const other = between(version);
      if (other) {
        attributes = { ...attributes, ...other };
        version += 1;
      }
      const wanted = headers.get('if-match');
      if (wanted !== null && wanted !== String(version)) return { status: 412, json: { status: 412 } };
      attributes = JSON.parse(form.get('Attributes') ?? '{}') as object;
      version += 1;
    }
    return {
      json: { sid: TASK, attributes: JSON.stringify(attributes) },
      headers: { etag: String(version) },
    };
  });
  return { ...world, attributes: () => attributes };
}

describe('patchAttributes', () => {
  test('reads, merges and writes under the version it read', async () => {
    const { client, requests, attributes } = versioned({ call_sid: 'CA1', a: { b: 1, c: 2 }, gone: true });
    const task = await client.tasks.patchAttributes(TASK, { a: { b: 3 }, gone: null, list: [1] });
    expect(attributes()).toEqual({ call_sid: 'CA1', a: { b: 3, c: 2 }, list: [1] });
    expect(task).toMatchObject({ attributes: attributes(), etag: '1' });
    expect(requests.map(({ method, headers }) => [method, headers.get('if-match')])).toEqual([
      ['GET', null],
      ['POST', '0'],
    ]);
  });

  test('begins again when somebody else was faster, and keeps what they wrote', async () => {
    const { client, requests, attributes } = versioned({ n: 1 }, (version) =>
      version < 2 ? { [`twilio_${version}`]: 'theirs' } : undefined,
    );
    await client.tasks.patchAttributes(TASK, ({ n }) => ({ n: Number(n) + 1 }));
    expect(attributes()).toEqual({ n: 2, twilio_0: 'theirs', twilio_1: 'theirs' });
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'POST', 'GET', 'POST']);
  });

  test('writes nothing when nothing changes', async () => {
    const { client, requests } = versioned({ a: 1 });
    await client.tasks.patchAttributes(TASK, { a: 1 });
    await client.tasks.patchAttributes(TASK, () => undefined);
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  test('gives up on a resource that always changes', async () => {
    const { client } = versioned({}, (version) => ({ version }));
    await expect(client.workers.patchAttributes(sid('WK'), { a: 1 })).rejects.toThrow(
      TaskRouterConflictError,
    );
  });

  test('does not write over attributes it cannot read', async () => {
    const { client, requests } = scripted(() => ({ json: { sid: TASK, attributes: 'no JSON' } }));
    await expect(client.tasks.patchAttributes(TASK, { a: 1 })).rejects.toThrow(/not a JSON object/);
    expect(requests).toHaveLength(1);
  });

  test('applies a change once when its answer was lost', async () => {
    let attributes = '{"n":1}';
    let version = 0;
    const { client, clock } = scripted(({ method, form, headers }, index) => {
      if (method === 'POST') {
        if (headers.get('if-match') !== String(version)) return { status: 412, json: {} };
        attributes = form.get('Attributes') ?? '';
        version += 1;
        if (index === 1) return { status: 500, text: '' };
      }
      return { json: { sid: TASK, attributes }, headers: { etag: String(version) } };
    });
    const patching = client.tasks.patchAttributes(TASK, ({ n }) => ({ n: Number(n) + 1 }));
    expect((await settled(patching, () => clock.advance(100))).attributes).toEqual({ n: 2 });
    expect(attributes).toBe('{"n":2}');
  });
});

describe('mergePatch', () => {
  const json = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 });

  test('merging the same again changes nothing, and what is not named stays', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const merged = mergePatch(target, patch);
        expect(mergePatch(merged, patch)).toEqual(merged);
        for (const [name, value] of Object.entries(target))
          if (!Object.hasOwn(patch, name)) expect(merged[name]).toEqual(value);
      }),
    );
  });

  test('a name that is no ordinary one is only a name', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__":{"admin":true}}'));
    expect(Object.hasOwn(merged, '__proto__')).toBe(true);
    expect((merged as { admin?: boolean }).admin).toBeUndefined();
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('ending a task', () => {
  const refusal: Answered = { status: 400, json: { code: 20001, message: 'Cannot cancel task' } };
  /** A task in a state: every move is refused. */
  const stuck = (assignment_status: string) =>
    scripted(({ method }) => (method === 'POST' ? refusal : { json: { sid: TASK, assignment_status } }));

  test.each(['complete', 'cancel', 'wrapUp'] as const)(
    '%s of a task that is there already is well',
    async (method) => {
      const reached = { complete: 'completed', cancel: 'canceled', wrapUp: 'wrapping' }[method];
      expect(await stuck(reached).client.tasks[method](TASK)).toMatchObject({ assignmentStatus: reached });
      await expect(
        stuck(reached).client.tasks[method](TASK, { ifAlreadyDone: 'throw' }),
      ).rejects.toMatchObject({
        name: 'TaskRouterStateError',
        code: 'state',
        state: reached,
      });
    },
  );

  test('a task that Twilio has removed is done, unless asked to throw', async () => {
    const gone = () => scripted(() => ({ status: 404, json: { code: 20404 } })).client.tasks;
    expect(await gone().complete(TASK)).toBeUndefined();
    await expect(gone().complete(TASK, { ifAlreadyDone: 'throw' })).rejects.toThrow(TaskRouterNotFoundError);
  });

  test('a state that rules it out is named', async () => {
    const error: TaskRouterStateError = await stuck('assigned')
      .client.tasks.cancel(TASK)
      .then(
        () => expect.unreachable(),
        (one) => one,
      );
    expect(error).toBeInstanceOf(TaskRouterStateError);
    expect(error.message).toContain('the task is in state assigned, which does not allow it');
    expect(error.cause).toMatchObject({ twilioCode: 20001 });
  });

  test("where the state allows it, Twilio's own reason is told", async () => {
    await expect(stuck('wrapping').client.tasks.complete(TASK)).rejects.toMatchObject({
      status: 400,
      twilioCode: 20001,
    });
  });

  const lost = (states: readonly string[]) => {
    let reads = 0;
    return scripted(({ method }, index) => {
      if (method === 'POST' && index === 0) return { status: 503, text: '' };
      const assignment_status = states[Math.min(reads, states.length - 1)];
      reads += 1;
      return { json: { sid: TASK, assignment_status } };
    });
  };

  test.each<[string, readonly string[], readonly string[]]>([
    ['done', ['completed'], ['POST', 'GET']],
    ['not done', ['assigned', 'completed'], ['POST', 'GET', 'POST']],
  ])('a lost answer is looked into: %s', async (_name, states, methods) => {
    const { client, clock, requests } = lost(states);
    const ended = await settled<Task | undefined>(client.tasks.complete(TASK), () => clock.advance(100));
    expect(ended?.assignmentStatus).toBe('completed');
    expect(requests.map(({ method }) => method)).toEqual(methods);
  });

  test('a lost answer, and then a state of somebody else', async () => {
    const { client, clock, requests } = lost(['canceled']);
    await expect(settled(client.tasks.complete(TASK), () => clock.advance(100))).rejects.toMatchObject({
      state: 'canceled',
    });
    expect(requests).toHaveLength(2);
  });
});
