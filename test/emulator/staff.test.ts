import type { Emulator, EmulatorOptions, StaffAct, StaffOptions } from 'taskrouter-kit/emulator';
import { expect, test } from 'vitest';
import { ask, isA } from './feed/answers.js';
import { start } from './open.js';

/** An hour of a centre that plays: its events, without SIDs. */
async function hour(
  staff: StaffOptions,
  workers: number,
  make: (emulator: Emulator, minute: number) => void,
) {
  const emulator = await start({
    seed: 1,
    port: false,
    fetch: async (_url, init) => {
      const isCall = new URLSearchParams(String(init!.body)).get('TaskAttributes')!.includes('call_sid');
      return Response.json(isCall ? { instruction: 'conference', from: '+15005550001' } : {});
    },
  });
  emulator.seed({
    workers: Object.fromEntries(
      Array.from({ length: workers }, (_, i) => [
        `Agent ${i}`,
        { attributes: { contact_uri: `client:${i}` } },
      ]),
    ),
    taskQueues: { Q: {} },
    workflows: {
      W: { defaultQueue: 'Q', taskReservationTimeout: 30, assignmentCallbackUrl: 'http://app.test/' },
    },
  });
  const playing = emulator.staff(staff);
  for (let minute = 0; minute < 30; minute += 1) {
    make(emulator, minute);
    await emulator.advance('1m');
  }
  await emulator.advance('30m');
  playing.stop();
  const began = emulator.events[0]!.at;
  return { emulator, events: emulator.events.map(({ type, at }) => `${at - began} ${type}`) };
}

const mixed = (emulator: Emulator, minute: number) => {
  if (minute % 2 === 0) emulator.enqueue();
  else emulator.createTask({ attributes: { type: 'ticket' } });
};

test('staff brings every task to its end, with rejections, missed offers and breaks on the way', async () => {
  const { emulator, events } = await hour({ rejects: 0.2, misses: 0.1, breaks: 0.3 }, 3, mixed);
  const count = (type: string) => events.filter((one) => one.endsWith(` ${type}`)).length;
  expect(count('task.created')).toBe(30);
  expect(count('task.completed')).toBe(30);
  for (const type of ['reservation.rejected', 'reservation.timeout', 'worker.activity.update'])
    expect(count(type), type).toBeGreaterThan(0);
  expect(emulator.calls()).toEqual({ calls: [], conferences: [] });
});

test('the same seed plays the same, and another does not', async () => {
  const [first, second, other] = await Promise.all([
    hour({ seed: 7 }, 3, mixed),
    hour({ seed: 7 }, 3, mixed),
    hour({ seed: 8 }, 3, mixed),
  ]);
  expect(second!.events).toEqual(first!.events);
  expect(other!.events).not.toEqual(first!.events);
});

test('500 agents take 300 tasks, and nothing happens after they stop', async () => {
  const { emulator, events } = await hour({ rejects: 0.01, breaks: 0.01 }, 500, (one) => {
    for (let i = 0; i < 10; i += 1) one.createTask();
  });
  expect(events.filter((one) => one.endsWith(' task.completed'))).toHaveLength(300);
  emulator.createTask();
  const before = emulator.events.length;
  await emulator.advance('20s');
  expect(emulator.events).toHaveLength(before);
});

test('staff that cannot be is refused, with the near miss', async () => {
  const emulator = await start({ port: false });
  emulator.seed({ workers: { Ann: {} } });
  expect(() => emulator.staff({ reject: 1 } as never)).toThrow('Did you mean "rejects"?');
  expect(() => emulator.staff({ rejects: 2 })).toThrow('a share from 0 to 1');
  expect(() => emulator.staff({ answers: 'soon' })).toThrow('A duration is');
  expect(() => emulator.staff({ workers: ['An'] })).toThrow('Ann');
  expect(() => emulator.staff({ workers: 'Ann' as never })).toThrow('a list of names');
  expect(() => emulator.staff({ seed: 0.5 })).toThrow('a whole number');
  const first = emulator.staff();
  expect(() => emulator.staff({ workers: ['Ann'] })).toThrow('Other staff plays Ann already');
  first.stop();
  expect(emulator.staff({ workers: ['Ann'] }).workers).toEqual(['Ann']);
});

/** One worker who plays, without rejections and breaks, and what they do. */
async function ann(options: EmulatorOptions = {}, workflow: object = {}) {
  const emulator = await start(options);
  const { workers } = emulator.seed({
    workers: { Ann: { activity: 'Available', attributes: { contact_uri: 'client:ann' } } },
    taskQueues: { Q: {} },
    workflows: { W: { defaultQueue: 'Q', taskReservationTimeout: '10m', ...workflow } },
  });
  const acts: StaffAct[] = [];
  const staff = emulator.staff({ rejects: 0, breaks: 0, onAct: (act) => acts.push(act) });
  return { emulator, staff, sid: workers.Ann, does: () => acts.splice(0).map(({ does }) => does) };
}

const RINGS = {
  fetch: async () => Response.json({ instruction: 'conference', from: '+15005550001', timeout: 30 }),
};
const CALLBACK = { assignmentCallbackUrl: 'http://app.test/' };

test('staff tells what it does, and plays workers who are made later', async () => {
  const { emulator, staff, does } = await ann({ port: false });
  emulator.agent('Ann').takeOver();
  emulator.seed({
    friendlyName: 'Second',
    workers: { Bob: {} },
    taskQueues: { Q: {} },
    workflows: { W: { defaultQueue: 'Q' } },
  });
  expect(staff.workers).toEqual(['Ann', 'Bob']);
  emulator.createTask({ workspaceSid: emulator.worker('Bob').workspaceSid });
  await emulator.advance('20m');
  expect(does()).toEqual(['go', 'accept', 'wrap up', 'complete']);
});

