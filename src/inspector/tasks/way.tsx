import { emulatorNow, second } from '../data/now.js';
import type { DeliverySummary, ReservationState, TaskDetail } from '../data/types.js';
import { reservationTone, type Tone, toneOf } from '../parts/status.js';
import { linkTo, linkWith } from '../route.js';
import { clockTime, lasting, took } from '../text.js';

interface Bar {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly tone: Tone;
  readonly label: string;
  readonly text: string;
  readonly href: string;
  /** When it ends, or would have ended, by itself. */
  readonly deadline: number | null;
}

interface Lane {
  readonly name: string;
  readonly bars: readonly Bar[];
}

/** So many offers have a lane of their own: a task that nobody takes may have a thousand. */
const MOST_OFFERS = 12;
const MOST_TICKS = 5;
const DAY_MS = 86_400_000;
const ROUND_MS = [
  200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 14_400_000,
];

/** The way of a task as bars over time: the queues it was in, each offer with its deadline, and the callbacks. */
export function Way({ task, at }: { task: TaskDetail; at: number | undefined }) {
  void second.value;
  const end = Math.max(
    task.endedAt ?? emulatorNow(),
    ...task.callbacks.map((one) => one.at + one.ms),
    task.createdAt + 1_000,
  );
  const span = end - task.createdAt;
  const place = (time: number) => `${Math.max(0, Math.min(100, ((time - task.createdAt) / span) * 100))}%`;
  const lanes = lanesOf(task, end);
  return (
    <section class="way" aria-label="The path of the task over time">
      <div class="way-axis" aria-hidden="true">
        <span />
        <div>
          {ticksOf(span).map((ms) => (
            <span key={ms} style={{ left: `${(ms / span) * 100}%` }}>
              {tick(ms)}
            </span>
          ))}
        </div>
      </div>
      {lanes.map((lane) => (
        <div class="lane" key={lane.name}>
          <span class="lane-name" title={lane.name}>
            <bdi>{lane.name}</bdi>
          </span>
          <div class="lane-track">
            {lane.bars.map((bar) => (
              <a
                key={bar.key}
                class={`bar ${bar.tone}`}
                href={bar.href}
                title={bar.label}
                aria-label={bar.label}
                style={{
                  left: place(bar.from),
                  width: `max(6px, calc(${place(bar.to)} - ${place(bar.from)}))`,
                }}
              >
                <span>{bar.text}</span>
              </a>
            ))}
            {lane.bars.map(({ key, deadline }) =>
              deadline === null || deadline > end ? null : (
                <i
                  key={key}
                  class="deadline"
                  title="Its time would be up here"
                  style={{ left: place(deadline) }}
                />
              ),
            )}
          </div>
        </div>
      ))}
      {at === undefined || at < task.createdAt || at > end ? null : (
        <div class="way-moment" aria-hidden="true">
          <span />
          <div>
            <i style={{ left: place(at) }} />
          </div>
        </div>
      )}
    </section>
  );
}

/** The place of the last text on the axis, as a part of its width. */
const LAST_TICK = 0.93;

const tick = (ms: number) => (ms < 60_000 ? `${ms / 1_000} s` : lasting(ms));

/** Round times, at most five of them, and none so near the right edge that its text would not fit. */
function ticksOf(span: number): readonly number[] {
  const step =
    ROUND_MS.find((one) => span / one <= MOST_TICKS) ?? Math.ceil(span / MOST_TICKS / DAY_MS) * DAY_MS;
  const last = span * LAST_TICK;
  return Array.from({ length: Math.ceil(span / step) }, (_, index) => index * step).filter(
    (ms) => ms <= last,
  );
}

function lanesOf(task: TaskDetail, end: number): readonly Lane[] {
  const lanes: Lane[] = [{ name: 'Queues', bars: queueBars(task, end) }];
  const offers = task.reservations.slice(-MOST_OFFERS);
  const names = [...new Set(offers.map(({ worker }) => worker.sid))];
  for (const sid of names) {
    const own = offers.filter(({ worker }) => worker.sid === sid);
    lanes.push({ name: own[0]!.worker.name, bars: own.flatMap((one) => offerBars(task, one, end)) });
  }
  const callbacks = task.callbacks.filter(({ callback }) => callback === 'assignment');
  if (callbacks.length > 0) lanes.push({ name: 'Callbacks', bars: callbacks.slice(-50).map(callbackBar) });
  return lanes;
}

function queueBars({ steps, endedAt }: TaskDetail, end: number): readonly Bar[] {
  const entered = steps.filter(({ type }) => type === 'task-queue.entered');
  return entered.map((step, index) => {
    const next = entered[index + 1];
    const accepted = steps.find(({ type, seq }) => type === 'reservation.accepted' && seq > step.seq);
    const to = Math.min(next?.at ?? end, accepted?.at ?? end, endedAt ?? end);
    const name = step.queue?.name ?? '';
    return {
      key: `queue ${step.seq}`,
      from: step.at,
      to,
      tone: 'waits',
      text: name,
      label: `In the queue ${name} from ${clockTime(step.at)} for ${lasting(to - step.at)}`,
      href: linkWith({ at: String(step.at) }),
      deadline: step.deadline,
    };
  });
}

/** The offer, and what came of it. */
function offerBars(task: TaskDetail, one: ReservationState, end: number): readonly Bar[] {
  const steps = task.steps.filter(({ reservationSid }) => reservationSid === one.sid);
  const [created] = steps;
  const accepted = steps.find(({ type }) => type === 'reservation.accepted');
  const wrapping = steps.find(({ type }) => type === 'reservation.wrapup');
  const ended = ['pending', 'accepted', 'wrapping'].includes(one.status) ? end : one.updatedAt;
  const name = one.worker.name;
  const bar = (
    what: string,
    from: number,
    to: number,
    status: ReservationState['status'],
    deadline: number | null,
  ): Bar => ({
    key: `${one.sid} ${what}`,
    from,
    to,
    tone: reservationTone(status),
    text: what,
    label: `${name}: ${what} from ${clockTime(from)} for ${lasting(to - from)}`,
    href: linkWith({ at: String(from) }),
    deadline,
  });
  if (!accepted) {
    const what = one.status === 'pending' ? 'offered' : one.status;
    return [bar(what, one.createdAt, ended, one.status, created?.deadline ?? one.deadline)];
  }
  return [
    bar('offered', one.createdAt, accepted.at, 'pending', created?.deadline ?? null),
    bar('accepted', accepted.at, wrapping?.at ?? ended, 'accepted', null),
    ...(wrapping ? [bar('wrapping', wrapping.at, ended, 'wrapping', null)] : []),
  ];
}

function callbackBar(delivery: DeliverySummary): Bar {
  const { id, at, ms, via, status, outcome, instruction } = delivery;
  const answer = outcome === 'answered' ? `${status} ${instruction ?? ''}` : outcome;
  return {
    key: `callback ${id}`,
    from: at,
    to: at + ms,
    tone: toneOf(delivery),
    text: '',
    label: `Assignment callback to the ${via} URL: ${answer.trim()} in ${took(ms)}`,
    href: linkTo('deliveries', String(id)),
    deadline: null,
  };
}
