import type { DeliverySummary, JourneyStep, TaskDetail } from '../data/types.js';
import { Icon, type IconName } from '../parts/icons.js';
import { DeliveryStatus, type Tone } from '../parts/status.js';
import { linkTo, linkWith } from '../route.js';
import { after, clockTime, took } from '../text.js';

type Entry =
  | { readonly at: number; readonly step: JourneyStep; readonly delivery?: undefined }
  | { readonly at: number; readonly delivery: DeliverySummary; readonly step?: undefined };

/** Every step of a task and every assignment callback about it, in order; a step can be chosen to see why it was taken. */
export function Timeline({ task, at }: { task: TaskDetail; at: number | undefined }) {
  const entries = entriesOf(task);
  return (
    <section class="block">
      <h3>Steps</h3>
      {task.droppedSteps === 0 ? null : (
        <p class="quiet">{task.droppedSteps} steps in between are no longer kept.</p>
      )}
      <ol class="timeline">
        {entries.map((entry) =>
          entry.step ? (
            <Step key={`s${entry.step.seq}`} step={entry.step} since={task.createdAt} at={at} />
          ) : (
            <Callback key={`d${entry.delivery.id}`} delivery={entry.delivery} since={task.createdAt} />
          ),
        )}
      </ol>
    </section>
  );
}

function entriesOf({ steps, callbacks }: TaskDetail): readonly Entry[] {
  const all: Entry[] = [
    ...steps.map((step): Entry => ({ at: step.at, step })),
    ...callbacks
      .filter(({ callback }) => callback === 'assignment')
      .map((one): Entry => ({ at: one.at, delivery: one })),
  ];
  // A callback is sent because of the steps of the same moment.
  return all.sort(
    (a, b) => a.at - b.at || Number(a.delivery !== undefined) - Number(b.delivery !== undefined),
  );
}

function Step({ step, since, at }: { step: JourneyStep; since: number; at: number | undefined }) {
  const [icon, tone] = markOf(step.type);
  const time = <time title={clockTime(step.at)}>{after(step.at - since)}</time>;
  const what = (
    <>
      <span class={`mark ${tone}`}>
        <Icon name={icon} />
      </span>
      <span class="what">
        <bdi>{step.text}</bdi>
        {step.deadline === null ? null : <small>until {after(step.deadline - since)} at the latest</small>}
      </span>
      {time}
    </>
  );
  if (!step.explained) return <li class="entry">{what}</li>;
  return (
    <li class="entry">
      <a
        href={linkWith({ at: String(step.at) })}
        aria-current={at === step.at ? 'step' : undefined}
        title="Why?"
      >
        {what}
      </a>
    </li>
  );
}

function Callback({ delivery, since }: { delivery: DeliverySummary; since: number }) {
  const { id, via, handler, instruction, ms, at } = delivery;
  return (
    <li class="entry callback">
      <a href={linkTo('deliveries', String(id))} title="See the request and the answer">
        <span class="mark calm">
          <Icon name="bolt" />
        </span>
        <span class="what">
          callback{via === 'primary' ? '' : ` (${via})`} <DeliveryStatus delivery={delivery} />{' '}
          <b>{instruction ?? ''}</b>
          <small>
            {handler.value === null ? 'no handler named' : `handler ${handler.value}`}, {took(ms)}
          </small>
        </span>
        <time>{after(at - since)}</time>
      </a>
    </li>
  );
}

const MARKS: Readonly<Record<string, readonly [IconName, Tone]>> = {
  'task.created': ['plus', 'calm'],
  'task.canceled': ['banned', 'bad'],
  'task.completed': ['done', 'calm'],
  'task.wrapup': ['wrap', 'wraps'],
  'task-queue.entered': ['arrow', 'waits'],
  'task-queue.timeout': ['clock', 'waits'],
  'workflow.timeout': ['clock', 'bad'],
  'reservation.created': ['offered', 'busy'],
  'reservation.accepted': ['phone', 'good'],
  'reservation.rejected': ['cross', 'bad'],
  'reservation.timeout': ['clock', 'waits'],
  'reservation.canceled': ['banned', 'bad'],
  'reservation.wrapup': ['wrap', 'wraps'],
  'reservation.completed': ['done', 'calm'],
  'reservation.failed': ['warn', 'bad'],
};

const markOf = (type: string): readonly [IconName, Tone] => MARKS[type] ?? ['arrow', 'calm'];
