import { describe, expect, test } from 'vitest';
import { bad, refusal, withWorkers } from './world.js';

describe('life of a task', () => {
  test('accepted, wrapping, completed: statuses and events in order', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    expect(world.events()).toEqual([
      'workflow.entered',
      'task-queue.entered',
      'task.created',
      'workflow.target-matched',
      'reservation.created',
    ]);
    world.answer(task, 'accepted');
    expect([task.assignmentStatus, world.events()]).toEqual(['assigned', ['reservation.accepted']]);
    world.update(task, { assignmentStatus: 'wrapping' });
    expect([task.assignmentStatus, world.reservation(task)!.reservationStatus]).toEqual([
      'wrapping',
      'wrapping',
    ]);
    expect(world.events()).toEqual(['task.wrapup', 'reservation.wrapup']);
    world.update(task, { assignmentStatus: 'completed', reason: 'done' });
    expect([task.assignmentStatus, world.reservation(task)!.reservationStatus]).toEqual([
      'completed',
      'completed',
    ]);
    expect(world.events()).toEqual(['task.completed', 'reservation.completed', 'task.updated']);
  });

  test('completing the reservation completes the task', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    world.answer(task, 'accepted');
    world.answer(task, 'wrapping');
    expect(task.assignmentStatus).toBe('wrapping');
    world.answer(task, 'completed');
    expect([task.assignmentStatus, task.reason]).toEqual(['completed', 'All reservations were completed']);
  });

  test.each([
    ['pending', [], ['canceled']],
    ['reserved', ['reserve'], ['canceled']],
    ['assigned', ['reserve', 'accept'], ['wrapping', 'completed']],
    ['wrapping', ['reserve', 'accept', 'wrap'], ['completed']],
    ['completed', ['reserve', 'accept', 'complete'], []],
    ['canceled', ['cancel'], []],
  ] as const)('a %s task', (status, steps, allowed) => {
    const build = () => {
      const { world } = withWorkers(steps.some((step) => step === 'reserve') ? ['Ann'] : []);
      const task = world.task();
      for (const step of steps) {
        if (step === 'accept') world.answer(task, 'accepted');
        if (step === 'wrap') world.update(task, { assignmentStatus: 'wrapping' });
        if (step === 'complete') world.update(task, { assignmentStatus: 'completed' });
        if (step === 'cancel') world.update(task, { assignmentStatus: 'canceled' });
      }
      expect(task.assignmentStatus).toBe(status);
      return { world, task };
    };
    for (const to of ['pending', 'reserved', 'assigned', 'canceled', 'wrapping', 'completed'] as const) {
      const { world, task } = build();
      const { version } = task;
      const change = () => world.update(task, { assignmentStatus: to, reason: 'r' });
      if ((allowed as readonly string[]).includes(to)) expect(change().assignmentStatus).toBe(to);
      else {
        expect(refusal(change)).toEqual(bad);
        expect([task.assignmentStatus, task.version]).toEqual([status, version]);
      }
    }
  });

  test('attributes cannot change in the request that wraps or completes', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    world.answer(task, 'accepted');
    expect(refusal(() => world.update(task, { assignmentStatus: 'completed', attributes: '{}' }))).toEqual(
      bad,
    );
    expect(task.assignmentStatus).toBe('assigned');
  });

  test('canceling a reserved task cancels its reservations and frees the worker', () => {
    const { world } = withWorkers(['Ann']);
    const [task, next] = [world.task(), world.task()];
    world.update(task, { assignmentStatus: 'canceled', reason: 'no', attributes: '{"why":1}' });
    expect([world.reservation(task)!.reservationStatus, task.attributes]).toEqual(['canceled', '{"why":1}']);
    expect(world.holders(next)).toEqual(['Ann']);
  });

  test('deleting a task frees its worker, whatever its status', () => {
    const { world } = withWorkers(['Ann']);
    const [task, next] = [world.task(), world.task()];
    world.answer(task, 'accepted');
    world.engine.dispatch('deleteTask', { workspaceSid: world.workspaceSid, sid: task.sid });
    expect(world.holders(next)).toEqual(['Ann']);
    expect(world.view.tasks.size).toBe(1);
    expect(world.events()).toContain('task.deleted');
  });
});
