import type {
  AcceptOptions,
  CallOptions as CallInstructionOptions,
  ConferenceOptions,
  DequeueOptions,
  Instruction,
  RedirectOptions,
  RejectOptions,
  ReservationInstruction,
  SuperviseOptions,
} from '../../instructions/index.js';
import type { CallOptions, Calls } from '../calls.js';
import { InputError, TaskRouterApiError } from '../errors.js';
import type { List } from '../list.js';
import { OPERATIONS } from '../spec/index.js';
import { lookAt, RESERVATION_TRANSITIONS } from '../transition.js';
import type {
  ListTaskReservations,
  ListWorkerReservations,
  Reservation,
  UpdateReservation,
} from '../types.js';

/** The instructions are loaded with the first one that is sent: most users of a client send none. */
const instructions = () => import('../../instructions/index.js');

type Side = typeof OPERATIONS.reservations | typeof OPERATIONS.workerReservations;

/** What can be done to a reservation. `Where` names it: the SIDs of its task or worker, and its own. */
export interface ReservationActions<Where extends readonly string[], Instructions> {
  /** @example await client.reservations.fetch('WT…', 'WR…'); */
  fetch(...args: [...where: Where, options?: CallOptions]): Promise<Reservation>;
  /**
   * Applies an instruction, the same value a callback answers with. accept and reject are repeated if needed; the
   * others never after a lost answer, because a phone may already be ringing: see the error's `maybeApplied`.
   *
   * @throws {InstructionError} on what Twilio would refuse.
   * @throws {TaskRouterStateError} if the answer was lost and the reservation is in another state now.
   * @example await client.reservations.apply('WT…', 'WR…', conference({ from: '+15017122661' }));
   */
  apply(...args: [...where: Where, instruction: Instructions, options?: CallOptions]): Promise<Reservation>;
  /** Takes the task. @example await client.reservations.accept('WT…', 'WR…'); */
  accept(
    ...args: [...where: Where, instruction?: AcceptOptions, options?: CallOptions]
  ): Promise<Reservation>;
  /** Gives the task back. @example await client.reservations.reject('WT…', 'WR…', { activity: 'Offline' }); */
  reject(
    ...args: [...where: Where, instruction?: RejectOptions, options?: CallOptions]
  ): Promise<Reservation>;
  /** Connects a call parked by `<Enqueue>` to the worker. */
  dequeue(
    ...args: [...where: Where, instruction?: DequeueOptions, options?: CallOptions]
  ): Promise<Reservation>;
  /** Calls the worker, with TwiML of yours. */
  call(
    ...args: [...where: Where, instruction: CallInstructionOptions, options?: CallOptions]
  ): Promise<Reservation>;
  /** Sends a parked call to other TwiML. */
  redirect(
    ...args: [...where: Where, instruction: RedirectOptions, options?: CallOptions]
  ): Promise<Reservation>;
  /** Puts the worker and the customer in a conference. */
  conference(
    ...args: [...where: Where, instruction?: ConferenceOptions, options?: CallOptions]
  ): Promise<Reservation>;
  /**
   * Moves the reservation to a status: `wrapping` or `completed` after the work.
   *
   * @example await client.reservations.update('WT…', 'WR…', { reservationStatus: 'completed' });
   */
  update(...args: [...where: Where, input: UpdateReservation, options?: CallOptions]): Promise<Reservation>;
}

type OnTask = readonly [taskSid: string, reservationSid: string];
type OnWorker = readonly [workerSid: string, reservationSid: string];

/** The reservations of tasks. */
export interface TaskReservations extends ReservationActions<OnTask, ReservationInstruction> {
  /** @example await client.reservations.list('WT…', { reservationStatus: 'pending' }).all(); */
  list(taskSid: string, input?: ListTaskReservations, options?: CallOptions): List<Reservation>;
  /** Adds a supervisor to an accepted reservation's conference. */
  supervise(
    taskSid: string,
    reservationSid: string,
    instruction: SuperviseOptions,
    options?: CallOptions,
  ): Promise<Reservation>;
}

/** The reservations of workers: the same ones, on their other path. */
export interface WorkerReservations extends ReservationActions<OnWorker, Instruction> {
  /** @example await client.workerReservations.list('WK…').all({ limit: 20 }); */
  list(workerSid: string, input?: ListWorkerReservations, options?: CallOptions): List<Reservation>;
}

/** One reservation, known by its SIDs: what handlers have as `ctx.reservation`. */
export interface ReservationHandle extends ReservationActions<readonly [], ReservationInstruction> {
  readonly sid: string;
  readonly taskSid: string;
  /** Adds a supervisor to the conference. */
  supervise(instruction: SuperviseOptions, options?: CallOptions): Promise<Reservation>;
}

