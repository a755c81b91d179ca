import { describe, expect, test } from 'vitest';
import type { DeliveryDetail } from '../../../src/emulator/feed/types.js';
import { centre, isSigned, TALKS } from './centre.js';

const ALL_PROGRESS = 'initiated,ringing,answered,completed';
const FROM = '+15005550001';
const conference = (base: string) => ({
  instruction: 'conference',
  from: FROM,
  status_callback_url: `${base}/leg`,
  status_callback_events: ALL_PROGRESS,
  conference_status_callback: `${base}/conference`,
  conference_status_callback_event: 'start,end,join,leave,mute,hold',
});

describe('the status callbacks of a conference', () => {
  test('tell the worker’s call and the conference from the ringing to the end, in order and signed', async () => {
    const { emulator, endpoint, asked } = await centre(conference, { phones: TALKS });
    const call = emulator.enqueue({ call: { from: '+15005550009', to: FROM } });
    await emulator.quiet();
    await emulator.advance('3s');
    const task = await emulator.until(call.task).isAssigned();
    await emulator.advance('1m');
    await emulator.until(task).isWrapping();
    await emulator.quiet();

    const legs = asked().filter(({ route }) => route === '/leg');
    expect(legs.map(({ params }) => [params.CallStatus, params.SequenceNumber])).toEqual([
      ['initiated', '0'],
      ['ringing', '1'],
      ['in-progress', '2'],
      ['completed', '3'],
    ]);
    const { conference: gained } = JSON.parse(task.attributes);
    expect(legs[0]).toMatchObject({
      method: 'POST',
      params: {
        AccountSid: emulator.accountSid,
        CallSid: gained.participants.worker,
        CallbackSource: 'call-progress-events',
        Direction: 'outbound-api',
        From: FROM,
        To: 'client:ann',
        Timestamp: expect.stringMatching(/^\w{3}, \d{2} \w{3} \d{4} [\d:]{8} \+0000$/),
      },
    });
    expect(legs.at(-1)!.params.CallDuration).toBe('60');

    const told = asked().filter(({ route }) => route === '/conference');
    expect(
      told.map(({ params }) => [params.SequenceNumber, params.StatusCallbackEvent, params.ParticipantLabel]),
    ).toEqual([
      ['1', 'participant-join', 'worker'],
      ['2', 'participant-join', 'customer'],
      ['3', 'conference-start', undefined],
      ['4', 'participant-leave', 'worker'],
      ['5', 'participant-leave', 'customer'],
      ['6', 'conference-end', undefined],
    ]);
    for (const { params } of told)
      expect(params).toMatchObject({ ConferenceSid: gained.sid, FriendlyName: task.sid });
    expect(told[1]!.params).toMatchObject({
      CallSid: call.sid,
      Muted: 'false',
      Hold: 'false',
      Coaching: 'false',
    });
    expect(told[3]!.params.ReasonParticipantLeft).toBe('participant_hung_up');
    expect(told.at(-1)!.params.ReasonConferenceEnded).toBe('last-participant-left');
    for (const request of asked()) expect(isSigned(emulator, endpoint.url, request)).toBe(true);
    expect(emulator.calls()).toEqual({ calls: [], conferences: [] });
    expect(emulator.debugger()).toEqual([]);
  });

  test('are those that were asked for: without events, completed of the call, start and end of the conference', async () => {
    const { emulator, asked } = await centre(
      (base) => ({
        instruction: 'conference',
        from: FROM,
        status_callback_url: `${base}/leg`,
        conference_status_callback: `${base}/conference`,
        conference_status_callback_method: 'GET',
        end_conference_on_exit: true,
      }),
      { phones: TALKS },
    );
    emulator.enqueue();
    await emulator.advance('2m');
    expect(
      asked().map(({ method, params }) => [method, params.StatusCallbackEvent ?? params.CallStatus]),
    ).toEqual([
      ['GET', 'conference-start'],
      ['POST', 'completed'],
      ['GET', 'conference-end'],
    ]);
    expect(asked().at(-1)!.params.ReasonConferenceEnded).toBe('participant-with-end-conference-on-exit-left');
  });

  test.each([
    [{ does: 'hang up', afterMs: 2_000 } as const, 'busy'],
    [{ does: 'not answer' } as const, 'no-answer'],
  ])('say of a worker who does %j that the call was %s', async (phones, status) => {
    const { emulator, asked } = await centre(conference, { phones });
    emulator.enqueue();
    await emulator.quiet();
    emulator.agent('Ann').goTo('Offline');
    await emulator.advance('61s');
    expect(asked().map(({ params }) => params.CallStatus)).toEqual(['initiated', 'ringing', status]);
    expect(emulator.calls().calls).toMatchObject([{ party: 'customer', queued: true }]);
  });
});

