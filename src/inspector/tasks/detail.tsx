import { useMemo } from 'preact/hooks';
import { emulatorNow, second } from '../data/now.js';
import { tasks } from '../data/store.js';
import type { ExplainedAt, TaskDetail } from '../data/types.js';
import { CopyButton } from '../parts/copy.js';
import { Icon } from '../parts/icons.js';
import { useResource } from '../parts/resource.js';
import { TaskStatus } from '../parts/status.js';
import { Tree } from '../parts/tree.js';
import { linkTo, linkWith, route } from '../route.js';
import { clockTime, lastFour, lasting } from '../text.js';
import { ExplanationAt } from './explanation.js';
import { whose } from './list.js';
import { Timeline } from './timeline.js';
import { Way } from './way.js';

/** One task: where it is, its way there, and why. */
export function TaskDetails({ sid }: { sid: string }) {
  const version = tasks.get(sid)?.seq;
  const { data: task, error } = useResource<TaskDetail>(`/tasks/${encodeURIComponent(sid)}`, version);
  const at = chosenMoment();
  const explanation = useResource<ExplainedAt>(
    `/tasks/${encodeURIComponent(sid)}/explain${at === undefined ? '' : `?at=${at}`}`,
    at === undefined ? version : 'fixed',
  );
  if (error !== undefined) {
    return (
      <div class="detail">
        <Back />
        <p class="notice bad" role="alert">
          {error}
        </p>
      </div>
    );
  }
  if (!task) return <p class="loading">Reading the task…</p>;
  return (
    <div class="detail">
      <Back />
      <Head task={task} />
      <Way task={task} at={at} />
      <ExplanationAt task={task} at={at} explanation={explanation.data} error={explanation.error} />
      <div class="halves">
        <Timeline task={task} at={at} />
        <Attributes text={task.attributes} />
      </div>
    </div>
  );
}

/** The moment in the URL. */
function chosenMoment(): number | undefined {
  const text = route.value.params.get('at') ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

const Back = () => (
  <a class="back" href={linkWith({ at: null }, null)}>
    <Icon name="back" /> All tasks
  </a>
);

function Head({ task }: { task: TaskDetail }) {
  void second.value;
  const worker = whose(task);
  const age = (task.endedAt ?? emulatorNow()) - task.createdAt;
  return (
    <header class="detail-head">
      <h2>
        Task <code title={task.sid}>…{lastFour(task.sid)}</code> <TaskStatus status={task.status} />
      </h2>
      <div class="actions">
        <CopyButton text={task.sid} what="Copy SID" />
        <a class="button" href={linkTo('workflows', task.workflow.sid, { task: task.sid })}>
          <Icon name="question" /> What if…
        </a>
      </div>
      <dl class="facts">
        <Fact name="Queue">{task.queue.name}</Fact>
        <Fact name="Worker">{worker === '' ? '–' : worker}</Fact>
        <Fact name="Channel">{task.channel}</Fact>
        <Fact name="Priority">{String(task.priority)}</Fact>
        <Fact name="Created">{clockTime(task.createdAt)}</Fact>
        <Fact name={task.endedAt === null ? 'Age' : 'Lasted'}>{lasting(age)}</Fact>
        {task.waitedMs === null ? null : <Fact name="Accepted after">{lasting(task.waitedMs)}</Fact>}
        {task.reason === null ? null : <Fact name="Reason">{task.reason}</Fact>}
      </dl>
    </header>
  );
}

export function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{children}</bdi>
      </dd>
    </div>
  );
}

export function Attributes({ text, title = 'Attributes' }: { text: string; title?: string }) {
  const value = useMemo(() => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  }, [text]);
  return (
    <section class="block">
      <h3>{title}</h3>
      {value === undefined ? <pre class="raw">{text}</pre> : <Tree value={value} label={title} />}
    </section>
  );
}
