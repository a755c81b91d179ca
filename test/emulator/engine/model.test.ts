import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEngine, type ReservationStatus } from '../../../src/emulator/engine/index.js';
import { channels, Model, skills } from './model.js';
import type { World } from './world.js';

/** Random commands, legal and not, against the model. More with `MODEL_RUNS=5000`. */
const numRuns = Number(process.env.MODEL_RUNS ?? 400);

const any = <T>(items: Iterable<T>, index: number): T | undefined => {
  const list = [...items];
  return list[index % Math.max(1, list.length)];
};

/** A command is a number for what to do and two for with what: shrinking stays simple. */
type Step = readonly [what: number, a: number, b: number];
const step: fc.Arbitrary<Step> = fc.tuple(fc.nat(19), fc.nat(50), fc.nat(50));
const reservationStatuses: readonly ReservationStatus[] = [
  'accepted',
  'accepted',
  'rejected',
  'wrapping',
  'completed',
  'timeout',
];
const taskStatuses = ['canceled', 'wrapping', 'completed', 'completed', 'pending'] as const;

function command(model: Model, [what, a, b]: Step): (world: World) => unknown {
  return (world) => {
    const { view, workspaceSid, engine } = world;
    const worker = any(view.workers.values(), a);
    const task = any(view.tasks.values(), a);
    const reservation = any(
      [...view.reservations.values()].filter(
        ({ reservationStatus }) => b % 5 === 0 || !['completed', 'rejected'].includes(reservationStatus),
      ),
      a,
    );
    const attributes = JSON.stringify({ level: a % 4, skills: skills.slice(b % 3) });
    switch (what) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        world.time += 1_000;
        return engine.dispatch('createTask', {
          workspaceSid,
          taskChannel: channels[a % 2],
          priority: b % 3,
          virtualStartTime: world.time - (a % 5) * 977 - b,
          attributes: JSON.stringify(
            [{}, { kind: 'stack' }, { kind: 'senior' }, { skill: skills[b % 3] }, {}][a % 5],
          ),
        });
      case 5:
      case 6:
        return engine.dispatch('createWorker', {
          workspaceSid,
          friendlyName: `worker ${a}`,
          attributes,
          activitySid: world.activity(['Available', 'Available', 'Offline'][b % 3]!),
        });
      case 7:
      case 8:
        return (
          worker &&
          world.move(worker.sid, ['Available', 'Available', 'Offline', 'Unavailable'][b % 4]!, b > 40)
        );
      case 9:
        return worker && engine.dispatch('updateWorker', { workspaceSid, sid: worker.sid, attributes });
      case 10:
        return (
          worker &&
          engine.dispatch('updateWorkerChannel', {
            workspaceSid,
            workerSid: worker.sid,
            sid: channels[b % 2]!,
            capacity: b % 4,
            available: b % 7 !== 0,
          })
        );
      case 11:
      case 12:
      case 13:
      case 14:
        return (
          reservation &&
          engine.dispatch('updateReservation', {
            workspaceSid,
            sid: reservation.sid,
            reservationStatus: reservationStatuses[b % 6]!,
          })
        );
      case 15:
        return task && world.update(task, { assignmentStatus: taskStatuses[b % 5], reason: 'r' });
      case 16:
        return (
          task &&
          world.update(
            task,
            b % 2
              ? { priority: b }
              : {
                  attributes: JSON.stringify({ skill: skills[b % 3] }),
                  taskChannel: b > 25 ? 'chat' : undefined,
                },
          )
        );
      case 17:
        return world.advance(b);
      case 18:
        if (b < 10) return task && engine.dispatch('deleteTask', { workspaceSid, sid: task.sid });
        if (b < 20) return worker && engine.dispatch('deleteWorker', { workspaceSid, sid: worker.sid });
        return reservation && engine.dispatch('callbackFailed', { workspaceSid, sid: reservation.sid });
      default:
        return (
          b < 5 &&
          engine.dispatch('updateWorkflow', { workspaceSid, sid: model.workflowSid, reEvaluateTasks: true })
        );
    }
  };
}

test('whatever is commanded, the rules of routing hold', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 }),
      fc.array(step, { maxLength: 80, size: 'max' }),
      (together, steps) => {
        const model = new Model(together);
        for (const one of steps) model.run(command(model, one));
        const snapshot = model.world.engine.snapshot();
        expect(createEngine({ snapshot }).snapshot()).toEqual(snapshot);
      },
    ),
    { numRuns },
  );
}, 600_000);
