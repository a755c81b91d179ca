import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/clock.js';
import type { BacklogLimits } from '../../../src/emulator/agents/backlog.js';
import { AgentSockets } from '../../../src/emulator/agents/sockets.js';
import type { EngineEvent } from '../../../src/emulator/engine/index.js';
import { type Centre, call, connect, startCentre } from './centre.js';
import { makeWorld } from './half-open.js';

/** A WebSocket by hand, which answers nothing. */
async function silentSocket({ http }: Centre, token: string): Promise<Socket> {
  const { port, hostname } = new URL(http);
  const socket = connectTcp(Number(port), hostname);
  socket.on('error', () => {});
  socket.write(
    [
      `GET /v1/wschannels?token=${token} HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '\r\n',
    ].join('\r\n'),
  );
  await once(socket, 'data');
  return socket;
}

const until = async (what: () => boolean) => {
  for (let waited = 0; !what(); waited += 10) {
    if (waited > 10_000) throw new Error('it did not come about');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** A clock that stands still. The test runs what is due. */
function clockByHand() {
  const timers: { run: () => void; ms: number }[] = [];
  const clock = {
    now: () => 0,
    setTimeout: (run: () => void, ms: number) => timers.push({ run, ms }),
    clearTimeout: () => {},
  };
  return { clock, timers };
}

describe('an event', () => {
  test('goes to every socket of the workers it concerns, in order, and to no other', async () => {
    const centre = await startCentre();
    const { emulator, workers } = centre;
    const sockets = await Promise.all(
      ['Ann', 'Ann', 'Bob', 'Sue'].map(async (name) => {
        const socket = connect(centre, await emulator.accessToken(name));
        await socket.next('init');
        return socket;
      }),
    );
    const [first, second, bob, sue] = sockets;
    const token = await emulator.accessToken('Ann');
    const task = emulator.createTask({ attributes: { secret: 'of Ann' } });
    const created = await first!.next('reservation.created');
    expect(created).toMatchObject({ worker_sid: workers.Ann, task: { sid: task.sid, version: 1 } });
    const reservation = `Workers/${workers.Ann}/Reservations/${created.sid}`;
    for (const ReservationStatus of ['accepted', 'wrapping', 'completed'])
      await call(centre, token, 'POST', reservation, { ReservationStatus });
    await Promise.all([first!.next('task.updated'), second!.next('task.updated')]);
    const types = [
      ...['init', 'reservation.created', 'reservation.accepted', 'task.wrapup', 'reservation.wrapup'],
      ...['task.completed', 'reservation.completed', 'task.updated'],
    ];
    expect([first!.types(), second!.types()]).toEqual([types, types]);
    expect([bob!.types(), sue!.types()]).toEqual([['init'], ['init']]);
    expect(JSON.stringify([bob!.heard, sue!.heard])).not.toContain('of Ann');
  });

  test('of a task goes to nobody who has lost it before', async () => {
    const centre = await startCentre();
    const { emulator, workers } = centre;
    const ann = connect(centre, await emulator.accessToken('Ann'));
    await ann.next('init');
    const { sid } = emulator.createTask({});
    const { sid: reservation } = await ann.next('reservation.created');
    const token = await emulator.accessToken('Ann');
    const { Offline } = Object.fromEntries(
      [...emulator.workspaces.get(centre.workspaceSid)!.activities.values()].map((one) => [
        one.friendlyName,
        one.sid,
      ]),
    );
    await call(centre, token, 'POST', `Workers/${workers.Ann}/Reservations/${reservation}`, {
      ReservationStatus: 'rejected',
      WorkerActivitySid: Offline,
    });
    await emulator.advance('1s');
    const sue = await emulator.accessToken('Sue', { role: 'supervisor' });
    await call(centre, sue, 'POST', `Tasks/${sid}`, { Attributes: { n: 1 } });
    await call(centre, sue, 'POST', `Workers/${workers.Ann}`, { Attributes: { last: true } });
    await ann.next('worker.attributes.update');
    expect(ann.types()).not.toContain('task.updated');
  });

  test('has the version of its moment, whatever came after it in the same change', async () => {
    const centre = await startCentre();
    const { emulator, workers } = centre;
    const bob = connect(centre, await emulator.accessToken('Bob'));
    await bob.next('init');
    emulator.createTask({});
    emulator.createTask({});
    const admin = await emulator.accessToken();
    const available = [...emulator.workspaces.get(centre.workspaceSid)!.activities.values()].find(
      (one) => one.available,
    )!;
    const { payload } = (
      await call(centre, admin, 'POST', `Workers/${workers.Bob}`, { ActivitySid: available.sid })
    ).body;
    const update = await bob.next('worker.activity.update');
    await bob.next('reservation.created');
    // One for the activity; the reservation's own is for the client to add.
    expect([payload!.version, update.version]).toEqual([1, 1]);
    expect((await call(centre, admin, 'GET', `Workers/${workers.Bob}`)).body.payload!.version).toBe(2);
  });
});

describe('what comes in by a socket', () => {
  test('is ignored, and ends the socket where it is no frame or too long', async () => {
    const centre = await startCentre();
    const token = await centre.emulator.accessToken('Ann');
    const talker = connect(centre, token);
    await talker.next('init');
    for (const text of ['', '{}', '{"event_type":"reservation.created"}', 'x'.repeat(4_000)])
      talker.ws.send(text);
    centre.emulator.createTask({});
    await talker.next('reservation.created');

    const long = connect(centre, token);
    await long.next('init');
    long.ws.send('x'.repeat(5_000));
    expect(await long.closed).toMatchObject({ code: 1009 });

    const garbage = await silentSocket(centre, token);
    garbage.write(Buffer.from([0xff, 0xff, 0, 1, 2, 3]));
    await once(garbage, 'close');
    expect((await call(centre, token, 'GET', 'Activities')).status).toBe(200);
    expect(centre.logged).toEqual([]);
  });

  test.each([
    ['another path', '/v1/Workspaces', 404],
    ['the address of taskrouter.js v1', '/v1/wschannels/AC1/WK1', 404],
  ])('at %s is refused', async (_name, path, status) => {
    const centre = await startCentre();
    const { port, hostname } = new URL(centre.http);
    const socket = connectTcp(Number(port), hostname);
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    await once(socket, 'close');
  });

  test('may be no handshake at all', async () => {
    const centre = await startCentre();
    const { port, hostname } = new URL(centre.http);
    for (const headers of [
      'Upgrade: h2c',
      'Upgrade: websocket',
      'Upgrade: websocket\r\nSec-WebSocket-Version: 1',
    ]) {
      const socket = connectTcp(Number(port), hostname);
      socket.write(`GET /v1/wschannels HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n${headers}\r\n\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString(), headers).toMatch(/^HTTP\/1.1 4\d\d /);
      socket.destroy();
    }
    expect(centre.logged).toEqual([]);
  });
});

