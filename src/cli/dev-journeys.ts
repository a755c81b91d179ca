import type { EmulatorEvent } from '../emulator/index.js';
import { visible } from '../emulator/visible.js';
import { descIn } from '../http/server-timing.js';
import type { CallbackOutcome, DeferredOutcome } from '../index.js';
import type { Screen } from './dev-screen.js';
import { MOST_RESERVATIONS } from './dev-tasks.js';
import { outcomeOf } from './event-line.js';
import { columns, milliseconds, paint, type Style } from './print.js';

type EngineEvent = Extract<EmulatorEvent, { readonly kind: 'event' }>;
type Delivery = Extract<EmulatorEvent, { readonly kind: 'delivery' }>;
type DebuggerEntry = Extract<EmulatorEvent, { readonly kind: 'debugger' }>;

const STEPS: Readonly<Record<string, readonly [step: string, style: Style]>> = {
  'task.created': ['created', 'bold'],
  'task-queue.entered': ['queued', 'dim'],
  'task-queue.timeout': ['escalates', 'yellow'],
  'reservation.created': ['reserved', 'magenta'],
  'reservation.accepted': ['accepted', 'green'],
  'reservation.rejected': ['rejected', 'red'],
  'reservation.timeout': ['timed out', 'red'],
  'reservation.canceled': ['canceled', 'red'],
  'reservation.failed': ['failed', 'red'],
  'task.wrapup': ['wrap-up', 'dim'],
  'task.completed': ['completed', 'green'],
  'task.canceled': ['canceled', 'red'],
};

/** Each task has one of these on its name, so that its lines are found at a glance. */
const COLOURS: readonly Style[] = ['cyan', 'green', 'magenta', 'yellow', 'blue', 'red'];
/** On a terminal narrower than this, rows go without the time. */
const NARROW = 60;
/** As many tasks as this are remembered by name; more would be a leak. */
const MOST_NAMES = 10_000;
/** So many of the newest durations make the p95. */
const MOST_DURATIONS = 200;

/** A step of a task, for programs. */
interface Step {
  readonly taskSid: string | undefined;
  readonly step: string;
  readonly ms?: number;
  readonly [fact: string]: unknown;
}

/** Shows each task's way, one aligned line a step, in the order of cause and effect. */
export class Journeys {
  readonly #names = new Map<string, string>();
  readonly #outcomes = new Map<string, CallbackOutcome>();
  /** Event callbacks that failed and whose reason has not come yet. */
  readonly #failedEvents = new Set<number>();
  /** Why event callbacks fail at present, as it was shown. */
  #eventTrouble = '';
  /** What is told about a task before its creation is: it enters its queue first. */
  readonly #early = new Map<string, EngineEvent[]>();
  /** The newest, in milliseconds. */
  readonly #durations: number[] = [];
  readonly #began = Date.now();
  readonly #screen: Pick<Screen, 'event'>;
  readonly #queueName: (sid: string) => string | undefined;
  #named = 0;
  #answered = 0;

  /** @param queueName - by SID: the events of a queue do not all name it. */
  constructor(screen: Pick<Screen, 'event'>, queueName: (sid: string) => string | undefined) {
    this.#screen = screen;
    this.#queueName = queueName;
  }

  /** Callbacks answered so far, and the duration that 95 of 100 did not pass, in milliseconds. */
  get answered(): { readonly count: number; readonly p95: number | undefined } {
    const sorted = [...this.#durations].sort((a, b) => a - b);
    return { count: this.#answered, p95: sorted[Math.ceil(sorted.length * 0.95) - 1] };
  }

  /** What the endpoint answered: its handler is in no callback. */
  outcome(outcome: CallbackOutcome): void {
    const { route, taskSid, reservationSid, status, eventType, verdict, durationMs, handler } = outcome;
    if (route !== 'events') {
      this.#outcomes.set(`${reservationSid} ${route}`, outcome);
    } else if (verdict === 'ran') {
      this.#line(
        { taskSid, step: 'event', eventType, handler, verdict, status, ms: durationMs },
        'cyan',
        `${eventType} -> event handlers -> ${status}`,
      );
    }
  }

  /** How a deferred answer ended. */
  deferred({ taskSid, reservationSid, outcome, handler, instruction, error }: DeferredOutcome): void {
    const why = error === undefined ? '' : `: ${error instanceof Error ? error.message : String(error)}`;
    const text = `${handler ?? 'no handler'} -> ${instruction ?? 'nothing'} ${outcome} by REST${why}`;
    this.#line(
      { taskSid, step: 'deferred', reservationSid, outcome, handler, instruction },
      outcome === 'applied' ? 'cyan' : 'yellow',
      text,
    );
  }

  /** @param name - what a new task is called; default: its type, or its channel. */
  news(news: EmulatorEvent, name?: string): void {
    if (news.kind === 'debugger') {
      this.#debugger(news);
    } else if (news.kind === 'delivery') {
      this.#delivery(news);
    } else {
      this.#event(news, name);
    }
  }

