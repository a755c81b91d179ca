import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEngine, EngineRefusal, type Task } from '../../../src/emulator/engine/index.js';
import { bad, refusal, refused, type World, withWorkers } from './world.js';

/** Ann has a task, accepted; Bob is there, and Off is not available. */
function assigned(fields: Record<string, unknown> = {}, channels = 1) {
  const { world, sids } = withWorkers(['Ann'], { taskReservationTimeout: 30, ...fields });
  const [Ann = ''] = sids;
  const task = world.task();
  world.answer(task, 'accepted');
  const Bob = world.worker('Bob');
  const Off = world.worker('Off', {}, 'Offline');
  const Everyone = task.taskQueueSid;
  if (channels > 1)
    world.engine.dispatch('updateWorkerChannel', {
      workspaceSid: world.workspaceSid,
      workerSid: Ann,
      sid: 'default',
      capacity: channels,
    });
  const mine = world.reservation(task)!.sid;
  world.events();
  return { world, task, mine, Ann, Bob, Off, Everyone };
}

type Setting = ReturnType<typeof assigned>;

const transfer = ({ world, task, mine }: Setting, to: string, more: object = {}) =>
  world.engine.dispatch('createTransfer', {
    workspaceSid: world.workspaceSid,
    taskSid: task.sid,
    reservationSid: mine,
    to,
    ...more,
  });
const cancel = ({ world, task }: Setting) =>
  world.engine.dispatch('cancelTransfer', {
    workspaceSid: world.workspaceSid,
    taskSid: task.sid,
    sid: task.transfer!.sid,
  });
const update = ({ workspaceSid, engine }: World, sid: string, reservationStatus: 'wrapping' | 'completed') =>
  engine.dispatch('updateReservation', { workspaceSid, sid, reservationStatus });
const statusOf = ({ view }: World, sid: string) => view.reservations.get(sid)?.reservationStatus;
const assignedTo = ({ view }: World, worker: string) =>
  view.workerChannels(worker).map(({ consumedCapacity }) => consumedCapacity)[0];

describe('a warm transfer to a worker', () => {
  test('offers the task while the initiator keeps it; both have it once accepted', () => {
    const setting = assigned();
    const { world, task, mine, Ann, Bob } = setting;
    transfer(setting, Bob);
    expect(task).toMatchObject({
      assignmentStatus: 'reserved',
      transfer: {
        mode: 'WARM',
        to: Bob,
        status: 'initiated',
        initiatingReservationSid: mine,
        initiatingWorkerSid: Ann,
      },
    });
    expect(world.holders(task)).toEqual(['Ann', 'Bob']);
    expect(world.reservation(task)!.transferSid).toBe(task.transfer!.sid);
    expect(world.events()).toEqual([
      'task.transfer-initiated',
      'workflow.target-matched',
      'reservation.created',
    ]);
    world.answer(task, 'accepted');
    expect(world.events()).toEqual(['reservation.accepted', 'task.transfer-completed']);
    expect(task).toMatchObject({ assignmentStatus: 'assigned', transfer: { status: 'complete' } });
    expect(world.holders(task)).toEqual(['Ann', 'Bob']);
  });

  test('the task wraps up with the last who is in it, and is completed with the last reservation', () => {
    const setting = assigned();
    const { world, task, mine, Ann, Bob } = setting;
    transfer(setting, Bob);
    world.answer(task, 'accepted');
    update(world, mine, 'wrapping');
    expect(task.assignmentStatus).toBe('assigned');
    world.events();
    world.answer(task, 'wrapping');
    expect(world.events()).toEqual(['task.wrapup', 'reservation.wrapup']);
    expect(task.assignmentStatus).toBe('wrapping');
    world.answer(task, 'completed');
    expect([task.assignmentStatus, statusOf(world, mine)]).toEqual(['wrapping', 'wrapping']);
    expect([assignedTo(world, Ann), assignedTo(world, Bob)]).toEqual([1, 0]);
    update(world, mine, 'completed');
    expect(task).toMatchObject({
      assignmentStatus: 'completed',
      reason: 'All reservations were completed',
    });
    expect([assignedTo(world, Ann), assignedTo(world, Bob)]).toEqual([0, 0]);
  });

  test('the end of one call leaves the task with the other', () => {
    const setting = assigned();
    const { world, task, mine, Bob } = setting;
    transfer(setting, Bob);
    world.answer(task, 'accepted');
    const { workspaceSid } = world;
    world.engine.dispatch('callEnded', { workspaceSid, sid: mine });
    expect([task.assignmentStatus, statusOf(world, mine)]).toEqual(['assigned', 'wrapping']);
    world.engine.dispatch('callEnded', { workspaceSid, sid: world.reservation(task)!.sid });
    expect(task.assignmentStatus).toBe('wrapping');
  });

  test('completed by the task, every reservation of it is', () => {
    const setting = assigned();
    const { world, task, mine, Bob } = setting;
    transfer(setting, Bob);
    world.answer(task, 'accepted');
    update(world, mine, 'wrapping');
    world.update(task, { assignmentStatus: 'completed', reason: 'done' });
    expect([task.reason, world.holders(task), statusOf(world, mine)]).toEqual(['done', [], 'completed']);
  });

  test('rejected or timed out has failed, and the task is assigned again', () => {
    for (const how of ['rejected', 'timeout'] as const) {
      const setting = assigned();
      const { world, task, Bob, mine } = setting;
      transfer(setting, Bob);
      world.events();
      if (how === 'rejected') world.answer(task, 'rejected');
      else world.advance(30);
      const failedReason = `Transfer failed because the reservation ${how === 'rejected' ? 'was rejected' : 'timed out'}`;
      expect(task).toMatchObject({
        assignmentStatus: 'assigned',
        transfer: { status: 'failed', failedReason },
      });
      expect(statusOf(world, mine)).toBe('accepted');
      expect(world.events()).toEqual([
        `reservation.${how}`,
        ...(how === 'timeout' ? ['worker.activity.update'] : []),
        'task.transfer-failed',
        'task.updated',
      ]);
    }
  });
});

