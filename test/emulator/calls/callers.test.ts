import fc from 'fast-check';
import type { Emulator } from 'taskrouter-kit/emulator';
import { describe, expect, test } from 'vitest';
import { start } from '../open.js';
import { centre, TALKS } from './centre.js';

const CONFERENCE = () => ({ instruction: 'conference', from: '+15005550001' });
const statusOf = (emulator: Emulator, sid: string) => emulator.task(sid).assignmentStatus;

describe('a call put into a queue', () => {
  test('has the attributes that <Enqueue> gives a task, with its own before them', async () => {
    const emulator = await start();
    emulator.seed({ taskQueues: { Q: {} }, workflows: { Help: { defaultQueue: 'Q' } } });
    const call = emulator.enqueue({
      workflow: 'Help',
      call: { from: '+15005550006', to: '+15005550001' },
      attributes: { language: 'en', from_city: 'Bonn', call_sid: 'CAmine' },
      priority: 5,
    });
    expect(JSON.parse(call.task.attributes)).toMatchObject({
      account_sid: emulator.accountSid,
      api_version: '2010-04-01',
      call_sid: call.sid,
      called: '+15005550001',
      caller: '+15005550006',
      direction: 'inbound',
      from: '+15005550006',
      from_city: 'Bonn',
      from_country: 'US',
      language: 'en',
      to: '+15005550001',
      to_zip: '',
    });
    expect(call.task.priority).toBe(5);
    expect(emulator.task(call.task).taskChannel).toBe('voice');
    expect(call.status).toBe('in-progress');
    expect(emulator.calls().calls).toMatchObject([{ callSid: call.sid, queued: true, workerSid: null }]);
  });

  test('that no workflow takes is refused, and no call is left', async () => {
    const emulator = await start();
    emulator.seed({
      taskQueues: { Q: {} },
      workflows: { W: { filters: [{ expression: 'a == 1', targets: [{ queue: 'Q' }] }] } },
    });
    expect(() => emulator.enqueue()).toThrow('no filter');
    expect(() => emulator.enqueue({ cal: {} } as never)).toThrow('Did you mean "call"?');
    expect(() => emulator.enqueue({ call: { form: '+1' } } as never)).toThrow('Did you mean "from"?');
    expect(emulator.calls().calls).toEqual([]);
  });
});

describe('a caller who hangs up', () => {
  test('while waiting cancels the task, with the reason hangup', async () => {
    const emulator = await start();
    emulator.seed({ taskQueues: { Q: {} }, workflows: { W: { defaultQueue: 'Q' } } });
    const call = emulator.enqueue();
    call.hangUp();
    call.hangUp();
    expect(emulator.task(call.taskSid)).toMatchObject({ assignmentStatus: 'canceled', reason: 'hangup' });
    expect(call.status).toBe('completed');
  });

  test('while the worker’s phone rings cancels task, reservation and ringing', async () => {
    const { emulator, asked } = await centre(
      (base) => ({ ...CONFERENCE(), status_callback_url: `${base}/leg` }),
      { phones: TALKS },
    );
    const call = emulator.enqueue();
    await emulator.quiet();
    call.hangUp();
    await emulator.advance('2m');
    expect(statusOf(emulator, call.taskSid)).toBe('canceled');
    expect(asked().map(({ params }) => params.CallStatus)).toEqual(['canceled']);
    expect(emulator.events.map(({ type }) => type)).toContain('reservation.canceled');
  });

  test('in a conversation ends it: the task wraps, and the worker completes it', async () => {
    const { emulator, asked } = await centre(
      (base) => ({
        ...CONFERENCE(),
        end_conference_on_customer_exit: true,
        conference_status_callback: `${base}/conference`,
        conference_status_callback_event: 'leave,end',
      }),
      { phones: { does: 'answer', talkMs: Number.POSITIVE_INFINITY } },
    );
    const call = emulator.enqueue();
    await emulator.until(call.task).isAssigned();
    await emulator.advance('1h');
    call.hangUp();
    await emulator.until(call.task).isWrapping();
    await emulator.agent('Ann').complete();
    await emulator.quiet();
    expect(
      asked().map(({ params: p }) => [p.StatusCallbackEvent, p.ParticipantLabel ?? p.ReasonConferenceEnded]),
    ).toEqual([
      ['participant-leave', 'customer'],
      ['participant-leave', 'worker'],
      ['conference-end', 'participant-with-end-conference-on-exit-left'],
    ]);
    expect(asked()[2]!.params.CallSidEndingConference).toBe(call.sid);
  });

  test('after an agent accepted on their own screen wraps the task', async () => {
    const { emulator } = await centre(() => ({}));
    const call = emulator.enqueue();
    await emulator.agent('Ann').accept();
    call.hangUp();
    expect(statusOf(emulator, call.taskSid)).toBe('wrapping');
  });
});

