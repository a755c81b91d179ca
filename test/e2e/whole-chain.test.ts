import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { conference, createTaskRouter, defer } from 'taskrouter-kit';
import { createEmulator } from 'taskrouter-kit/emulator';
import twilio from 'twilio';
import { Worker } from 'twilio-taskrouter';
import { expect, test } from 'vitest';

/** A caller, a router, a callback and an agent's screen: all of a contact centre, on one machine. */
test('a call is queued, answered by our handler, taken on the agent’s SDK, ended by the caller and completed by the agent', async () => {
  const emulator = await createEmulator({
    clock: 'virtual',
    phones: { does: 'answer', afterMs: 5_000, talkMs: Number.POSITIVE_INFINITY },
  });
  const told: string[] = [];
  let base = '';
  const router = createTaskRouter({ authToken: emulator.authToken })
    .onAssignment({ where: ({ task }) => 'call_sid' in task.attributes }, ({ task }) =>
      conference({
        from: String(task.attributes.called),
        endConferenceOnExit: true,
        statusCallbackUrl: `${base}/leg`,
        statusCallbackEvents: ['initiated', 'ringing', 'answered', 'completed'],
        conferenceStatusCallback: `${base}/conference`,
        conferenceStatusCallbackEvents: ['start', 'end', 'join', 'leave'],
      }),
    )
    .otherwise(defer());
  const callbacks = router.node();
  const server = createServer(async (request, response) => {
    if (request.url !== '/leg' && request.url !== '/conference') return callbacks(request, response);
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    const signature = String(request.headers['x-twilio-signature']);
    const genuine = twilio.validateRequest(emulator.authToken, signature, base + request.url, form);
    told.push(`${genuine ? '' : 'forged '}${form.StatusCallbackEvent ?? form.CallStatus}`);
    response.writeHead(204).end();
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  emulator.seed({
    workers: { Ann: { activity: 'Offline', attributes: { contact_uri: 'client:ann' } } },
    taskQueues: { Support: {} },
    workflows: { Help: { defaultQueue: 'Support', assignmentCallbackUrl: `${base}/taskrouter/assignment` } },
  });

  const http = `${emulator.url}/v1/wschannels`;
  const ann = new Worker(await emulator.accessToken('Ann'), {
    ebServer: http,
    wsServer: http.replace('http', 'ws'),
  } as never);
  try {
    await once(ann, 'ready');
    await [...ann.activities.values()].find(({ name }) => name === 'Available')!.setAsCurrent();
    const created = once(ann, 'reservationCreated');
    const call = emulator.enqueue({ workflow: 'Help', call: { from: '+15005550009', to: '+15005550001' } });
    const [reservation] = await created;
    expect(reservation.task.attributes).toMatchObject({ call_sid: call.sid, from: '+15005550009' });

    // The phone rings for five seconds; then both are in the conference, and the reservation is accepted.
    const accepted = once(reservation, 'accepted');
    await emulator.advance('4s');
    expect(emulator.task(call.task).assignmentStatus).toBe('reserved');
    await emulator.advance('1s');
    await accepted;
    expect(reservation.status).toBe('accepted');

    // They talk for ten minutes, until the caller hangs up.
    await emulator.advance('10m');
    const wrapping = once(reservation, 'wrapup');
    call.hangUp();
    await wrapping;
    await reservation.complete();
    const { assignmentStatus } = await emulator.until(call.task).isCompleted();
    expect(assignmentStatus).toBe('completed');
    await emulator.quiet();
    expect(told.filter((event) => /^(initiated|ringing|in-progress|completed)$/.test(event))).toEqual([
      'initiated',
      'ringing',
      'in-progress',
      'completed',
    ]);
    expect(told.filter((event) => event.includes('-') && event !== 'in-progress')).toEqual([
      'participant-join',
      'participant-join',
      'conference-start',
      'participant-leave',
      'participant-leave',
      'conference-end',
    ]);
    expect(emulator.calls()).toEqual({ calls: [], conferences: [] });
    expect(emulator.debugger()).toEqual([]);
  } finally {
    ann.disconnect();
    await router.close();
    await emulator.close();
    server.close();
  }
});
