import type { Explanation } from '../../engine/index.js';
import type { AssignmentStatus } from '../../engine/types.js';
import type { DebuggerItem, DeliverySummary } from './deliveries.js';
import type { Named } from './info.js';
import type { ReservationState } from './workspaces.js';

// GET /_emulator/tasks, /_emulator/tasks/{sid}

/** Newest change first. */
export interface TaskPage {
  readonly seq: number;
  readonly now: number;
  readonly tasks: readonly TaskSummary[];
  /** Give it as `before` for the next page; null: this was the last. */
  readonly next: number | null;
}

/** A task in a list. Ended tasks stay, long after the engine has forgotten them. */
export interface TaskSummary {
  readonly sid: string;
  /** Its last change. */
  readonly seq: number;
  readonly workspaceSid: string;
  /** `gone`: deleted while it was open, or by its own time limit. */
  readonly status: AssignmentStatus | 'gone';
  readonly reason: string | null;
  readonly priority: number;
  readonly channel: string;
  readonly workflow: Named;
  readonly queue: Named;
  /** Whom it is reserved for or with. */
  readonly workers: readonly Named[];
  /** Who accepted it last; null: nobody has. */
  readonly acceptedBy: Named | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When it was completed, canceled or deleted. */
  readonly endedAt: number | null;
  /** From creation to the first acceptance. */
  readonly waitedMs: number | null;
  readonly attributes: string;
  readonly deliveries: number;
  readonly lastStep: JourneyStep;
}

export interface TaskDetail extends TaskSummary {
  /** Does the engine still have it? After five minutes it forgets one that has ended. */
  readonly inEngine: boolean;
  /** In order. */
  readonly steps: readonly JourneyStep[];
  /** Steps no longer kept: the first 50 and the newest 150 are. */
  readonly droppedSteps: number;
  readonly reservations: readonly ReservationState[];
  /** Callbacks about it that are still kept, oldest first. */
  readonly callbacks: readonly DeliverySummary[];
  /** What Twilio's debugger would show of it. */
  readonly debugger: readonly DebuggerItem[];
}

export interface JourneyStep {
  readonly seq: number;
  readonly at: number;
  /** An event's type, such as `reservation.accepted`. */
  readonly type: string;
  /** For people: `reserved for Ada`, `entered Experts`. */
  readonly text: string;
  readonly queue: Named | null;
  readonly worker: Named | null;
  readonly reservationSid: string | null;
  /** When what begins here ends by itself: a reservation's timeout, a target's timeout. */
  readonly deadline: number | null;
  /** Is there an explanation of that moment? `GET /_emulator/tasks/{sid}/explain?at=` gives it. */
  readonly explained: boolean;
}

// GET /_emulator/tasks/{sid}/explain?at=

/**
 * Why the task is (was) where it is. Without `at`: now, or for a task that the engine has forgotten the last one kept.
 * With `at`: the one of the last step at or before that moment, its decisions cut there.
 */
export interface ExplainedAt extends Explanation {
  /** The moment it was made. */
  readonly at: number;
  /** `now`, or `kept` while the step was taken. */
  readonly source: 'now' | 'kept';
}
