import { type HandlerReservation, handlerReservation } from './client.js';
import type { AssignmentContext, Task, Worker } from './context.js';
import type { AssignmentForm } from './form.js';
import { LiveCallback, type LiveParts } from './callback-context.js';
import type { SidCondition } from './routing/match.js';
import type { Attributes } from '../standard-schema.js';

/** The context of one assignment while it is handled. Handlers see it as {@link AssignmentContext}. */
export class LiveAssignment extends LiveCallback implements AssignmentContext {
  readonly kind = 'assignment';
  declare readonly workspaceSid: string;
  readonly workflowSid: string | undefined;
  readonly taskQueueSid: string | undefined;
  readonly via: 'primary' | 'fallback';
  task: Task;
  worker: Worker;
  /** Known without making what handlers have as `reservation`. */
  readonly sidOfReservation: string;
  /** What routes are looked up by. */
  readonly sids: Readonly<Record<SidCondition, string | undefined>>;
  /** The REST update this reservation got from its own handler, if any: an answer would be a second decision. */
  updatedBy: string | undefined;
  /** The error that `onError` was last told of, in a list because anything can be thrown: it hears none twice. */
  heard: readonly [unknown] | undefined;
  readonly #parts: LiveParts;
  #reservation: HandlerReservation | undefined;
  readonly #attributes: { readonly task: Attributes; readonly worker: Attributes };

  constructor(
    form: AssignmentForm,
    via: 'primary' | 'fallback',
    attributes: { readonly task: Attributes; readonly worker: Attributes },
    parts: LiveParts,
  ) {
    super(form, parts);
    this.via = via;
    this.workflowSid = form.WorkflowSid;
    this.taskQueueSid = form.TaskQueueSid;
    this.sidOfReservation = form.ReservationSid;
    this.#parts = parts;
    this.task = {
      sid: form.TaskSid,
      attributes: attributes.task,
      age: numberOf(form.TaskAge),
      priority: numberOf(form.TaskPriority),
    };
    this.worker = { sid: form.WorkerSid, attributes: attributes.worker };
    this.sids = {
      workspace: form.WorkspaceSid,
      workflow: form.WorkflowSid,
      queue: form.TaskQueueSid,
      worker: form.WorkerSid,
    };
    this.#attributes = attributes;
  }

  get reservation(): HandlerReservation {
    const { client } = this.#parts;
    this.#reservation ??= handlerReservation(
      this.sidOfReservation,
      client && (() => client.workspace(this.workspaceSid).reservation(this.task.sid, this.sidOfReservation)),
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

  /** Brings back what the last schema replaced, before the next handler is tried. */
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
      reservationSid: this.sidOfReservation,
    };
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
