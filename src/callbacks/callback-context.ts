import type { Run } from '../idempotency/types.js';
import { type Logger, withFields } from '../log.js';
import type { FormPairs } from '../signature/index.js';
import type { Attributes } from '../standard-schema.js';
import { type Background, keepAtWork, type WaitUntil } from './background.js';
import {
  type CallbackClient,
  type ClientOption,
  clientFor,
  type HandlerClient,
  type HandlerReservation,
  handlerReservation,
  noClient,
} from './client.js';
import type { AssignmentContext, CallbackContext, Task, Worker } from './context.js';
import { type AssignmentForm, parseAttributes, parseTimestamp } from './form.js';

/** What a context is made from besides its form. */
export interface ContextParts {
  readonly log: Logger;
  readonly background: Background;
  readonly client: ClientOption | undefined;
}

/** The form fields every callback has. */
interface CommonForm {
  readonly pairs: FormPairs;
  readonly WorkspaceSid: string | undefined;
  readonly AccountSid: string | undefined;
  readonly Timestamp: string | undefined;
}

/**
 * What assignments and events share. Costly parts are made on first use. The two functions are getters, not methods,
 * because handlers destructure the context.
 */
export abstract class BaseContext implements CallbackContext {
  readonly workspaceSid: string | undefined;
  readonly accountSid: string | undefined;
  readonly #run: Run;
  readonly #parts: ContextParts;
  readonly #sent: CommonForm;
  readonly #waitUntil: WaitUntil | undefined;
  #form: URLSearchParams | undefined;
  #log: Logger | undefined;

  constructor(form: CommonForm, run: Run, parts: ContextParts, waitUntil: WaitUntil | undefined) {
    this.workspaceSid = form.WorkspaceSid;
    this.accountSid = form.AccountSid;
    this.#run = run;
    this.#parts = parts;
    this.#sent = form;
    this.#waitUntil = waitUntil;
  }

  get remainingMs(): () => number {
    return () => this.#run.remainingMs();
  }

  get after(): (task: () => unknown) => void {
    return (task) => this.doAfter(task);
  }

  get form(): URLSearchParams {
    this.#form ??= new URLSearchParams(
      this.#sent.pairs.map(([name, value]): [string, string] => [name, value]),
    );
    return this.#form;
  }

  get client(): HandlerClient {
    const client = this.callbackClient;
    if (!client) throw noClient('client');
    return client.workspace(this.workspaceSid ?? '') as HandlerClient;
  }

  get timestamp(): Date | undefined {
    return this.#sent.Timestamp === undefined ? undefined : parseTimestamp(this.#sent.Timestamp);
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get log(): Logger {
    this.#log ??= withFields(this.#parts.log, this.logFields());
    return this.#log;
  }

  protected get callbackClient(): CallbackClient | undefined {
    return clientFor(this.#parts.client, this.accountSid);
  }

  /** Runs it now and tracks it; logs its failure. */
  protected doAfter(task: () => unknown): void {
    const failed = (error: unknown) => this.log.error({ err: error }, 'Work given to after() failed');
    keepAtWork(this.#waitUntil, this.#parts.background.run(task, failed));
  }

  /** The SIDs that name this callback in a log line. */
  protected abstract logFields(): object;
}

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

  /** The SID that a route is looked up by. */
  sidOf(condition: 'workspace' | 'workflow' | 'queue' | 'worker'): string | undefined {
    switch (condition) {
      case 'workspace':
        return this.workspaceSid;
      case 'workflow':
        return this.workflowSid;
      case 'queue':
        return this.taskQueueSid;
      case 'worker':
        return this.worker.sid;
    }
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