test('staff tells of a ringing phone what has become of it, not what it means to do', async () => {
  const { emulator, does } = await ann({ port: false, ...RINGS }, CALLBACK);
  const call = emulator.enqueue();
  await emulator.quiet();
  expect(does()).toEqual([]);
  await emulator.until(call.task).isReserved();
  await emulator.advance('10m');
  expect(does()).toEqual(['answer', 'complete']);
});

test('nobody acts for a worker whom a person has taken over; handed back, the agent goes on from there', async () => {
  const { emulator, sid, does } = await ann();
  const task = emulator.createTask();
  const taken = await ask(emulator, 'POST', `/workers/${sid}`, { takenOver: true });
  expect(taken.body.playedBy).toBe('person');
  await emulator.advance('5m');
  expect(emulator.task(task).assignmentStatus).toBe('reserved');

  await emulator.agent('Ann').accept();
  await emulator.advance('1h');
  expect(emulator.task(task).assignmentStatus).toBe('assigned');
  expect(does()).toEqual([]);

  const back = await ask(emulator, 'POST', `/workers/${sid}`, { takenOver: false });
  expect(back.body.playedBy).toBe('staff');
  await emulator.advance('20m');
  expect(does()).toEqual(['wrap up', 'complete']);
  const wrong = await ask(emulator, 'POST', `/workers/${sid}`, { takenOver: 'yes' });
  expect(wrong.body.message).toContain('takenOver must be true or false');
});

test('an offer whose callback was answered meanwhile is decided once it is handed back', async () => {
  const { emulator, does } = await ann({ port: false, fetch: async () => Response.json({}) }, CALLBACK);
  const agent = emulator.agent('Ann');
  agent.takeOver();
  emulator.createTask();
  await emulator.advance('1m');
  expect(does()).toEqual([]);
  agent.handBack();
  await emulator.advance('1m');
  expect(does()[0]).toBe('accept');
});

test('the phone of a worker who is taken over rings until the person accepts, and the call lasts until they end it', async () => {
  const { emulator } = await ann({ port: false, ...RINGS }, CALLBACK);
  const agent = emulator.agent('Ann');
  const call = emulator.enqueue();
  await emulator.quiet();
  agent.takeOver();
  await emulator.advance('25s');
  expect(emulator.calls().calls.map(({ status }) => status)).toEqual(['in-progress', 'ringing']);
  await agent.accept();
  await emulator.advance('1h');
  expect(emulator.calls().calls.map(({ status }) => status)).toEqual(['in-progress', 'in-progress']);
  await agent.wrapUp();
  expect(emulator.calls().calls).toEqual([]);
  expect(call.status).toBe('completed');

  await agent.complete();
  const missed = emulator.enqueue();
  await emulator.advance('29s');
  expect(emulator.task(missed.task).workers).toEqual(['Ann']);
  await emulator.advance('2s');
  expect(emulator.eventsOf(missed.task).map(({ type }) => type)).toContain('reservation.canceled');
});

test('a talk that is taken over goes on, and ends after it is handed back', async () => {
  const { emulator } = await ann(
    { port: false, phones: { does: 'answer', talkMs: 5_000 }, ...RINGS },
    CALLBACK,
  );
  const agent = emulator.agent('Ann');
  const call = emulator.enqueue();
  await emulator.quiet();
  while (emulator.task(call.task).assignmentStatus !== 'assigned') await emulator.advance('1s');
  agent.takeOver();
  await emulator.advance('2h');
  expect(call.status).toBe('in-progress');
  agent.handBack();
  await emulator.advance('20m');
  expect(emulator.eventsOf(call.task).map(({ type }) => type)).toContain('task.completed');
});

test('POST /_emulator/staff plays until its connection ends, and tells what is done line by line', async () => {
  const { emulator, staff } = await ann();
  const post = (body: string, type = 'application/json', signal?: AbortSignal) =>
    fetch(`${emulator.url}/_emulator/staff`, {
      ...{ method: 'POST', body, headers: { 'content-type': type } },
      ...(signal && { signal }),
    });
  expect(await (await post('{}')).json()).toMatchObject({ code: 'played-already' });
  staff.stop();
  expect(await (await post('{"reject":1}')).json()).toMatchObject({ code: 'bad-option' });
  expect(await (await post('{"onAct":1}')).json()).toMatchObject({ code: 'bad-option' });
  expect(await (await post('rejects=1', 'application/x-www-form-urlencoded')).json()).toMatchObject({
    code: 'bad-option',
  });

  const leaving = new AbortController();
  const response = await post('{"rejects":0,"breaks":0}', undefined, leaving.signal);
  const task = emulator.createTask();
  await emulator.advance('20m');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('complete')) text += (await reader.read()).value;
  const [begins, ...acts] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  isA('StaffBegins', begins);
  for (const act of acts) isA('StaffAct', act);
  expect(acts.map(({ does }) => does)).toEqual(['accept', 'wrap up', 'complete']);
  expect(acts[0].taskSid).toBe(task.sid);

  leaving.abort();
  const played = async () =>
    (await ask(emulator, 'GET', '/workspaces')).body.workspaces[0].workers[0].playedBy;
  await expect.poll(played).toBe(null);
});
