import { isLoaded, tasks, workspace } from '../data/store.js';
import type { TaskSummary } from '../data/types.js';
import { NoTasks } from '../floor/floor.js';
import { Choice, Search } from '../parts/filters.js';
import { TASK_STATUSES } from '../parts/status.js';
import { linkWith, route, setParams } from '../route.js';
import { counted } from '../text.js';
import { TaskDetails } from './detail.js';
import { TaskList } from './list.js';

/** All tasks, and the way of the one that is chosen. */
export function Tasks() {
  const { id, params } = route.value;
  const here = workspace.value;
  const filter = readFilter(params);
  const all = tasks.list.filter(({ workspaceSid }) => workspaceSid === here?.sid);
  const shown = all.filter((task) => fits(task, filter)).reverse();
  const isFiltered =
    filter.status !== '' || filter.queue !== '' || filter.worker !== '' || filter.search !== '';
  const queues = here?.queues ?? [];
  return (
    <div class={id === undefined ? 'split' : 'split chosen'}>
      <section class="panel list-panel" aria-label="Tasks">
        <h1 class="sr-only">Tasks</h1>
        <search class="filters">
          <Choice
            label="Status"
            value={filter.status}
            options={TASK_STATUSES.map((one) => [one, one])}
            onChange={(status) => setParams({ status })}
          />
          <Choice
            label="Queue"
            value={filter.queue}
            options={queues.map(({ sid, name }) => [sid, name])}
            onChange={(queue) => setParams({ queue })}
          />
          <Choice
            label="Worker"
            value={filter.worker}
            options={(here?.workers ?? []).map(({ sid, name }) => [sid, name])}
            onChange={(worker) => setParams({ worker })}
          />
          <Search
            value={filter.search}
            what="SID or attributes"
            onChange={(search) => setParams({ search })}
          />
        </search>
        <p class="count" role="status">
          {isFiltered
            ? `${counted(shown.length, 'task')} of ${all.length.toLocaleString('en')}`
            : counted(shown.length, 'task')}
          {isFiltered ? (
            <a href={linkWith({ status: null, queue: null, worker: null, search: null })}>Show all</a>
          ) : null}
        </p>
        {shown.length > 0 ? (
          <TaskList
            items={shown}
            label="Tasks, newest first"
            hrefOf={(sid) => linkWith({ at: null }, sid)}
            chosen={id}
          />
        ) : isLoaded.value && !isFiltered ? (
          <NoTasks />
        ) : null}
      </section>
      {id === undefined ? null : (
        <section class="panel detail-panel" aria-label="The chosen task">
          <TaskDetails key={id} sid={id} />
        </section>
      )}
    </div>
  );
}

interface Filter {
  readonly status: string;
  readonly queue: string;
  readonly worker: string;
  readonly search: string;
}

const readFilter = (params: URLSearchParams): Filter => ({
  status: params.get('status') ?? '',
  queue: params.get('queue') ?? '',
  worker: params.get('worker') ?? '',
  search: params.get('search') ?? '',
});

function fits(task: TaskSummary, { status, queue, worker, search }: Filter): boolean {
  const text = search.toLowerCase();
  return (
    (status === '' || task.status === status) &&
    (queue === '' || task.queue.sid === queue) &&
    (worker === '' || task.workers.some(({ sid }) => sid === worker)) &&
    (text === '' || task.sid.toLowerCase().includes(text) || task.attributes.toLowerCase().includes(text))
  );
}
