import { checkTask, type Instruction, type ReservationInstruction } from '../../instructions/index.js';
import { badRequest } from '../engine/refusal.js';
import type { Reservation, WorkspaceView } from '../engine/types.js';
import { found, workspaceIn } from '../world/find.js';
import type { InstructionExecutor, World } from '../world/world.js';
import type { PhoneRule, Phones } from './phones.js';

export interface ExecutorOptions {
  readonly world: World;
  readonly phones: Phones;
  readonly rule: PhoneRule;
  /** 32 new hexadecimal digits. */
  readonly hex: () => string;
}

type Problem = { readonly code: number; readonly message: string };
type Calling = Extract<Instruction, { instruction: 'dequeue' | 'call' | 'conference' }>;

/** twilio.com/docs/api/errors: the reservation is not pending any more. */
const notPending = { dequeue: 40135, call: 40114, redirect: 40123, conference: 40136 } as const;
const badActivity = { dequeue: 40130, conference: 40143 } as const;
const DEFAULT_RING_SECONDS = 60;
const DEFAULT_TALK_MS = 30_000;

/** Carries out instructions, those of callbacks and those of REST. Calls are simulated. */
export function createInstructionExecutor({
  world,
  phones,
  rule,
  hex,
}: ExecutorOptions): InstructionExecutor {
  function accept(workspaceSid: string, sid: string, ifMatch?: number): void {
    if (world.faults.take('doubleAccept')) acceptAnother(workspaceSid, sid);
    world.dispatch('updateReservation', { workspaceSid, sid, reservationStatus: 'accepted', ifMatch });
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

  function ring(view: WorkspaceView, reservation: Reservation, instruction: Calling): void {
    const { sid: reservationSid, workspaceSid } = reservation;
    const { instruction: name } = instruction;
    // Without `accept` the reservation is the TwiML's to finish, whoever answers: its timer runs on.
    if (name === 'call' && !instruction.accept) return;
    const task = view.tasks.get(reservation.taskSid)!;
    const worker = view.workers.get(reservation.workerSid)!;
    const behaviour = rule({ instruction: name, task, worker, reservation });
    const now = world.now();
    const step = { workspaceSid, reservationSid };
    if (behaviour.does === 'answer' || name === 'call') {
      const { afterMs = 0, talkMs = DEFAULT_TALK_MS } = behaviour.does === 'answer' ? behaviour : {};
      // `call` accepts as it is carried out, before anybody answers: twilio.com/docs/taskrouter/api/reservations.
      const wait = name === 'call' ? 0 : afterMs;
      if (wait > 0) world.dispatch('workerRinging', { workspaceSid, sid: reservationSid });
      phones.plan({
        ...step,
        at: now + wait,
        happens: 'answered',
        taskAttributes: gained(name, JSON.parse(task.attributes), hex),
        talkMs: Number.isFinite(talkMs) ? talkMs : undefined,
        postWorkActivitySid: postWorkActivityOf(instruction),
      });
      return;
    }
    const { timeout = DEFAULT_RING_SECONDS } = instruction;
    const wait = behaviour.does === 'hang up' ? (behaviour.afterMs ?? 0) : timeout * 1_000;
    if (wait > 0) world.dispatch('workerRinging', { workspaceSid, sid: reservationSid });
    phones.plan({ ...step, at: now + wait, happens: 'unanswered' });
  }

  function call(view: WorkspaceView, reservation: Reservation, instruction: Calling): Problem | undefined {
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
          message: `${instruction.instruction}: post_work_activity_sid is no Activity of this Workspace`,
        };
      }
      if (instruction.instruction === 'conference' && view.workspace.multiTaskEnabled) {
        return { code, message: 'conference: post_work_activity_sid is not for multitasking Workspaces' };
      }
    }
    ring(view, reservation, instruction);
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
        message: 'supervise: the supervisor is no Worker with the attribute contact_uri',
      };
    }
    const task: object = JSON.parse(view.tasks.get(reservation.taskSid)?.attributes ?? '{}');
    const problem = checkTask(instruction, { task, worker: {} });
    return problem && { code: problem.code ?? 40148, message: problem.message };
  }

  return {
    accept,
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
            return { code: 40100, message: 'reject: activity_sid is no Activity of this Workspace' };
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
          if (instruction.instruction !== 'redirect') return call(view, reservation, instruction);
          if (instruction.accept) accept(workspaceSid, sid);
          return undefined;
        }
      }
    },
  };
}

const postWorkActivityOf = (instruction: Calling) =>
  instruction.instruction === 'call' ? undefined : instruction.postWorkActivity;

/** What Twilio writes into the task's attributes: twilio.com/docs/taskrouter/handle-assignment-callbacks. */
function gained(
  name: Calling['instruction'],
  task: Readonly<Record<string, unknown>>,
  hex: () => string,
): Readonly<Record<string, unknown>> {
  const worker = `CA${hex()}`;
  if (name !== 'conference') return { worker_call_sid: worker };
  const customer = typeof task.call_sid === 'string' ? task.call_sid : `CA${hex()}`;
  return { conference: { sid: `CF${hex()}`, participants: { worker, customer } } };
}
