import type { EmulatorEvent } from '../emulator/index.js';
import { visible } from '../emulator/visible.js';
import type { CallbackOutcome } from '../index.js';
import { MOST_RESERVATIONS } from './dev-centre.js';
import { outcomeOf } from './event-line.js';
import { milliseconds, paint, print, type Style } from './print.js';

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

/** Prints each task's way, one aligned line a step. */
export class Journeys {
  readonly #labels = new Map<string, string>();
  readonly #handlers = new Map<string, CallbackOutcome>();
  readonly #began = Date.now();
  readonly #queueNames: ReadonlyMap<string, string>;

  /** @param queueNames - by SID: the events of a queue do not all name it. */
  constructor(queueNames: ReadonlyMap<string, string>) {
    this.#queueNames = queueNames;
  }

  /** What the endpoint answered: its handler is in no callback. */
  outcome(outcome: CallbackOutcome): void {
    const { route, taskSid, reservationSid, status, eventType, verdict, durationMs } = outcome;
    if (route !== 'events') this.#handlers.set(`${reservationSid} ${route}`, outcome);
    else if (verdict === 'ran') {
      this.#line(taskSid, 'event', 'cyan', `${eventType} -> event handlers -> ${status}`, durationMs);
    }
  }

  news(news: EmulatorEvent, label?: string): void {
    if (news.kind === 'debugger') {
      this.#line(news.taskSid, 'debugger', 'red', `${news.code}: ${visible(news.message)}`);
    } else if (news.kind === 'delivery') {
      if (news.callback !== 'assignment') return;
      const route = news.via === 'fallback' ? 'fallback' : 'assignment';
      const id = `${news.reservationSid} ${route}`;
      const { handler = 'no handler', durationMs = news.ms } = this.#handlers.get(id) ?? {};
      this.#handlers.delete(id);
      this.#line(
        news.taskSid,
        route === 'assignment' ? 'callback' : 'fallback',
        'cyan',
        `${handler} -> ${outcomeOf(news)}`,
        durationMs,
      );
    } else {
      const { TaskSid, TaskQueueSid, TaskChannelUniqueName, WorkerName, TaskCanceledReason } = news.data;
      const [step, style] = STEPS[news.type] ?? [];
      if (step === undefined || style === undefined || TaskSid === undefined) return;
      // A task enters its queue before it is said to be created.
      if (!this.#labels.has(TaskSid)) {
        this.#labels.set(TaskSid, `${label ?? TaskChannelUniqueName} ${this.#labels.size + 1}`);
      }
      if (news.type === 'task.created') {
        this.#line(TaskSid, step, style, `${TaskSid} on ${TaskChannelUniqueName}`);
      } else if (TaskCanceledReason === 'Max assignment count exceeded') {
        const detail = `${TaskCanceledReason}: ${MOST_RESERVATIONS} reservations here, 1,000 at Twilio`;
        this.#line(TaskSid, step, style, detail);
      } else {
        const queue = news.type.startsWith('task-queue.')
          ? this.#queueNames.get(TaskQueueSid ?? '')
          : undefined;
        this.#line(TaskSid, step, style, visible(TaskCanceledReason ?? WorkerName ?? queue ?? ''));
      }
    }
  }

  #line(taskSid: string | undefined, step: string, style: Style, detail: string, ms?: number): void {
    const time = `${((Date.now() - this.#began) / 1_000).toFixed(1)} s`.padStart(8);
    const label = (this.#labels.get(taskSid ?? '') ?? '').padEnd(14);
    const took = ms === undefined ? '' : `  ${paint('dim', milliseconds(ms))}`;
    print(`${paint('dim', time)}  ${label}${paint(style, step.padEnd(11))}${detail}${took}`);
  }
}
