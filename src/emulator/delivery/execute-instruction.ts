import { checkTask, type ReservationInstruction } from '../../instructions/index.js';
import type { Calls } from '../calls/calls.js';
import type { RingingInstruction } from '../calls/legs.js';
import type { PhoneRule } from '../calls/phones.js';
import { badRequest } from '../engine/refusal.js';
import type { Reservation, WorkspaceView } from '../engine/types.js';
import { found, workspaceIn } from '../world/find.js';
import type { InstructionExecutor, World } from '../world/world.js';

export interface ExecutorOptions {
  readonly world: World;
  readonly calls: Pick<Calls, 'ring' | 'redirect' | 'answer'>;
  readonly rule: PhoneRule;
}

type Problem = { readonly code: number; readonly message: string };

/** twilio.com/docs/api/errors: the reservation is not pending any more. */
const notPending = { dequeue: 40135, call: 40114, redirect: 40123, conference: 40136 } as const;
const badActivity = { dequeue: 40130, conference: 40143 } as const;

/** Carries out instructions, those of callbacks and those of REST. Calls are simulated. */
export function createInstructionExecutor({ world, calls, rule }: ExecutorOptions): InstructionExecutor {
  function accept(workspaceSid: string, sid: string, ifMatch?: number): void {
    if (world.faults.take('doubleAccept')) acceptAnother(workspaceSid, sid);
    world.dispatch('updateReservation', { workspaceSid, sid, reservationStatus: 'accepted', ifMatch });
  }

  function answer(workspaceSid: string, sid: string): void {
    const rang = calls.answer(sid);
    const status = world.workspaces.get(workspaceSid)?.reservations.get(sid)?.reservationStatus;
    // Under `call` the reservation is the application's to accept, and here the screen is the application.
    if (rang === undefined || (rang === 'call' && status === 'pending')) accept(workspaceSid, sid);
  }

  /** With multi-reservation another worker has the same task on offer, and is faster. */
  function acceptAnother(workspaceSid: string, sid: string): void {
    const view = workspaceIn(world, workspaceSid);
    const taskSid = view.reservations.get(sid)?.taskSid ?? '';
    const other = view
      .reservationsOfTask(taskSid)
      .find((one) => one.sid !== sid && one.reservationStatus === 'pending');
    if (other) {
      world.dispatch('updateReservation', { workspaceSid, sid: other.sid, reservationStatus: 'accepted' });
    }
  }

  function call(
    view: WorkspaceView,
    reservation: Reservation,
    instruction: RingingInstruction,
  ): Problem | undefined {
    const task: object = JSON.parse(view.tasks.get(reservation.taskSid)?.attributes ?? '{}');
    const worker: object = JSON.parse(view.workers.get(reservation.workerSid)?.attributes ?? '{}');
    const problem = checkTask(instruction, { task, worker });
    if (problem) return { code: problem.code ?? 40005, message: problem.message };
    const postWorkActivity = postWorkActivityOf(instruction);
    if (postWorkActivity !== undefined && instruction.instruction !== 'call') {
      const code = badActivity[instruction.instruction];
      if (!view.activities.has(postWorkActivity)) {
        return {
          code,
          message: `${instruction.instruction}: post_work_activity_sid is not an Activity of this Workspace`,
        };
      }
      if (instruction.instruction === 'conference' && view.workspace.multiTaskEnabled) {
        return { code, message: 'conference: post_work_activity_sid is not for multitasking Workspaces' };
      }
    }
    const about = {
      reservation,
      task: view.tasks.get(reservation.taskSid)!,
      worker: view.workers.get(reservation.workerSid)!,
    };
    const { instruction: name } = instruction;
    calls.ring(instruction, about, rule({ ...about, instruction: name }));
    return undefined;
  }

  function supervise(view: WorkspaceView, reservation: Reservation, instruction: ReservationInstruction) {
    if (instruction.instruction !== 'supervise') return undefined;
    if (reservation.reservationStatus !== 'accepted') {
      return { code: 40146, message: 'supervise: the Reservation is not accepted' };
    }
    const { supervisor } = instruction;
    const known = /^WK/.test(supervisor)
      ? view.workers.get(supervisor)
      : { attributes: '{"contact_uri":true}' };
    if (!JSON.parse(known?.attributes ?? '{}').contact_uri) {
      return {
        code: 40147,
        message: 'supervise: the supervisor is not a Worker with the attribute contact_uri',
      };
    }
    const task: object = JSON.parse(view.tasks.get(reservation.taskSid)?.attributes ?? '{}');
    const problem = checkTask(instruction, { task, worker: {} });
    return problem && { code: problem.code ?? 40148, message: problem.message };
  }

  return {
    accept,
    answer,
    execute(workspaceSid, sid, instruction, via) {
      const view = workspaceIn(world, workspaceSid);
      const reservation = found(
        view.reservations.get(sid),
        `/Workspaces/${workspaceSid}/Reservations/${sid}`,
      );
      switch (instruction.instruction) {
        case 'accept':
          accept(workspaceSid, sid);
          return undefined;
        case 'reject': {
          const { activity } = instruction;
          if (activity === undefined ? via === 'callback' : !view.activities.has(activity)) {
            return { code: 40100, message: 'reject: activity_sid is not an Activity of this Workspace' };
          }
          const change = {
            workspaceSid,
            sid,
            reservationStatus: 'rejected',
            workerActivitySid: activity,
          } as const;
          world.dispatch('updateReservation', change);
          return undefined;
        }
        case 'supervise':
          return supervise(view, reservation, instruction);
        default: {
          const { instruction: name } = instruction;
          if (reservation.reservationStatus !== 'pending') {
            const title = name.charAt(0).toUpperCase() + name.slice(1);
            const message = `Unable to execute ${title} instruction. Reservation ${sid} is not currently in a Pending state.`;
            if (via === 'rest') throw badRequest(message);
            return { code: notPending[name], message };
          }
          const problem = transferProblem(view, reservation, name);
          if (problem) return problem;
          if (instruction.instruction !== 'redirect') return call(view, reservation, instruction);
          calls.redirect(instruction, { reservation, task: view.tasks.get(reservation.taskSid)! });
          if (instruction.accept) accept(workspaceSid, sid);
          return undefined;
        }
      }
    },
  };
}

/** What the worker a task is transferred to may answer: twilio.com/docs/api/errors/40151 and /40149. */
function transferProblem(
  view: WorkspaceView,
  { taskSid, transferSid }: Reservation,
  name: RingingInstruction['instruction'] | 'redirect',
): Problem | undefined {
  const task = view.tasks.get(taskSid);
  if (!task?.transfer || task.transfer.sid !== transferSid) return undefined;
  if (name !== 'conference') {
    const message = `${name}: the Task is being transferred, which allows only accept, reject, conference and supervise`;
    return { code: 40151, message };
  }
  const { conference } = JSON.parse(task.attributes) as { readonly conference?: { readonly sid?: unknown } };
  if (typeof conference?.sid === 'string') return undefined;
  return { code: 40149, message: 'conference: the Task is being transferred and has no conference.sid' };
}

const postWorkActivityOf = (instruction: RingingInstruction) =>
  instruction.instruction === 'call' ? undefined : instruction.postWorkActivity;