test('an agent who wraps up hangs up, and so does the end of a task', async () => {
  const { emulator } = await centre(CONFERENCE, {
    phones: { does: 'answer', talkMs: Number.POSITIVE_INFINITY },
  });
  const first = emulator.enqueue();
  await emulator.agent('Ann').wrapUp();
  expect(emulator.calls()).toEqual({ calls: [], conferences: [] });
  await emulator.agent('Ann').complete();
  const second = emulator.enqueue();
  await emulator.agent('Ann').complete();
  expect(emulator.calls()).toEqual({ calls: [], conferences: [] });
  expect([first.status, second.status]).toEqual(['completed', 'completed']);
});

test('a caller on hold waits when the worker has left', async () => {
  const { emulator, asked } = await centre(
    (base) => ({
      ...CONFERENCE(),
      conference_status_callback: `${base}/conference`,
      conference_status_callback_event: 'hold,mute,leave,end',
    }),
    { phones: TALKS },
  );
  const call = emulator.enqueue();
  await emulator.advance('10s');
  const [worker] = emulator.calls().calls.filter(({ party }) => party === 'worker');
  emulator.updateParticipant(worker!.callSid, { muted: true });
  emulator.updateParticipant(worker!.callSid, { muted: false });
  emulator.updateParticipant(call.sid, { hold: true });
  emulator.updateParticipant(call.sid, { hold: true });
  emulator.hangUp(worker!.callSid);
  expect(emulator.calls().conferences).toMatchObject([{ participants: [{ party: 'customer', hold: true }] }]);
  expect(statusOf(emulator, call.taskSid)).toBe('wrapping');
  call.hangUp();
  await emulator.quiet();
  expect(asked().map(({ params }) => params.StatusCallbackEvent)).toEqual([
    'participant-mute',
    'participant-unmute',
    'participant-hold',
    'participant-leave',
    'participant-leave',
    'conference-end',
  ]);
  expect(() => emulator.updateParticipant(call.sid, { hold: true })).toThrow('/Participants/');
  expect(() => emulator.updateParticipant(call.sid, { hld: true } as never)).toThrow('Did you mean "hold"?');
});

test('calls and conferences are kept in a snapshot, and go on from it', async () => {
  const { emulator } = await centre(CONFERENCE, { phones: TALKS });
  const call = emulator.enqueue();
  await emulator.advance('10s');
  const snapshot = await emulator.snapshot();
  const before = emulator.calls();
  expect(before.conferences).toMatchObject([{ started: true, participants: [{}, {}] }]);
  await emulator.advance('1h');
  expect(emulator.calls().calls).toEqual([]);
  await emulator.restore(snapshot);
  expect(emulator.calls()).toEqual(before);
  await emulator.advance('52s');
  expect(statusOf(emulator, call.taskSid)).toBe('assigned');
  await emulator.advance('1s');
  expect(statusOf(emulator, call.taskSid)).toBe('wrapping');
  await emulator.reset();
  expect(emulator.calls()).toEqual({ calls: [], conferences: [] });
});