export function taskReservations(calls: Calls): TaskReservations {
  const side = OPERATIONS.reservations;
  const actions = actionsOn(calls, side, 'reservations');
  return {
    ...actions,
    list: (taskSid, input = {}, options) => calls.list(side.list, [taskSid], input, options),
    supervise: async (taskSid, sid, options, bounds) =>
      actions.apply(taskSid, sid, (await instructions()).supervise(options), bounds),
  };
}

export function workerReservations(calls: Calls): WorkerReservations {
  const side = OPERATIONS.workerReservations;
  const actions = actionsOn(calls, side, 'workerReservations');
  return {
    ...actions,
    list: (workerSid, input = {}, options) => calls.list(side.list, [workerSid], input, options),
  };
}

/** The actions of `reservations`, for one of them. */
export function reservationHandle(all: TaskReservations, taskSid: string, sid: string): ReservationHandle {
  return {
    sid,
    taskSid,
    fetch: (options) => all.fetch(taskSid, sid, options),
    apply: (instruction, options) => all.apply(taskSid, sid, instruction, options),
    accept: (instruction, options) => all.accept(taskSid, sid, instruction, options),
    reject: (instruction, options) => all.reject(taskSid, sid, instruction, options),
    dequeue: (instruction, options) => all.dequeue(taskSid, sid, instruction, options),
    call: (instruction, options) => all.call(taskSid, sid, instruction, options),
    redirect: (instruction, options) => all.redirect(taskSid, sid, instruction, options),
    conference: (instruction, options) => all.conference(taskSid, sid, instruction, options),
    supervise: (instruction, options) => all.supervise(taskSid, sid, instruction, options),
    update: (input, options) => all.update(taskSid, sid, input, options),
  };
}

function actionsOn(
  calls: Calls,
  side: Side,
  name: string,
): ReservationActions<readonly [string, string], ReservationInstruction> {
  const fetch = (owner: string, sid: string, options?: CallOptions): Promise<Reservation> =>
    calls.call(side.fetch, [owner, sid], {}, options);

  /** Updates; a status is looked for before it is sent again. */
  const send = (
    method: string,
    [owner, sid]: readonly [string, string],
    input: UpdateReservation,
    form: ReadonlyArray<readonly [string, string]>,
    options: CallOptions | undefined,
  ): Promise<Reservation> => {
    const status = input.reservationStatus ?? form.find(([key]) => key === 'ReservationStatus')?.[1];
    const transition = RESERVATION_TRANSITIONS[status ?? ''];
    const look =
      transition &&
      lookAt(`${name}.${method}`, 'the reservation', transition, async (bounds) => {
        const resource = await fetch(owner, sid, bounds);
        return { resource, state: resource.reservationStatus };
      });
    const called = `${name}.${method}`;
    const extra = look
      ? ({ form, effect: 'transition', look, name: called } as const)
      : ({ form, effect: 'instruction', name: called } as const);
    return calls.call(side.update, [owner, sid], input, options, extra);
  };

  const apply = async (
    owner: string,
    sid: string,
    instruction: ReservationInstruction,
    options?: CallOptions,
  ): Promise<Reservation> => {
    const method = instruction.instruction;
    if (method === 'supervise' && side === OPERATIONS.workerReservations) {
      throw new InputError(
        `${name}.apply`,
        'supervise works only by the path of the task: use client.reservations.supervise',
      );
    }
    const { checkEncoding, encodeReservationUpdate, InstructionError, lookUpNames, namesIn } =
      await instructions();
    const problem = checkEncoding(instruction, 'rest');
    if (problem) throw new InstructionError(problem);
    const { workspaceSid } = calls;
    const resolved = await lookUpNames(instruction, (kind, friendlyName) =>
      calls.names.resolve(kind, friendlyName, { workspaceSid }),
    );
    const form = encodeReservationUpdate(resolved);
    try {
      return await send(method, [owner, sid], {}, form, options);
    } catch (error) {
      // The activity may have been made anew under its name: the next use reads the names again.
      if (namesIn(instruction).length > 0 && error instanceof TaskRouterApiError)
        calls.names.forget('activity', workspaceSid);
      throw error;
    }
  };

  return {
    fetch,
    apply,
    accept: async (owner, sid, options, bounds) =>
      apply(owner, sid, (await instructions()).accept(options), bounds),
    reject: async (owner, sid, options, bounds) =>
      apply(owner, sid, (await instructions()).reject(options), bounds),
    dequeue: async (owner, sid, options, bounds) =>
      apply(owner, sid, (await instructions()).dequeue(options), bounds),
    call: async (owner, sid, options, bounds) =>
      apply(owner, sid, (await instructions()).call(options), bounds),
    redirect: async (owner, sid, options, bounds) =>
      apply(owner, sid, (await instructions()).redirect(options), bounds),
    conference: async (owner, sid, options, bounds) =>
      apply(owner, sid, (await instructions()).conference(options), bounds),
    update: (owner, sid, input, options) => send('update', [owner, sid], input, [], options),
  };
}
