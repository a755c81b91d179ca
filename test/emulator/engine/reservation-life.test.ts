import { describe, expect, test } from 'vitest';
import { bad, refusal, withWorkers } from './world.js';

describe('life of a reservation', () => {
  test('a timeout moves the worker to the timeout activity and the task on', () => {
    const { world, sids } = withWorkers(['Ann', 'Ben'], { taskReservationTimeout: 20 });
    const task = world.task();
    world.events();
    world.advance(20);
    expect(world.events()).toEqual(['reservation.timeout', 'worker.activity.update', 'reservation.created']);
    expect(world.holders(task)).toEqual(['Ben']);
    expect(world.view.workers.get(sids[0]!)!.activitySid).toBe(world.activity('Offline'));
  });

  test('the default reservation timeout is two minutes', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    world.advance(119);
    expect(world.holders(task)).toEqual(['Ann']);
    world.advance(1);
    expect([world.holders(task), task.assignmentStatus]).toEqual([[], 'pending']);
  });

  test('a failed callback cancels the reservation and leaves the worker where it is', () => {
    const { world, sids } = withWorkers(['Ann', 'Ben']);
    const task = world.task();
    const { sid } = world.reservation(task)!;
    world.engine.dispatch('callbackFailed', { workspaceSid: world.workspaceSid, sid });
    expect(world.view.reservations.get(sid)!.reservationStatus).toBe('canceled');
    expect(world.view.workers.get(sids[0]!)!.activitySid).toBe(world.activity('Available'));
    expect(world.holders(task)).toEqual(['Ben']);
  });

  test('while the worker rings the reservation does not time out', () => {
    const { world } = withWorkers(['Ann'], { taskReservationTimeout: 20 });
    const task = world.task();
    const params = { workspaceSid: world.workspaceSid, sid: world.reservation(task)!.sid };
    world.engine.dispatch('workerRinging', params);
    world.advance(60);
    expect(world.reservation(task)!.reservationStatus).toBe('pending');
    world.engine.dispatch('workerAnswered', { ...params, taskAttributes: { worker_call_sid: 'CA1' } });
    expect([task.assignmentStatus, task.attributes]).toEqual(['assigned', '{"worker_call_sid":"CA1"}']);
  });

  test('a worker who does not answer loses the reservation, not the activity', () => {
    const { world } = withWorkers(['Ann', 'Ben']);
    const task = world.task();
    const { sid } = world.reservation(task)!;
    world.engine.dispatch('workerDidNotAnswer', { workspaceSid: world.workspaceSid, sid });
    expect([world.view.reservations.get(sid)!.reservationStatus, world.holders(task)]).toEqual([
      'canceled',
      ['Ben'],
    ]);
  });

  test('the end of the call wraps the task and moves the worker to the activity after work', () => {
    const { world, sids } = withWorkers(['Ann']);
    const task = world.task();
    world.answer(task, 'accepted');
    const params = { workspaceSid: world.workspaceSid, sid: world.reservation(task)!.sid };
    world.engine.dispatch('callEnded', { ...params, postWorkActivitySid: world.activity('Unavailable') });
    expect(task.assignmentStatus).toBe('wrapping');
    expect(world.view.workers.get(sids[0]!)!.activitySid).toBe(world.activity('Unavailable'));
  });

  test('a failed instruction only says so', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    world.events();
    const { sid } = world.reservation(task)!;
    world.engine.dispatch('instructionFailed', { workspaceSid: world.workspaceSid, sid });
    expect([world.events(), task.assignmentStatus]).toEqual([['reservation.failed'], 'reserved']);
  });

  test('only a pending reservation can be accepted or rejected', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    for (const status of ['wrapping', 'completed', 'pending', 'timeout', 'canceled', 'rescinded'] as const) {
      expect(refusal(() => world.answer(task, status as 'accepted'))).toEqual(bad);
    }
    world.answer(task, 'accepted');
    for (const status of ['accepted', 'rejected'] as const) {
      expect(() => world.answer(task, status)).toThrow(
        /is already in state \[accepted\] and cannot be updated/,
      );
    }
    world.answer(task, 'completed');
    expect(refusal(() => world.answer(task, 'completed'))).toEqual(bad);
  });

  test('moving to unavailable keeps pending reservations, unless they are to be rejected', () => {
    const { world, sids } = withWorkers(['Ann']);
    const task = world.task();
    world.move(sids[0]!, 'Unavailable');
    expect(world.holders(task)).toEqual(['Ann']);
    expect(refusal(() => world.move(sids[0]!, 'Available', true))).toEqual(bad);
    world.move(sids[0]!, 'Offline', true);
    expect([world.reservation(task)!.reservationStatus, task.assignmentStatus]).toEqual([
      'rejected',
      'pending',
    ]);
  });

  test('the thousandth move from pending to reserved cancels the task', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    for (let index = 1; index < 999; index++) world.answer(task, 'rejected');
    expect([task.assignmentStatus, task.assignmentCount]).toEqual(['reserved', 999]);
    world.answer(task, 'rejected');
    expect([task.assignmentStatus, task.reason]).toEqual(['canceled', 'Max assignment count exceeded']);
  });
});

describe('several reservations at once', () => {
  const three = () => withWorkers(['Ann', 'Ben', 'Cy'], {}, { maxReservedWorkers: 2 });

  test('the best candidates are reserved together, as one move', () => {
    const { world } = three();
    const task = world.task();
    expect([world.holders(task), task.assignmentCount]).toEqual([['Ann', 'Ben'], 1]);
  });

  test('the first acceptance wins, the others are rescinded, and accepting one of those is 410', () => {
    const { world } = three();
    const task = world.task();
    world.answer(task, 'accepted');
    const [first, second] = world.view.reservationsOfTask(task.sid);
    expect([first!.reservationStatus, second!.reservationStatus]).toEqual(['rescinded', 'accepted']);
    const { workspaceSid } = world;
    const late = () =>
      world.engine.dispatch('updateReservation', {
        workspaceSid,
        sid: first!.sid,
        reservationStatus: 'accepted',
      });
    expect(refusal(late)).toMatchObject({ status: 410, code: 20410 });
  });

  test('the task is pending again only when all have ended', () => {
    const { world } = three();
    const task = world.task();
    const [first, second] = world.view.reservationsOfTask(task.sid);
    const { workspaceSid } = world;
    const reject = (sid: string) =>
      world.engine.dispatch('updateReservation', { workspaceSid, sid, reservationStatus: 'rejected' });
    reject(first!.sid);
    expect([task.assignmentStatus, world.holders(task)]).toEqual(['reserved', ['Ben']]);
    reject(second!.sid);
    expect([task.assignmentStatus, world.holders(task)]).toEqual(['reserved', ['Cy', 'Ann']]);
  });
});