describe('a cold transfer', () => {
  test('to a worker: the initiator wraps up at once, and the other goes on', () => {
    const setting = assigned();
    const { world, task, mine, Bob } = setting;
    transfer(setting, Bob, { mode: 'COLD' });
    expect(world.events()).toEqual([
      'task.transfer-initiated',
      'reservation.wrapup',
      'workflow.target-matched',
      'reservation.created',
    ]);
    expect([task.assignmentStatus, statusOf(world, mine)]).toEqual(['reserved', 'wrapping']);
    update(world, mine, 'completed');
    expect([task.assignmentStatus, statusOf(world, mine)]).toEqual(['reserved', 'completed']);
    world.answer(task, 'accepted');
    expect(task).toMatchObject({ assignmentStatus: 'assigned', transfer: { status: 'complete' } });
    world.answer(task, 'wrapping');
    world.answer(task, 'completed');
    expect(task.assignmentStatus).toBe('completed');
  });

  test('that fails leaves the task to whoever still wraps it up; with nobody left it is canceled', () => {
    const wraps = assigned();
    transfer(wraps, wraps.Bob, { mode: 'COLD' });
    wraps.world.answer(wraps.task, 'rejected');
    expect(wraps.task).toMatchObject({ assignmentStatus: 'wrapping', transfer: { status: 'failed' } });
    const gone = assigned();
    transfer(gone, gone.Bob, { mode: 'COLD' });
    update(gone.world, gone.mine, 'completed');
    gone.world.answer(gone.task, 'rejected');
    expect(gone.task).toMatchObject({
      assignmentStatus: 'canceled',
      reason: 'Transfer failed because the reservation was rejected',
    });
  });

  test('to a queue comes back to its initiator, who alone is in it and has room', () => {
    const setting = assigned({}, 2);
    const { world, task, Bob, Everyone, Ann } = setting;
    world.move(Bob, 'Offline');
    transfer(setting, Everyone, { mode: 'COLD' });
    expect(world.holders(task)).toEqual(['Ann', 'Ann']);
    expect(assignedTo(world, Ann)).toBe(2);
    world.answer(task, 'accepted');
    expect(task.assignmentStatus).toBe('assigned');
  });
});

