import type { DeliverySummary, ReservationState, TaskSummary } from '../data/types.js';
import { Icon, type IconName } from './icons.js';

/** What a status means at a glance. */
export type Tone = 'waits' | 'busy' | 'good' | 'wraps' | 'bad' | 'calm';

/** A status: colour, icon and word, so that none of them is needed to tell. */
export function Badge({ tone, icon, children }: { tone: Tone; icon: IconName; children: string }) {
  return (
    <span class={`badge ${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

const TASK: Readonly<Record<TaskSummary['status'], readonly [Tone, IconName]>> = {
  pending: ['waits', 'waiting'],
  reserved: ['busy', 'offered'],
  assigned: ['good', 'phone'],
  wrapping: ['wraps', 'wrap'],
  completed: ['calm', 'done'],
  canceled: ['bad', 'banned'],
  gone: ['calm', 'gone'],
};

export const TASK_STATUSES = Object.keys(TASK) as readonly TaskSummary['status'][];

export function TaskStatus({ status }: { status: TaskSummary['status'] }) {
  const [tone, icon] = TASK[status];
  return (
    <Badge tone={tone} icon={icon}>
      {status}
    </Badge>
  );
}

const RESERVATION: Readonly<Record<ReservationState['status'], readonly [Tone, IconName]>> = {
  pending: ['busy', 'offered'],
  accepted: ['good', 'phone'],
  rejected: ['bad', 'cross'],
  timeout: ['waits', 'clock'],
  canceled: ['bad', 'banned'],
  rescinded: ['calm', 'gone'],
  wrapping: ['wraps', 'wrap'],
  completed: ['calm', 'done'],
};

export const reservationTone = (status: ReservationState['status']): Tone => RESERVATION[status][0];

export function ReservationStatus({ status }: { status: ReservationState['status'] }) {
  const [tone, icon] = RESERVATION[status];
  return (
    <Badge tone={tone} icon={icon}>
      {status}
    </Badge>
  );
}

/** An activity has no word of ours: its own name is the word. */
export function ActivityBadge({
  activity,
}: {
  activity: { readonly name: string; readonly available: boolean };
}) {
  return (
    <Badge tone={activity.available ? 'good' : 'calm'} icon={activity.available ? 'check' : 'pause'}>
      {activity.name}
    </Badge>
  );
}

/** How a delivery went: by its outcome, its status, and what Twilio would say of it. */
export function toneOf({ outcome, status, warning }: DeliverySummary): Tone {
  if (outcome !== 'answered' || (status ?? 0) >= 400 || warning?.level === 'error') return 'bad';
  return warning === null ? 'good' : 'waits';
}

export function DeliveryStatus({ delivery }: { delivery: DeliverySummary }) {
  const tone = toneOf(delivery);
  const word = delivery.outcome === 'answered' ? String(delivery.status) : delivery.outcome;
  return (
    <Badge tone={tone} icon={tone === 'good' ? 'check' : tone === 'bad' ? 'cross' : 'warn'}>
      {word}
    </Badge>
  );
}
