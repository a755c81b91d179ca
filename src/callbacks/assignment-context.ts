import type { Run } from '../idempotency/types.js';
import type { Attributes } from '../standard-schema.js';
import type { WaitUntil } from './background.js';
import { BaseContext, type ContextParts } from './callback-context.js';
import { type HandlerReservation, handlerReservation } from './client.js';
import type { AssignmentContext, Task, Worker } from './context.js';
import { type AssignmentForm, parseAttributes } from './form.js';

export type { ContextParts } from './callback-context.js';

/** The attributes of a task and its worker, parsed. */
export interface BothAttributes {
  readonly task: Attributes;
  readonly worker: Attributes;
}

/** Whose attributes are not a JSON object. */
export type Unreadable = readonly ('task' | 'worker')[];

const NONE: Unreadable = [];

/** Attributes that have been parsed already; absent ones are read. */
export interface ParsedAttributes {
  readonly task?: Attributes | undefined;
  readonly worker?: Attributes | undefined;
}

export function readAttributes(
  form: AssignmentForm,
  parsed: ParsedAttributes = {},
): { attributes: BothAttributes; unreadable: Unreadable } {
  const task = parsed.task ?? parseAttributes(form.TaskAttributes);
  const worker = parsed.worker ?? parseAttributes(form.WorkerAttributes);
  if (task && worker) return { attributes: { task, worker }, unreadable: NONE };
  const unreadable = (['task', 'worker'] as const).filter((of) => (of === 'task' ? !task : !worker));
  return { attributes: { task: task ?? {}, worker: worker ?? {} }, unreadable };
}

/** The SIDs that routes are looked up by. */
export interface RouteSids {
  readonly workspace: string;
  readonly workflow: string | undefined;
  readonly queue: string | undefined;
  readonly worker: string;
}

/** The context of one assignment while it is handled. */
export function createContext(
  form: AssignmentForm,
  via: 'primary' | 'fallback',
  attributes: BothAttributes,
  run: Run,
  parts: ContextParts,
  waitUntil: WaitUntil | undefined,
): RunningAssignment {
  return new RunningAssignment(form, via, attributes, run, parts, waitUntil);
}

/** The context of one assignment while it is handled. Handlers see it as {@link AssignmentContext}. */
export class RunningAssignment extends BaseContext implements AssignmentContext {
  readonly kind = 'assignment';
  declare readonly workspaceSid: string;
  readonly workflowSid: string | undefined;
  readonly taskQueueSid: string | undefined;
  readonly via: 'primary' | 'fallback';
  task: Task;
  worker: Worker;
  /** Known without creating the `reservation` of handlers. */
  readonly reservationSid: string;
  /** The REST update that the handler made to this reservation, if any: an answer would be a second decision. */
  updatedBy: string | undefined;
  /** The error that `onError` last got, so that it gets none twice. A list, because anything can be thrown. */
  heard: readonly [unknown] | undefined;
  #reservation: HandlerReservation | undefined;
  readonly #attributes: BothAttributes;
  /** The work given to `after` before there was an answer. */
  #afterwards: Array<() => unknown> | undefined;
  #decided = false;

  constructor(
    form: AssignmentForm,
    via: 'primary' | 'fallback',
    attributes: BothAttributes,
    run: Run,
    parts: ContextParts,
    waitUntil: WaitUntil | undefined,
  ) {
    super(form, run, parts, waitUntil);
    this.via = via;
    this.workflowSid = form.WorkflowSid;
    this.taskQueueSid = form.TaskQueueSid;
    this.reservationSid = form.ReservationSid;
    this.task = {
      sid: form.TaskSid,
      attributes: attributes.task,
      age: numberOf(form.TaskAge),
      priority: numberOf(form.TaskPriority),
    };
    this.worker = { sid: form.WorkerSid, attributes: attributes.worker };
    this.#attributes = attributes;
  }

  get sids(): RouteSids {
    return {
      workspace: this.workspaceSid,
      workflow: this.workflowSid,
      queue: this.taskQueueSid,
      worker: this.worker.sid,
    };
  }

  /** Starts the work given to `after`, because the answer is decided. */
  runAfterwards(): void {
    this.#decided = true;
    if (this.#afterwards === undefined) return;
    for (const task of this.#afterwards) super.doAfter(task);
    this.#afterwards = undefined;
  }

  protected override doAfter(task: () => unknown): void {
    if (this.#decided) {
      super.doAfter(task);
    } else {
      this.#afterwards ??= [];
      this.#afterwards.push(task);
    }
  }

  get reservation(): HandlerReservation {
    const client = this.callbackClient;
    this.#reservation ??= handlerReservation(
      this.reservationSid,
      client && (() => client.workspace(this.workspaceSid).reservation(this.task.sid, this.reservationSid)),
      (method) => {
        this.updatedBy = method;
      },
    );
    return this.#reservation;
  }

  /** Puts a schema's output in place of the attributes. */
  setAttributes(of: 'task' | 'worker', attributes: Attributes): void {
    if (of === 'task') this.task = { ...this.task, attributes };
    else this.worker = { ...this.worker, attributes };
  }

  /** Restores what the last schema replaced, before the next handler is tried. */
  resetAttributes(): void {
    const { task, worker } = this.#attributes;
    if (this.task.attributes !== task) this.setAttributes('task', task);
    if (this.worker.attributes !== worker) this.setAttributes('worker', worker);
  }

  protected override logFields(): object {
    return {
      workspaceSid: this.workspaceSid,
      taskSid: this.task.sid,
      workerSid: this.worker.sid,
      reservationSid: this.reservationSid,
    };
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