/** What can happen to a call, and after how many seconds. */
const deed = fc.tuple(
  fc.integer({ min: 0, max: 12 }),
  fc.constantFrom(
    'hang up',
    'worker hangs up',
    'wrap up',
    'complete',
    'cancel',
    'delete',
    'break',
    'hold',
    'kick',
  ),
);
const instruction = fc.constantFrom(
  { instruction: 'dequeue' },
  { instruction: 'conference', from: '+1' },
  { instruction: 'conference', from: '+1', end_conference_on_exit: true },
  { instruction: 'conference', from: '+1', end_conference_on_customer_exit: true, timeout: 5 },
  { instruction: 'call', from: '+1', url: 'http://twiml.test/', accept: true },
  { instruction: 'call', from: '+1', url: 'http://twiml.test/' },
  {},
  { instruction: 'accept' },
);
const phone = fc.constantFrom(
  { does: 'answer' } as const,
  { does: 'answer', afterMs: 3_000, talkMs: 4_000 } as const,
  { does: 'answer', afterMs: 1_000, talkMs: Number.POSITIVE_INFINITY } as const,
  { does: 'hang up', afterMs: 2_000 } as const,
  { does: 'not answer' } as const,
);

test('whoever hangs up at whatever moment, every call ends and no timer of it is left', async () => {
  await fc.assert(
    fc.asyncProperty(instruction, phone, fc.array(deed, { maxLength: 4 }), async (answer, phones, deeds) => {
      const told: string[] = [];
      const emulator = await start({
        phones,
        port: false,
        fetch: async (url, init) => {
          if (String(url).startsWith('http://twiml.test'))
            return new Response('<Response/>', { headers: { 'content-type': 'text/xml' } });
          if (String(url).startsWith('http://status.test')) {
            told.push(new URLSearchParams(String(init!.body)).get('StatusCallbackEvent') ?? '');
            return new Response(null, { status: 204 });
          }
          return Response.json({
            ...('instruction' in answer && answer.instruction === 'conference'
              ? {
                  conference_status_callback: 'http://status.test/',
                  conference_status_callback_event: 'join,leave,start,end',
                }
              : {}),
            ...answer,
          });
        },
      });
      emulator.seed({
        workers: { Ann: { activity: 'Available', attributes: { contact_uri: 'client:ann' } } },
        taskQueues: { Q: {} },
        workflows: {
          W: { defaultQueue: 'Q', assignmentCallbackUrl: 'http://app.test/', taskReservationTimeout: 8 },
        },
      });
      const call = emulator.enqueue({ timeout: 60 });
      await emulator.quiet();
      for (const [seconds, what] of deeds) {
        await emulator.advance(seconds * 1_000);
        act(emulator, call, what);
        await emulator.quiet();
      }
      call.hangUp();
      await emulator.quiet();
      // Wrapping and accepted tasks are the agent's to complete; nobody talks any more.
      expect(emulator.calls()).toEqual({ calls: [], conferences: [] });
      expect(call.status).toBe('completed');
      const count = (event: string) => told.filter((one) => one === event).length;
      expect(count('participant-leave')).toBe(count('participant-join'));
      expect(count('conference-end')).toBeGreaterThanOrEqual(count('conference-start'));
      const before = told.length;
      await emulator.advance('2h');
      expect(told).toHaveLength(before);
      await emulator.close();
    }),
    { numRuns: 150 },
  );
}, 60_000);

function act(emulator: Emulator, call: ReturnType<Emulator['enqueue']>, what: string): void {
  const ann = emulator.agent('Ann');
  const worker = emulator.calls().calls.find(({ party }) => party === 'worker');
  const late = () => {};
  try {
    if (what === 'hang up') call.hangUp();
    else if (what === 'worker hangs up' && worker) emulator.hangUp(worker.callSid);
    else if (what === 'wrap up') void ann.wrapUp({ withinMs: 0 }).catch(late);
    else if (what === 'complete') void ann.complete({ withinMs: 0 }).catch(late);
    else if (what === 'reject') void ann.reject({ withinMs: 0 }).catch(late);
    else if (what === 'break') void ann.goTo('Offline', { rejectPendingReservations: true }).catch(late);
    else if (what === 'hold') emulator.updateParticipant(call.sid, { hold: true });
    else if (what === 'mute' && worker) emulator.updateParticipant(worker.callSid, { muted: true });
  } catch {
    // It was too late for that.
  }
}