  #debugger({ taskSid, code, message, level, deliveryId }: DebuggerEntry): void {
    const facts = { taskSid, step: 'debugger', code, level, message };
    const isEvent = this.#failedEvents.delete(deliveryId ?? 0);
    // An endpoint that takes no events answers each of them alike.
    const isAgain = isEvent && this.#eventTrouble === message;
    if (isEvent) this.#eventTrouble = message;
    this.#line(facts, 'red', isAgain ? undefined : `${code}: ${message}`);
  }

  #delivery(news: Delivery): void {
    const { status: answered = 0 } = news;
    if (news.callback === 'event') {
      if (this.#failedEvents.size > MOST_DURATIONS) this.#failedEvents.clear();
      if (answered < 200 || answered >= 300) this.#failedEvents.add(news.id);
      else this.#eventTrouble = '';
      return;
    }
    const route = news.via === 'fallback' ? 'fallback' : 'assignment';
    const id = `${news.reservationSid} ${route}`;
    const outcome = this.#outcomes.get(id);
    this.#outcomes.delete(id);
    const {
      handler,
      verdict,
      durationMs = news.ms,
    } = outcome ?? {
      // What an application of another process says of itself, if it uses this package outside production.
      handler: descIn(news.serverTiming, 'handler'),
      verdict: descIn(news.serverTiming, 'verdict'),
    };
    if (news.outcome === 'answered' && news.status === 200) {
      this.#answered += 1;
      this.#durations.push(durationMs);
      if (this.#durations.length > MOST_DURATIONS) this.#durations.shift();
    }
    const { status, instruction, reservationSid, taskSid } = news;
    this.#line(
      {
        taskSid,
        step: news.via === 'primary' ? 'callback' : news.via,
        reservationSid,
        handler,
        verdict,
        outcome: news.outcome,
        status,
        instruction,
        ms: durationMs,
      },
      'cyan',
      `${handler ?? whyNoHandler(news)} -> ${outcomeOf(news)}${verdict === undefined || verdict === 'ran' ? '' : ` (${verdict})`}`,
    );
  }

  #event(event: EngineEvent, name: string | undefined): void {
    const { TaskSid, TaskQueueSid, TaskChannelUniqueName, WorkerName, TaskCanceledReason } = event.data;
    const [step, style] = STEPS[event.type] ?? [];
    if (step === undefined || style === undefined || TaskSid === undefined) return;
    const known = this.#names.has(TaskSid);
    if (!known && event.type !== 'task.created' && event.type !== 'task.canceled') {
      this.#early.set(TaskSid, [...(this.#early.get(TaskSid) ?? []), event]);
      return;
    }
    if (!known)
      this.#name(TaskSid, name ?? typeOf(event.data.TaskAttributes) ?? TaskChannelUniqueName ?? 'task');
    const facts = { taskSid: TaskSid, step, queue: this.#queueName(TaskQueueSid ?? ''), worker: WorkerName };
    if (event.type === 'task.created') {
      this.#line(
        { ...facts, channel: TaskChannelUniqueName },
        style,
        `${TaskSid} on ${TaskChannelUniqueName}`,
      );
      const early = this.#early.get(TaskSid) ?? [];
      this.#early.delete(TaskSid);
      for (const one of early) this.#event(one, name);
    } else if (TaskCanceledReason === 'Max assignment count exceeded') {
      const reason = `${TaskCanceledReason}: ${MOST_RESERVATIONS} reservations here, 1,000 at Twilio`;
      this.#line({ ...facts, reason: TaskCanceledReason }, style, reason);
    } else {
      const queue = event.type.startsWith('task-queue.') ? facts.queue : undefined;
      this.#line(
        { ...facts, reason: TaskCanceledReason },
        style,
        TaskCanceledReason ?? WorkerName ?? queue ?? '',
      );
    }
  }

  #name(taskSid: string, kind: string): void {
    this.#named += 1;
    this.#names.set(taskSid, `${kind} ${this.#named}`);
    const [oldest] = this.#names.keys();
    if (this.#names.size > MOST_NAMES && oldest !== undefined) this.#names.delete(oldest);
  }

  /** @param detail - undefined: for programs alone. */
  #line(facts: Step, style: Style, detail: string | undefined): void {
    const name = this.#names.get(facts.taskSid ?? '');
    const time = `${((Date.now() - this.#began) / 1_000).toFixed(1)} s`.padStart(8);
    const number = Number(/\d+$/.exec(name ?? '')?.[0] ?? 0);
    const isNarrow = columns() < NARROW;
    const label = paint(COLOURS[number % COLOURS.length]!, `${name ?? ''} `.padEnd(isNarrow ? 12 : 14));
    const begin = isNarrow ? '' : `${paint('dim', time)}  `;
    const { ms } = facts;
    const took = ms !== undefined ? `  ${paint('dim', milliseconds(ms))}` : '';
    const text = `${begin}${label}${paint(style, facts.step.padEnd(11))}${visible(detail ?? '')}${took}`;
    this.#screen.event(detail === undefined ? undefined : text, { event: 'step', task: name, ...facts });
  }
}

/** A dash, and why there is no more to say. */
function whyNoHandler({ outcome, serverTiming: header }: Delivery): string {
  if (outcome !== 'answered') return '- (no answer)';
  return header === undefined ? '- (the app does not say)' : '- (no handler)';
}

/** What people call a task: the text in its attribute `type`. */
function typeOf(attributes: string | undefined): string | undefined {
  try {
    const { type } = JSON.parse(attributes ?? '{}') as { readonly type?: unknown };
    return typeof type === 'string' && /^[\w -]{1,12}$/.test(type) ? type : undefined;
  } catch {
    return undefined;
  }
}
