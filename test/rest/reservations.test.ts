import { TaskRouterConflictError, TaskRouterStateError } from 'taskrouter-kit/rest';
import { createFakeClock } from 'taskrouter-kit/testing';
import { describe, expect, test } from 'vitest';
import { accept, type Instruction, InstructionError, supervise } from '../../src/instructions/index.js';
import { type Answered, scripted, settled } from './scripted.js';
import { sid } from './sids.js';

const TASK = sid('WT');
const RESERVATION = sid('WR');

/** The first update meets `fault`; the reservation reads as `status` afterwards. */
function world(status: string, fault: Answered = { status: 503, text: '' }) {
  return scripted(({ method }, index) =>
    method === 'POST' && index === 0 ? fault : { json: { sid: RESERVATION, reservation_status: status } },
  );
}
const methods = (requests: ReturnType<typeof world>['requests']) => requests.map(({ method }) => method);

describe('after a lost answer', () => {
  test.each<[string, string, readonly string[]]>([
    ['accept', 'accepted', ['POST', 'GET']],
    ['accept', 'completed', ['POST', 'GET']],
    ['accept', 'pending', ['POST', 'GET', 'POST']],
    ['reject', 'rejected', ['POST', 'GET']],
    ['reject', 'pending', ['POST', 'GET', 'POST']],
  ])('%s on a reservation that reads as %s', async (method, status, expected) => {
    const { client, clock, requests } = world(status);
    const reservation = client.reservation(TASK, RESERVATION);
    await settled(method === 'accept' ? reservation.accept() : reservation.reject(), () =>
      clock.advance(100),
    );
    expect(methods(requests)).toEqual(expected);
  });

  test.each(['timeout', 'canceled', 'rescinded', 'rejected'])(
    'accept is not sent again to one that is %s',
    async (status) => {
      const { client, clock, requests } = world(status);
      const error = await settled(client.reservations.accept(TASK, RESERVATION), () =>
        clock.advance(100),
      ).catch((one: unknown) => one);
      expect(error).toBeInstanceOf(TaskRouterStateError);
      expect(error).toMatchObject({ state: status, operation: 'reservations.accept' });
      expect(methods(requests)).toEqual(['POST', 'GET']);
    },
  );

  test('a look that fails as well leaves it open', async () => {
    const { client, clock } = scripted(() => ({ status: 500, text: '' }), { retry: { retries: 1 } });
    await expect(
      settled(client.reservations.accept(TASK, RESERVATION), () => clock.advance(1_000)),
    ).rejects.toMatchObject({ status: 500, maybeApplied: true, operation: 'reservations.update' });
  });

  test('a look that took what was left of the budget is the end: nothing more is sent', async () => {
    const clock = createFakeClock();
    let lateBy = 0;
    const { client, requests } = scripted(
      ({ method }) => {
        if (method === 'POST') return { status: 503, text: '' };
        // As after a stall of the process: no timer has fired, and the time is over.
        lateBy = 60_000;
        return { json: { sid: RESERVATION, reservation_status: 'pending' } };
      },
      { clock: { ...clock, now: () => clock.now() + lateBy } },
    );
    const accepted = settled(client.reservations.accept(TASK, RESERVATION), () => clock.advance(100));
    await expect(accepted).rejects.toMatchObject({ status: 503, maybeApplied: true, attempts: 1 });
    expect(methods(requests)).toEqual(['POST', 'GET']);
  });

  test('completing is looked into as well, on the path of the worker', async () => {
    const { client, clock, requests } = world('completed');
    await settled(
      client.workerReservations.update(sid('WK'), RESERVATION, { reservationStatus: 'completed' }),
      () => clock.advance(100),
    );
    expect(methods(requests)).toEqual(['POST', 'GET']);
    expect(requests[1]?.url.pathname).toContain(`/Workers/${sid('WK')}/Reservations/${RESERVATION}`);
  });
});

test('a reservation that is gone, or no longer pending, is Twilio’s to say', async () => {
  const { client } = world('rescinded', { status: 410, json: {} });
  await expect(client.reservations.accept(TASK, RESERVATION)).rejects.toThrow(TaskRouterConflictError);
});

test('an instruction Twilio would refuse is refused before it is sent', async () => {
  const { client, requests } = world('pending');
  const broken = { ...accept(), nonsense: 1 } as Instruction;
  await expect(client.reservations.apply(TASK, RESERVATION, broken)).rejects.toThrow(InstructionError);
  const onWorker = client.workerReservations.apply as (...args: unknown[]) => Promise<unknown>;
  await expect(
    onWorker(sid('WK'), RESERVATION, supervise({ supervisor: sid('WK'), supervisorMode: 'barge' })),
  ).rejects.toThrow(/path of the task/);
  expect(requests).toEqual([]);
});
