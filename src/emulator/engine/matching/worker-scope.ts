import type { ExpressionChannel, ExpressionWorker } from '../../../expressions/index.js';
import type { WorkerChannelState, WorkerState } from '../state.js';

/** What expressions see of a worker, always as it is now. */
export class WorkerScope implements ExpressionWorker {
  /** Set once, right after the worker is made: each needs the other. */
  worker!: WorkerState;

  get sid(): string {
    return this.worker.sid;
  }
  get friendlyName(): string {
    return this.worker.friendlyName;
  }
  get activitySid(): string {
    return this.worker.activitySid;
  }
  get activityName(): string {
    return this.worker.activity.friendlyName;
  }
  get attributes(): WorkerState['parsedAttributes'] {
    return this.worker.parsedAttributes;
  }

  channel(uniqueName: string): ExpressionChannel | undefined {
    for (const state of this.worker.channels.values()) {
      if (state.channel.uniqueName !== uniqueName) continue;
      const { configuredCapacity, assignedTasks } = state;
      return { configuredCapacity, assignedTasks, availableCapacityPercentage: percentageFree(state) };
    }
    return undefined;
  }
}

type Load = Pick<WorkerChannelState, 'consumedCapacity' | 'configuredCapacity'>;

/** floor((1 - r/c) * 100), never below 0: twilio.com/docs/taskrouter/multitasking. */
export function percentageFree({ consumedCapacity, configuredCapacity }: Load): number {
  if (configuredCapacity <= consumedCapacity) return 0;
  return Math.floor(((configuredCapacity - consumedCapacity) * 100) / configuredCapacity);
}