describe('a transfer to a queue', () => {
  test('goes on after a reject: the attempt has failed, the task is pending, and offered again', () => {
    const setting = assigned();
    const { world, task, Bob, Everyone } = setting;
    transfer(setting, Everyone);
    expect(world.holders(task)).toEqual(['Ann', 'Bob']);
    world.events();
    world.answer(task, 'rejected', { workerActivitySid: world.activity('Offline') });
    expect(task).toMatchObject({
      assignmentStatus: 'pending',
      transfer: {
        status: 'initiated',
        failedReason:
          'Transfer attempt failed on reservation reject because there are no more pending reservations',
      },
    });
    expect(world.events()).toEqual([
      'reservation.rejected',
      'worker.activity.update',
      'task.transfer-attempt-failed',
      'task.updated',
    ]);
    world.move(Bob, 'Available');
    expect(world.holders(task)).toEqual(['Ann', 'Bob']);
    world.answer(task, 'accepted');
    expect(task.transfer!.status).toBe('complete');
  });

  test('moves the task to that queue, and takes priority and attributes with it', () => {
    const setting = assigned();
    const { world, task, Bob } = setting;
    world.move(Bob, 'Offline');
    const experts = world.queue('Experts', { targetWorkers: 'level > 1' });
    world.events();
    transfer(setting, experts, { attributes: '{"why":"hard"}', priority: 7 });
    expect(world.queueOf(task)).toBe('Experts');
    expect(task).toMatchObject({ assignmentStatus: 'pending', attributes: '{"why":"hard"}', priority: 7 });
    expect(world.events()).toEqual([
      'task.transfer-initiated',
      'task-queue.moved',
      'task-queue.entered',
      'workflow.target-matched',
    ]);
    const other = world.task({}, { workflowSid: task.workflowSid });
    expect(world.holders(other)).toEqual([]);
    world.worker('Eve', { level: 2 });
    expect(world.holders(task)).toEqual(['Ann', 'Eve']);
    const explained = world.engine.explain(world.workspaceSid, task.sid);
    expect(explained.now).toContain('is being transferred (warm) by Ann to Experts');
    expect(explained.decisions.map(({ text }) => text)).toContain(
      'transferred (warm) by Ann to queue Experts',
    );
  });

  test('rescinds what is not accepted first', () => {
    const setting = assigned();
    const { world, task } = setting;
    const both = world.queue('Both', { maxReservedWorkers: 2 });
    world.worker('Cid');
    transfer(setting, both);
    expect(world.holders(task)).toEqual(['Ann', 'Bob', 'Cid']);
    world.answer(task, 'accepted');
    expect(world.holders(task)).toEqual(['Ann', 'Cid']);
  });
});

describe('a transfer is canceled', () => {
  test('by its initiator: the task is assigned before the reservation is canceled', () => {
    const setting = assigned();
    const { world, task, Bob } = setting;
    transfer(setting, Bob);
    world.outputs.length = 0;
    cancel(setting);
    const canceled = world.outputs.find((one) => one.kind === 'event' && one.type === 'reservation.canceled');
    expect(canceled).toMatchObject({ data: { TaskAssignmentStatus: 'assigned' } });
    expect(world.events()).toEqual(['task.transfer-canceled', 'task.updated', 'reservation.canceled']);
    expect(world.holders(task)).toEqual(['Ann']);
    const { sid } = task.transfer!;
    expect(refused(() => cancel(setting))).toBe(
      `Transfer ${sid} is already canceled . Cannot cancel transfer.`,
    );
    transfer(setting, Bob);
    expect(task.transfer!.sid).not.toBe(sid);
    world.answer(task, 'accepted');
    expect(refused(() => cancel(setting))).toMatch(/is already complete \./);
  });

  test('while it waits in a queue: nothing is offered any more', () => {
    const setting = assigned();
    const { world, task, Bob, Everyone } = setting;
    world.move(Bob, 'Offline');
    transfer(setting, Everyone);
    cancel(setting);
    world.move(Bob, 'Available');
    expect([task.assignmentStatus, world.holders(task)]).toEqual(['assigned', ['Ann']]);
  });

  test('with its task: the reservations end, and the initiator is free', () => {
    const setting = assigned();
    const { world, task, Bob, Ann, mine } = setting;
    transfer(setting, Bob);
    world.update(task, { assignmentStatus: 'canceled', reason: 'hangup' });
    expect(task).toMatchObject({ assignmentStatus: 'canceled', transfer: { status: 'failed' } });
    expect([statusOf(world, mine), world.reservation(task)!.reservationStatus]).toEqual([
      'completed',
      'canceled',
    ]);
    expect([assignedTo(world, Ann), assignedTo(world, Bob)]).toEqual([0, 0]);
  });
});

describe('refused', () => {
  test.each([
    ['to a worker who is not available', (s: Setting) => transfer(s, s.Off), /not available/],
    [
      'to what is neither worker nor queue',
      (s: Setting) => transfer(s, 'WK0'),
      /To is not a Worker or TaskQueue/,
    ],
    ['with attributes that are no JSON', (s: Setting) => transfer(s, s.Bob, { attributes: '{' }), /not JSON/],
    ['with a priority below 0', (s: Setting) => transfer(s, s.Bob, { priority: -1 }), /Priority/],
    [
      'of a task in transfer',
      (s: Setting) => {
        transfer(s, s.Bob);
        transfer(s, s.Bob);
      },
      /already being transferred/,
    ],
    [
      'of a task that wraps up',
      (s: Setting) => {
        s.world.answer(s.task, 'wrapping');
        transfer(s, s.Bob);
      },
      /not currently assigned/,
    ],
    [
      'and so is wrapping up a task in transfer',
      (s: Setting) => {
        transfer(s, s.Bob);
        s.world.update(s.task, { assignmentStatus: 'wrapping' });
      },
      /not currently assigned/,
    ],
  ])('%s', (_name, run, message) => {
    const setting = assigned();
    const refused = refusal(() => run(setting));
    expect(refused).toEqual(bad);
    expect(refused.message).toMatch(message);
  });

  test('by the reservation of another task', () => {
    const setting = assigned();
    const other = setting.world.task();
    setting.world.answer(other, 'accepted');
    expect(refusal(() => transfer({ ...setting, task: other }, setting.Bob)).status).toBe(404);
  });
});

