import { describe, expect, test } from 'vitest';
import type { EngineOutput } from '../../../src/emulator/engine/index.js';
import { World } from './world.js';

describe('outputs', () => {
  test('the assignment callback carries the documented parameters as they were, and the others apart', () => {
    const world = new World();
    world.workflow(undefined, {
      assignmentCallbackUrl: 'https://a.example',
      fallbackAssignmentCallbackUrl: 'https://b.example',
    });
    const task = world.task({ type: 'x' }, { priority: 4 });
    world.advance(7);
    world.worker('Ann', { level: 1 });
    const due = world.outputs.find((output) => output.kind === 'assignment')!;
    expect(due).toMatchObject({
      url: 'https://a.example',
      fallbackUrl: 'https://b.example',
      taskSid: task.sid,
    });
    expect(Object.keys(due.parameters).sort()).toEqual([
      'ReservationSid',
      'TaskAge',
      'TaskAttributes',
      'TaskPriority',
      'TaskQueueSid',
      'TaskSid',
      'Timestamp',
      'WorkerAttributes',
      'WorkerSid',
      'WorkflowSid',
      'WorkspaceSid',
    ]);
    expect(due.parameters).toMatchObject({
      TaskAge: '7',
      TaskPriority: '4',
      TaskAttributes: '{"type":"x"}',
      WorkerAttributes: '{"level":1}',
    });
    expect(due.undocumented).toMatchObject({ WorkerName: 'Ann', TaskChannelUniqueName: 'default' });
  });

  test('events carry the groups of their type, every value a string', () => {
    const world = new World();
    world.workflow();
    const ann = world.worker('Ann', {}, 'Offline');
    const task = world.task();
    world.advance(3);
    world.move(ann, 'Available');
    world.update(task, { assignmentStatus: 'canceled', reason: 'no' });
    const data = (type: string) => {
      const event = world.outputs.findLast((output) => output.kind === 'event' && output.type === type);
      if (event?.kind !== 'event') throw new Error(`no ${type}`);
      for (const value of Object.values(event.data)) expect(value).toBeTypeOf('string');
      return event.data;
    };
    expect(data('task.created')).toMatchObject({ TaskQueueName: 'Everyone', WorkflowName: 'Workflow' });
    expect(data('task.canceled')).toMatchObject({
      TaskSid: task.sid,
      TaskCanceledReason: 'no',
      TaskAge: '3',
      WorkflowSid: task.workflowSid,
      TaskQueueSid: task.taskQueueSid,
    });
    expect(data('reservation.created')).toMatchObject({
      TaskAssignmentStatus: 'reserved',
      WorkerName: 'Ann',
      TaskQueueName: 'Everyone',
    });
    expect(data('worker.activity.update')).toMatchObject({
      WorkerActivityName: 'Available',
      WorkerPreviousActivityName: 'Offline',
      WorkerTimeInPreviousActivity: '3',
    });
  });

  test('a listener may dispatch: everyone hears everything in one order', () => {
    const world = new World();
    world.workflow();
    world.worker('Ann');
    const heard: string[][] = [[], []];
    const hear = (index: number) => (output: EngineOutput) => {
      if (output.kind !== 'event') return;
      heard[index]!.push(output.type);
      if (index === 0 && output.type === 'reservation.created') {
        const { workspaceSid } = world;
        world.engine.dispatch('updateReservation', {
          workspaceSid,
          sid: output.resourceSid,
          reservationStatus: 'accepted',
        });
      }
    };
    world.engine.subscribe(hear(0));
    const stop = world.engine.subscribe(hear(1));
    const task = world.task();
    expect(task.assignmentStatus).toBe('assigned');
    expect(heard[0]!.slice(-2)).toEqual(['reservation.created', 'reservation.accepted']);
    expect(heard[1]).toEqual(heard[0]);
    stop();
    world.task();
    expect(heard[1]!.length).toBeLessThan(heard[0]!.length);
  });

  test('timers run at their own times, also when a command comes late', () => {
    const world = new World();
    const queue = world.queue('A');
    world.workflow({ filters: [{ expression: '1==1', targets: [{ queue, timeout: 10 }, { timeout: 10 }] }] });
    const created = world.time;
    world.task();
    expect(world.engine.nextTimerAt()).toBe(created + 10_000);
    world.time += 3_600_000;
    world.worker('Ann');
    const timeouts = world.outputs.flatMap((output) =>
      output.kind === 'event' && output.type === 'task-queue.timeout' ? [output.at - created] : [],
    );
    expect(timeouts).toEqual([10_000, 20_000]);
    expect(() => world.engine.runTimersUntil(Number.NaN)).toThrow(RangeError);
  });
});
