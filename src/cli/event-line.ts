import type { Delivery, EmulatorEvent } from '../emulator/index.js';
import { visible } from '../emulator/visible.js';
import { milliseconds, paint } from './print.js';

const WIDTH = 32;

/** One line for one thing that happened in an emulator: the time, the kind, the subject. */
export function eventLine(event: EmulatorEvent): string {
  const time = paint('dim', new Date(event.at).toISOString().slice(11, 23));
  if (event.kind === 'event') {
    const { TaskSid, ReservationSid, WorkerName, TaskQueueName, WorkflowName, WorkerActivityName } =
      event.data;
    const about = [ReservationSid, TaskSid ?? event.resourceSid, TaskQueueName ?? WorkflowName, WorkerName];
    if (event.type === 'worker.activity.update') about.push(WorkerActivityName);
    return `${time}  ${event.type.padEnd(WIDTH)}  ${visible(about.filter(Boolean).join('  '))}`;
  }
  if (event.kind === 'debugger') {
    const head = paint(
      event.level === 'error' ? 'red' : 'yellow',
      `${event.level} ${event.code}`.padEnd(WIDTH),
    );
    return `${time}  ${head}  ${visible(event.message)}`;
  }
  const head = `${event.callback} callback${event.via === 'fallback' ? ' (fallback)' : ''}`.padEnd(WIDTH);
  return `${time}  ${paint('cyan', head)}  ${visible(event.url)}  ${outcomeOf(event)}  ${milliseconds(event.ms)}`;
}

/** `200 conference`, `timeout`. */
export function outcomeOf({ outcome, status, instruction }: Delivery): string {
  if (outcome !== 'answered') return paint('red', outcome);
  const text = `${status}${instruction === undefined ? '' : ` ${instruction}`}`;
  return status !== undefined && status < 300 ? text : paint('red', text);
}