test('dequeue tells by GET, with the call that made the task, and where its recording is', async () => {
  const { emulator, endpoint, asked } = await centre(
    (base) => ({
      instruction: 'dequeue',
      record: 'record-from-answer',
      status_callback_url: `${base}/dequeued?mine=1`,
      status_callback_events: ALL_PROGRESS,
    }),
    { phones: TALKS },
  );
  const call = emulator.enqueue();
  await emulator.advance('2m');
  expect(asked().map(({ method, params }) => [method, params.mine, params.CallStatus])).toEqual([
    ['GET', '1', 'initiated'],
    ['GET', '1', 'ringing'],
    ['GET', '1', 'in-progress'],
    ['GET', '1', 'completed'],
  ]);
  for (const request of asked()) {
    expect(request.params.taskCallSid).toBe(call.sid);
    expect(isSigned(emulator, endpoint.url, request)).toBe(true);
  }
  expect(asked().at(-1)!.params.RecordingUrl).toMatch(/\/Recordings\/RE[0-9a-f]{32}$/);
  expect(call.status).toBe('completed');
});

describe('a status callback URL that misbehaves', () => {
  test.each([
    ['answers 500', { status: 500 }, 11200],
    ['redirects', { status: 302, headers: { location: '/elsewhere' } }, 11200],
  ])('and %s is a warning in the debugger; the call goes on', async (_what, answer, code) => {
    const { emulator, asked } = await centre(conference, { phones: TALKS, reply: () => answer });
    const { task } = emulator.enqueue();
    await emulator.advance('2m');
    expect((await emulator.until(task).isWrapping()).assignmentStatus).toBe('wrapping');
    expect(asked()).toHaveLength(10);
    expect(emulator.debugger().map((one) => [one.code, one.level])).toEqual(
      Array(10).fill([code, 'warning']),
    );
  });

  test('and cannot be reached is one too', async () => {
    const { emulator } = await centre(
      () => ({ instruction: 'conference', from: FROM, status_callback_url: 'http://127.0.0.1:1/' }),
      { phones: TALKS },
    );
    emulator.enqueue();
    await emulator.advance('2m');
    expect(emulator.debugger().map(({ code }) => code)).toEqual([11205]);
  });

  test('and hangs holds up what follows for a while, and nothing after the emulator closes', async () => {
    const { emulator, asked } = await centre(conference, {
      phones: { does: 'answer' },
      reply: () => 'never',
    });
    const { task } = emulator.enqueue();
    await emulator.until(task).isAssigned();
    await expect.poll(() => asked().length).toBe(2);
    await emulator.close();
    expect(emulator.deliveries().filter(({ callback }) => callback === 'status')).toEqual([]);
  });

  test('and is no URL is refused with the instruction: the phone does not ring', async () => {
    const { emulator, asked } = await centre(() => ({
      instruction: 'dequeue',
      status_callback_url: 'ftp://127.0.0.1/',
    }));
    emulator.enqueue();
    await emulator.quiet();
    expect(emulator.debugger().map(({ code }) => code)).toEqual([40157]);
    expect(asked()).toEqual([]);
  });
});

test('a kept status callback can be sent again, and has its curl', async () => {
  const { emulator, asked } = await centre(
    (base) => ({ instruction: 'dequeue', status_callback_url: `${base}/dequeued` }),
    { options: { port: 0 } },
  );
  emulator.enqueue();
  await emulator.advance('1m');
  const { id } = emulator.deliveries().find(({ callback }) => callback === 'status')!;
  const answer = await fetch(`${emulator.url}/_emulator/deliveries/${id}`);
  const detail = (await answer.json()) as DeliveryDetail;
  expect(detail.curl).toContain('/dequeued?AccountSid=');
  expect(detail.curl).not.toContain('--data-raw');
  expect(detail.signatureVerdict.verdict).toBe('accepted');
  const again = await fetch(`${emulator.url}/_emulator/deliveries/${id}/replay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(again.status).toBe(201);
  expect(asked().map(({ method }) => method)).toEqual(['GET', 'GET']);
  expect(asked()[1]!.params.Timestamp).toMatch(/ \+0000$/);
});