test('a task in transfer outlives its own timeout, but not the limit of assigned tasks', () => {
  const setting = assigned();
  const { world, Everyone, Bob } = setting;
  world.move(Bob, 'Offline');
  world.move(setting.Ann, 'Offline');
  const task = setting.task;
  (task as { timeout: number }).timeout = 60;
  transfer(setting, Everyone);
  world.advance(3_600);
  expect(task.assignmentStatus).toBe('pending');
  world.advance(86_400);
  expect(world.view.tasks.has(task.sid)).toBe(false);
  expect(assignedTo(world, setting.Ann)).toBe(0);
});

test('whatever is done with transfers, capacity is what reservations say, and the state can be saved and restored', () => {
  const step = fc.record({
    what: fc.constantFrom(
      ...(['task', 'accept', 'reject', 'wrap', 'complete', 'call ended', 'warm', 'cold', 'cancel'] as const),
      ...(['cancel task', 'complete task', 'delete task', 'advance', 'move', 'attributes'] as const),
    ),
    a: fc.nat(30),
    b: fc.nat(30),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { world, sids } = withWorkers(['Ann', 'Bob', 'Cid'], { taskReservationTimeout: 30 });
      const { workspaceSid, engine } = world;
      const queue = world.queue('Two', { maxReservedWorkers: 2 });
      for (const { what, a, b } of steps) {
        const pick = <T>(all: readonly T[]): T | undefined => all[a % Math.max(1, all.length)];
        const tasks = [...world.view.tasks.values()];
        const task = pick(tasks) as Task | undefined;
        const reservation = pick([...world.view.reservations.values()]);
        const at = (status: string) => ({
          workspaceSid,
          sid: reservation?.sid ?? '',
          reservationStatus: status,
        });
        try {
          if (what === 'task') world.task();
          else if (what === 'accept') engine.dispatch('updateReservation', at('accepted') as never);
          else if (what === 'reject') engine.dispatch('updateReservation', at('rejected') as never);
          else if (what === 'wrap') engine.dispatch('updateReservation', at('wrapping') as never);
          else if (what === 'complete') engine.dispatch('updateReservation', at('completed') as never);
          else if (what === 'call ended') engine.dispatch('callEnded', at('') as never);
          else if (what === 'advance') world.advance(b * 5);
          else if (what === 'move') world.move(sids[a % 3]!, b % 2 ? 'Available' : 'Offline');
          else if (task) {
            const of = { workspaceSid, taskSid: task.sid };
            const to = b % 4 === 3 ? queue : sids[b % 4]!;
            if (what === 'warm' || what === 'cold') {
              const mine = world.view
                .reservationsOfTask(task.sid)
                .find(({ reservationStatus }) => reservationStatus === 'accepted');
              const mode = what === 'warm' ? 'WARM' : 'COLD';
              engine.dispatch('createTransfer', { ...of, reservationSid: mine?.sid ?? '', to, mode });
            } else if (what === 'cancel') {
              engine.dispatch('cancelTransfer', { ...of, sid: task.transfer?.sid ?? '' });
            } else if (what === 'cancel task') world.update(task, { assignmentStatus: 'canceled' });
            else if (what === 'complete task') world.update(task, { assignmentStatus: 'completed' });
            else if (what === 'attributes') world.update(task, { attributes: `{"n":${b}}` });
            else engine.dispatch('deleteTask', { workspaceSid, sid: task.sid });
          }
        } catch (error) {
          if (!(error instanceof EngineRefusal)) throw error;
        }
        for (const one of world.view.tasks.values()) {
          const open = world.holders(one).length;
          if (['completed', 'canceled'].includes(one.assignmentStatus)) expect(open).toBe(0);
          if (['assigned', 'wrapping'].includes(one.assignmentStatus)) expect(open).toBeGreaterThan(0);
          if (one.transfer?.status === 'initiated')
            expect(['pending', 'reserved']).toContain(one.assignmentStatus);
          else if (one.assignmentStatus === 'pending') expect(open).toBe(0);
        }
        // The counters are checked as it is read.
        createEngine({ snapshot: JSON.parse(JSON.stringify(engine.snapshot())) });
      }
    }),
    { numRuns: 60 },
  );
});
