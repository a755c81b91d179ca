import { emulatorNow, second } from '../data/now.js';
import type { TaskSummary } from '../data/types.js';
import { Sid } from '../parts/copy.js';
import { TaskStatus } from '../parts/status.js';
import { Unseen } from '../parts/unseen.js';
import { VirtualList } from '../parts/virtual-list.js';
import { inBrief, lasting } from '../text.js';

export interface TaskListProps {
  /** Newest first. */
  readonly items: readonly TaskSummary[];
  readonly label: string;
  readonly hrefOf: (sid: string) => string;
  readonly maxRows?: number;
  readonly chosen?: string | undefined;
}

/** Tasks, one in a row; each is a link to its way. */
export function TaskList({ items, label, hrefOf, maxRows, chosen }: TaskListProps) {
  void second.value;
  return (
    <div class="table tasks">
      <div class="head" aria-hidden="true">
        <span>Status</span>
        <span>Task</span>
        <span class="attributes">Attributes</span>
        <span class="queue">Queue</span>
        <span class="worker">Worker</span>
        <span class="last">Last step</span>
        <span class="number">Waited</span>
      </div>
      <VirtualList
        label={label}
        count={items.length}
        keyAt={(index) => items[index]!.sid}
        {...(maxRows === undefined ? {} : { maxRows })}
        {...(chosen === undefined ? {} : { chosen: items.findIndex(({ sid }) => sid === chosen) })}
        row={(index, tabIndex) => (
          <Row
            task={items[index]!}
            href={hrefOf(items[index]!.sid)}
            isChosen={items[index]!.sid === chosen}
            tabIndex={tabIndex}
          />
        )}
      />
    </div>
  );
}

function Row({
  task,
  href,
  isChosen,
  tabIndex,
}: {
  task: TaskSummary;
  href: string;
  isChosen: boolean;
  tabIndex: 0 | -1;
}) {
  const waits = task.waitedMs === null && task.endedAt === null;
  const waited = lasting(task.waitedMs ?? (task.endedAt ?? emulatorNow()) - task.createdAt);
  const brief = inBrief(task.attributes);
  return (
    <a class="row" href={href} tabIndex={tabIndex} aria-current={isChosen ? 'true' : undefined}>
      <span>
        <TaskStatus status={task.status} />
      </span>
      <span>
        <Unseen>task </Unseen>
        <Sid sid={task.sid} />
      </span>
      <span class="attributes quiet">
        <bdi>{brief}</bdi>
      </span>
      <span class="queue">
        <bdi>{task.queue.name}</bdi>
      </span>
      <span class={task.workers.length > 0 ? 'worker' : 'worker quiet'}>
        <bdi>{whose(task)}</bdi>
      </span>
      <span class="last quiet">
        <bdi>{lastWord(task)}</bdi>
      </span>
      <span class={waits ? 'number waits' : 'number quiet'}>
        <Unseen>waited </Unseen>
        {waited}
      </span>
    </a>
  );
}

/** With whom it is; of one that is with nobody any more, who had accepted it. */
export function whose({ workers, acceptedBy, endedAt }: TaskSummary): string {
  if (workers.length > 0) return workers.map(({ name }) => name).join(', ');
  return (endedAt === null ? undefined : acceptedBy?.name) ?? '';
}

/** What was last done to it; of one that has ended, how. */
function lastWord({ status, reason, endedAt, lastStep }: TaskSummary): string {
  if (endedAt === null) return lastStep.text;
  return reason === null || reason === '' ? status : `${status}: ${reason}`;
}
