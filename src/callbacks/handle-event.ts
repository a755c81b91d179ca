import type { Idempotency, Run, RunResult } from '../idempotency/types.js';
import type { Logger } from '../log.js';
import { keepAtWork, type WaitUntil } from './background.js';
import { BaseContext, type ContextParts } from './callback-context.js';
import { subjectsOf } from './event-subjects.js';
import type { EventContext } from './event-types.js';
import type { EventForm } from './form.js';
import { eventKey } from './form.js';
import { runInside } from './routing/compose.js';
import type { Registry } from './routing/registry.js';

export interface EventOptions extends ContextParts {
  readonly idempotency: Idempotency;
}

/** How an event callback ended. `ignored`: no handler for its type. */
export type EventEnd = RunResult | { readonly status: 'ignored' };

/** Takes one validated event callback to its end. */
export type HandleEvent = (
  form: EventForm,
  deadline: number,
  waitUntil: WaitUntil | undefined,
) => Promise<EventEnd>;

/**
 * The life of an event callback. Every handler of its type runs, in the order of registration, even after one that
 * failed. Events of one task run one after another, in the order in which they arrived in this process.
 */
export function createEvents(registry: Registry, options: EventOptions): HandleEvent {
  const { idempotency } = options;
  const turns = new Map<string, Promise<void>>();

  /** Takes the next turn of a task: a promise of all earlier turns, and the function that ends this one. */
  function takeTurn(taskSid: string): { before: Promise<void> | undefined; end: () => void } {
    const before = turns.get(taskSid);
    let end = () => {};
    const own = new Promise<void>((resolve) => {
      end = resolve;
    });
    const last = before ? before.then(() => own) : own;
    turns.set(taskSid, last);
    last.then(() => turns.get(taskSid) === last && turns.delete(taskSid));
    return { before, end };
  }

  return async (form, deadline, waitUntil) => {
    const handlers = registry.events.get(form.EventType);
    if (!handlers) return { status: 'ignored' };
    const turn = form.TaskSid === undefined ? undefined : takeTurn(form.TaskSid);
    let started = false;

    const execute = (run: Run): Promise<string> => {
      const work = carryOut(run);
      keepAtWork(waitUntil, work);
      return work;
    };
    const carryOut = async (run: Run): Promise<string> => {
      started = true;
      try {
        await turn?.before;
        await runAll(handlers, new RunningEvent(form, run, options, waitUntil));
        return '';
      } finally {
        turn?.end();
      }
    };
    const result = await idempotency.run({
      key: eventKey(form),
      fingerprint: `${form.EventType} ${form.ResourceSid ?? ''}`,
      path: 'primary',
      deadline,
      onDeadline: 'fail',
      execute,
    });
    if (!started) turn?.end();
    return result;
  };

  async function runAll(
    handlers: ReadonlyArray<(context: EventContext) => unknown>,
    event: RunningEvent,
  ): Promise<void> {
    const context = event as unknown as EventContext;
    const errors: unknown[] = [];
    for (const handler of handlers) {
      try {
        await runInside(registry.middleware, context, async () => {
          await handler(context);
        });
      } catch (error) {
        errors.push(error);
        event.log.error({ err: error, eventType: event.type }, 'An event handler failed');
        await tellErrorHandler(error, context, event.log);
      }
    }
    if (errors.length > 1)
      throw new AggregateError(errors, `${errors.length} handlers of ${event.type} failed`);
    if (errors.length === 1) throw errors[0];
  }

  async function tellErrorHandler(error: unknown, context: EventContext, eventLog: Logger): Promise<void> {
    try {
      await registry.errorHandler?.(error, context);
    } catch (second) {
      eventLog.error({ err: second }, 'onError itself failed');
    }
  }
}

/** The context of one event. Each of its subjects becomes a field; handlers see it as {@link EventContext}. */
class RunningEvent extends BaseContext {
  readonly kind = 'event';
  readonly type: string;
  readonly sid: string | undefined;
  readonly description: string | undefined;
  readonly workspaceName: string | undefined;
  readonly resourceType: string | undefined;
  readonly resourceSid: string | undefined;

  constructor(form: EventForm, run: Run, parts: ContextParts, waitUntil: WaitUntil | undefined) {
    super(form, run, parts, waitUntil);
    const sent = (name: string) => form.pairs.find((pair) => pair[0] === name)?.[1] || undefined;
    this.type = form.EventType;
    this.sid = form.Sid;
    this.description = sent('EventDescription');
    this.workspaceName = sent('WorkspaceName');
    this.resourceType = sent('ResourceType');
    this.resourceSid = form.ResourceSid;
    Object.assign(this, subjectsOf(form.EventType, form.pairs));
  }

  protected override logFields(): object {
    return { eventType: this.type, eventSid: this.sid, resourceSid: this.resourceSid };
  }
}
