import type { Delivery, EmulatorNews } from '../emulator/index.js';
import { visible } from '../emulator/visible.js';
import { milliseconds, paint } from './print.js';

const WIDTH = 32;

/** One line for one thing that happened in an emulator: the time, the kind, the subject. */
export function newsLine(news: EmulatorNews): string {
  const time = paint('dim', new Date(news.at).toISOString().slice(11, 23));
  if (news.kind === 'event') {
    const { TaskSid, ReservationSid, WorkerName, TaskQueueName, WorkflowName, WorkerActivityName } =
      news.data;
    const about = [ReservationSid, TaskSid ?? news.resourceSid, TaskQueueName ?? WorkflowName, WorkerName];
    if (news.type === 'worker.activity.update') about.push(WorkerActivityName);
    return `${time}  ${news.type.padEnd(WIDTH)}  ${visible(about.filter(Boolean).join('  '))}`;
  }
  if (news.kind === 'debugger') {
    const head = paint(news.level === 'error' ? 'red' : 'yellow', `${news.level} ${news.code}`.padEnd(WIDTH));
    return `${time}  ${head}  ${visible(news.message)}`;
  }
  const head = `${news.callback} callback${news.via === 'fallback' ? ' (fallback)' : ''}`.padEnd(WIDTH);
  return `${time}  ${paint('cyan', head)}  ${visible(news.url)}  ${outcomeOf(news)}  ${milliseconds(news.ms)}`;
}

/** `200 conference`, `timeout`. */
export function outcomeOf({ outcome, status, instruction }: Delivery): string {
  if (outcome !== 'answered') return paint('red', outcome);
  const text = `${status}${instruction === undefined ? '' : ` ${instruction}`}`;
  return status !== undefined && status < 300 ? text : paint('red', text);
}
