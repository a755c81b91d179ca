import type { Idempotency, Run, RunResult } from '../idempotency/types.js';
import type { Logger } from '../log.js';
import { type ClientOption, clientFor } from './client.js';
import { runInside } from './compose.js';
import { subjectsOf } from './event-subjects.js';
import type { EventContext } from './event-types.js';
import type { EventForm } from './forms.js';
import { eventKey } from './keys.js';
import { LiveCallback, type LiveParts } from './live-callback.js';
import type { Registry } from './registry.js';
import { type GoOn, keepAtWork, type Tracker } from './tracker.js';

export interface EventOptions {
  readonly idempotency: Idempotency;
  readonly log: Logger;
  readonly tracker: Tracker;
  readonly client: ClientOption | undefined;
}

/** How an event callback ended. `ignored`: no handler for its type. */
export type EventEnd = RunResult | { readonly status: 'ignored' };

/** Takes one validated event callback to its end. */
export type HandleEvent = (form: EventForm, deadline: number, goOn: GoOn | undefined) => Promise<EventEnd>;

/**
 * The life of an event callback. Every handler of its type runs, in the order of registration, also after one that
 * failed; events of one task run one after another, in the order they arrived in this process.
 */
export function createEvents(registry: Registry, options: EventOptions): HandleEvent {
  const { idempotency, log, tracker } = options;
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

  return async (form, deadline, goOn) => {
    const handlers = registry.events.get(form.EventType);
    if (!handlers) return { status: 'ignored' };
    const turn = form.TaskSid === undefined ? undefined : takeTurn(form.TaskSid);
    let started = false;

    const after: LiveParts['after'] = (task, context) => {
      const failed = (error: unknown) => context.log.error({ err: error }, 'Work given to after() failed');
      const work = tracker.run(task, failed);
      keepAtWork(goOn, work);
    };
    const execute = (run: Run): Promise<string> => {
      const work = carryOut(run);
      keepAtWork(goOn, work);
      return work;
    };
    const carryOut = async (run: Run): Promise<string> => {
      started = true;
      try {
        await turn?.before;
        const client = clientFor(options.client, form.AccountSid);
        await runAll(handlers, new LiveEvent(form, { run, log, client, after }));
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
    event: LiveEvent,
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

/** The context of one event. Its subjects become fields of their own; handlers see it as {@link EventContext}. */
class LiveEvent extends LiveCallback {
  readonly kind = 'event';
  readonly type: string;
  readonly sid: string | undefined;
  readonly description: string | undefined;
  readonly workspaceName: string | undefined;
  readonly resourceType: string | undefined;
  readonly resourceSid: string | undefined;

  constructor(form: EventForm, parts: LiveParts) {
    super(form, parts);
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
