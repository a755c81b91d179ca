import { emulatorNow, second } from '../data/now.js';
import { isLoaded, tasks, workspace } from '../data/store.js';
import type { WorkspaceRows } from '../data/types.js';
import { Empty } from '../parts/copy.js';
import { Words } from '../parts/words.js';
import { linkTo } from '../route.js';
import { TaskList } from '../tasks/list.js';
import { counted, lasting } from '../text.js';
import { AnswerChart, WaitingChart } from './charts.js';
import { Queues } from './queues.js';
import { Workers } from './workers.js';

const LAST_TASKS = 100;

/** What waits, for whom, and who is there: everything at a glance. */
export function Floor() {
  const here = workspace.value;
  if (!here) return isLoaded.value ? <NoWorkspace /> : <p class="loading">Reading…</p>;
  const all = tasks.list;
  const newest: (typeof all)[number][] = [];
  for (let at = all.length - 1; at >= 0 && newest.length < LAST_TASKS; at -= 1) {
    if (all[at]!.workspaceSid === here.sid) newest.push(all[at]!);
  }
  return (
    <div class="floor">
      <Headline workspace={here} />
      <section class="panel" aria-labelledby="queues-title">
        <h2 id="queues-title">Queues</h2>
        <Queues workspace={here} />
      </section>
      <section class="panel workers-panel" aria-labelledby="workers-title">
        <h2 id="workers-title">Workers</h2>
        <Workers workspace={here} />
      </section>
      <section class="panel charts-panel" aria-label="Charts">
        <WaitingChart workspaceSid={here.sid} />
        <AnswerChart workspaceSid={here.sid} />
      </section>
      <section class="panel wide" aria-labelledby="last-title">
        <h2 id="last-title">
          Last tasks <a href={linkTo('tasks')}>all tasks</a>
        </h2>
        {newest.length === 0 ? (
          <NoTasks />
        ) : (
          <TaskList items={newest} label="Last tasks" maxRows={8} hrefOf={(sid) => linkTo('tasks', sid)} />
        )}
      </section>
    </div>
  );
}

/** The one sentence that says what to look at. */
function Headline({ workspace: { headline, queues, workers } }: { workspace: WorkspaceRows }) {
  const { waiting, longest } = headline;
  if (longest === null) {
    const atWork = queues.reduce(
      (sum, { counts }) => sum + counts.reserved + counts.assigned + counts.wrapping,
      0,
    );
    const available = workers.filter(({ activity }) => activity.available).length;
    return (
      <div class="headline">
        <h1>
          Nothing is waiting
          {workers.length === 0 ? null : (
            <span class="why">
              {atWork === 0 ? '' : `: ${counted(atWork, 'task')} with workers`}, {available} of{' '}
              {counted(workers.length, 'worker')} available
            </span>
          )}
        </h1>
      </div>
    );
  }
  void second.value;
  return (
    <div class="headline waits">
      <h1>
        {waiting} waiting, longest{' '}
        <a href={linkTo('tasks', longest.taskSid)}>{lasting(emulatorNow() - longest.since)}</a> in{' '}
        <bdi>{longest.queue.name}</bdi>:{' '}
        <span class="why">
          <Words text={longest.why} />
        </span>
      </h1>
    </div>
  );
}

function NoWorkspace() {
  return (
    <div class="floor">
      <Empty
        title="There is no workspace yet"
        command={`curl ${location.origin}/v1/Workspaces -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" -d FriendlyName=Trial`}
      >
        Create one through the REST API, as your code would with Twilio, or start with a workspace file:
        taskrouter-kit emulate --config workspace.yaml. The page shows it at once.
      </Empty>
    </div>
  );
}

export function NoTasks() {
  return (
    <Empty
      title="No task has arrived yet"
      command={`curl ${location.origin}/_emulator/tasks -H 'Content-Type: application/json' -d '{"attributes": {"type": "ticket"}}'`}
    >
      Create one here with New task, or in a terminal. It is routed at once, and every step of its path is
      kept.
    </Empty>
  );
}