/** Sockets of the test's own, with a clock of its own, beside those of the emulator. */
async function ownSockets(centre: Centre, clock?: Clock, backlog?: BacklogLimits) {
  const sockets = new AgentSockets({ ...makeWorld(centre.emulator), clock, backlog });
  const server = createServer();
  server.on('upgrade', (request, stream, head) => void sockets.upgrade(request, stream, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  const http = `http://127.0.0.1:${(server.address() as { port: number }).port}/v1/wschannels`;
  return { sockets, there: { ...centre, http, ws: http.replace('http', 'ws') } };
}
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

test('memory is bounded for a reader that reads nothing: it is cut off, and others are not', async () => {
  const centre = await startCentre();
  const { sockets, there } = await ownSockets(centre);
  const deaf = await silentSocket(there, await centre.emulator.accessToken('Ann'));
  deaf.pause();
  const reader = connect(there, await centre.emulator.accessToken('Bob'));
  await reader.next('init');
  const event = (WorkerSid: string): EngineEvent => ({
    ...{ kind: 'event', sid: 'EV1', type: 'worker.attributes.update', at: 0, workspaceName: '' },
    ...{ workspaceSid: centre.workspaceSid, resourceType: 'worker', resourceSid: WorkerSid },
    data: { WorkerSid, WorkerAttributes: 'x'.repeat(4_000) },
  });
  let told = 0;
  for (; told < 10_000 && sockets.size === 2; told += 1) {
    sockets.hear(event(centre.workers.Ann));
    if (told % 50 === 0) {
      sockets.hear(event(centre.workers.Bob));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  // Some megabytes are the system's own buffers.
  expect(told).toBeLessThan(5_000);
  expect([sockets.size, reader.ws.readyState]).toEqual([1, reader.ws.OPEN]);
});

test('memory is bounded for many that read nothing, though none of them is over its own bound', async () => {
  const centre = await startCentre();
  const limits = { ofOne: Number.POSITIVE_INFINITY, ofAll: 512 * 1_024 };
  const { sockets, there } = await ownSockets(centre, undefined, limits);
  const { Ann, Bob } = centre.workers;
  for (const name of ['Ann', 'Bob'])
    (await silentSocket(there, await centre.emulator.accessToken(name))).pause();
  const event = (WorkerSid: string): EngineEvent => ({
    ...{ kind: 'event', sid: 'EV1', type: 'worker.attributes.update', at: 0, workspaceName: '' },
    ...{ workspaceSid: centre.workspaceSid, resourceType: 'worker', resourceSid: WorkerSid },
    data: { WorkerSid, WorkerAttributes: 'x'.repeat(100_000) },
  });
  for (let told = 0; told < 1_000 && sockets.size > 0; told += 1) {
    for (const one of [Ann, Bob]) sockets.hear(event(one));
    if (told % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(sockets.size).toBe(0);
});

describe('many sockets', () => {
  test('with closeExistingSessions, of which the last one stays', async () => {
    const centre = await startCentre();
    const token = await centre.emulator.accessToken('Ann');
    const sockets = Array.from({ length: 100 }, () => connect(centre, token, '&closeExistingSessions=true'));
    const endings = new Set<string>();
    let ended = 0;
    for (const { closed } of sockets)
      void closed.then(({ code, reason }) => {
        endings.add(`${code} ${reason}`);
        ended += 1;
      });
    await until(() => ended === 99);
    expect([...endings]).toEqual([
      '1000 Another session of this worker was opened with closeExistingSessions',
    ]);
    centre.emulator.createTask();
    await sockets.find(({ ws }) => ws.readyState === ws.OPEN)!.next('reservation.created');
  });

  test('that were refused, and do not answer that, lose their places', async () => {
    const { clock, timers } = clockByHand();
    const centre = await startCentre();
    const { sockets, there } = await ownSockets(centre, clock);
    await Promise.all([silentSocket(there, 'no-token'), silentSocket(there, 'neither')]);
    expect(timers.map(({ ms }) => ms)).toEqual([2_000, 2_000]);
    expect(sockets.size).toBe(2);
    for (const { run } of timers) run();
    await until(() => sockets.size === 0);
  });

  test('a thousand of one worker hear the same, and all are gone when they close', async () => {
    const centre = await startCentre();
    const token = await centre.emulator.accessToken('Ann');
    const sockets = Array.from({ length: 1_000 }, () => connect(centre, token));
    await Promise.all(sockets.map((socket) => socket.next('init')));
    centre.emulator.createTask({});
    await Promise.all(sockets.map((socket) => socket.next('reservation.created')));
    for (const { ws } of sockets) ws.terminate();
    await Promise.all(sockets.map(({ closed }) => closed));
    const again = connect(centre, token, '&closeExistingSessions=true');
    await again.next('init');
    expect(centre.logged).toEqual([]);
  });

  test('the emulator closes with sockets open, even with one that answers nothing', async () => {
    const centre = await startCentre();
    const token = await centre.emulator.accessToken('Ann');
    const polite = connect(centre, token, '&setWorkerOfflineIfDisconnected=true');
    await polite.next('init');
    const deaf = await silentSocket(centre, token);
    await silentSocket(centre, 'no-token');
    const began = Date.now();
    await centre.emulator.close();
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(await polite.closed).toEqual({ code: 1001, reason: 'The emulator is stopping' });
    await until(() => deaf.destroyed || deaf.readableEnded);
    expect(centre.emulator.worker('Ann').activity).toBe('Available');
  });

  test('come back after restore, and read what is there then', async () => {
    const centre = await startCentre();
    const saved = await centre.emulator.snapshot();
    const socket = connect(centre, await centre.emulator.accessToken('Ann'));
    await socket.next('init');
    await centre.emulator.restore(saved);
    expect(await socket.closed).toEqual({ code: 1012, reason: "The emulator's state was replaced" });
  });
});

describe('a half-open socket', () => {
  test('is ended once it has not answered a ping, and its worker goes offline', async () => {
    const { clock, timers } = clockByHand();
    const centre = await startCentre();
    const { emulator } = centre;
    const { sockets, there } = await ownSockets(centre, clock);
    const token = await emulator.accessToken('Ann');
    const deaf = await silentSocket(there, `${token}&setWorkerOfflineIfDisconnected=true`);
    const polite = connect(there, await emulator.accessToken('Bob'));
    await polite.next('init');
    let blanks = 0;
    polite.ws.on('message', (data) => {
      if (String(data) === ' ') blanks += 1;
    });
    const beat = async () => {
      const due = timers.splice(0);
      for (const { run } of due) run();
      return due.map(({ ms }) => ms);
    };
    expect(await beat()).toEqual([15_000]);
    await until(() => blanks === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await beat()).toEqual([15_000]);
    await until(() => deaf.destroyed || deaf.readableEnded || deaf.closed);
    await until(() => timers.some(({ ms }) => ms === 900));
    await beat();
    await until(() => emulator.worker('Ann').activity === 'Offline');
    expect(sockets.size).toBe(1);
    await sockets.close().catch(() => {});
    polite.ws.terminate();
  });
});
