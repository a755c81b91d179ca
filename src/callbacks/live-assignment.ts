import type { AssignmentContext, Task, Worker } from './context.js';
import type { AssignmentForm } from './forms.js';
import { LiveCallback, type LiveParts } from './live-callback.js';
import type { SidCondition } from './match.js';
import type { Attributes } from './standard-schema.js';

/** The context of one assignment while it is handled. Handlers see it as {@link AssignmentContext}. */
export class LiveAssignment extends LiveCallback implements AssignmentContext {
  readonly kind = 'assignment';
  declare readonly workspaceSid: string;
  readonly reservation: { readonly sid: string };
  readonly workflowSid: string | undefined;
  readonly taskQueueSid: string | undefined;
  readonly via: 'primary' | 'fallback';
  task: Task;
  worker: Worker;
  /** What routes are looked up by. */
  readonly sids: Readonly<Record<SidCondition, string | undefined>>;
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
    this.reservation = { sid: form.ReservationSid };
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
      reservationSid: this.reservation.sid,
    };
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
