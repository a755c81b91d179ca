import { useState } from 'preact/hooks';
import { curlFor, post, Refused } from '../data/api.js';
import type {
  TaskSummary,
  WhatIf,
  WhatIfRequest,
  WorkerRow,
  WorkflowState,
  WorkspaceRows,
} from '../data/types.js';
import { readAttributes } from '../parts/attributes.js';
import { Command } from '../parts/copy.js';
import { Icon } from '../parts/icons.js';
import { Words } from '../parts/words.js';
import { linkTo } from '../route.js';
import { FilterRows } from '../tasks/filter-rows.js';
import { counted, lastFour } from '../text.js';

const HOW: Readonly<Record<NonNullable<WhatIf['how']>, string>> = {
  updated: 'The task is waiting, so it was changed where it is.',
  'made again': 'The task is with a worker or has ended, so one like it took its place.',
  made: 'A new task was created.',
};

/** Asks what would become of a task, on a copy: nothing of it touches what runs. */
export function WhatIfForm({
  task,
  workspace: here,
  workflow,
}: {
  task: TaskSummary | undefined;
  workspace: WorkspaceRows;
  workflow: WorkflowState;
}) {
  const [json, setJson] = useState(() => indented(task?.attributes ?? '{}'));
  const [priority, setPriority] = useState('');
  const [worker, setWorker] = useState('');
  const [activity, setActivity] = useState('');
  const [after, setAfter] = useState('');
  const [answer, setAnswer] = useState<WhatIf | string | undefined>(undefined);
  const attributes = readAttributes(json);
  const body: WhatIfRequest | undefined =
    typeof attributes === 'string'
      ? undefined
      : {
          task: {
            ...(task ? { sid: task.sid } : { workspaceSid: here.sid, workflow: workflow.sid }),
            attributes,
            ...(priority === '' ? {} : { priority: Number(priority) }),
          },
          ...(worker === '' || activity === '' ? {} : { workers: [{ worker, activity }] }),
          ...(after.trim() === '' ? {} : { after: after.trim() }),
        };
  const ask = async (event: Event) => {
    event.preventDefault();
    if (!body) return;
    try {
      setAnswer(await post<WhatIf>('/what-if', body));
    } catch (error) {
      setAnswer(error instanceof Refused ? error.message : String(error));
    }
  };
  return (
    <div class="what-if">
      <form onSubmit={(event) => void ask(event)}>
        <label class="stacked">
          <span>
            {task
              ? `…task ${lastFour(task.sid)} had these attributes`
              : '…a task arrived with these attributes'}
          </span>
          <textarea
            rows={8}
            spellcheck={false}
            value={json}
            aria-invalid={typeof attributes === 'string'}
            onInput={(event) => setJson(event.currentTarget.value)}
          />
        </label>
        <p class="problem" aria-live="polite">
          {typeof attributes === 'string' ? attributes : ''}
        </p>
        <div class="form-row">
          <label class="stacked narrow">
            <span>and priority</span>
            <input
              type="number"
              min="0"
              value={priority}
              placeholder="as is"
              onInput={(event) => setPriority(event.currentTarget.value)}
            />
          </label>
          <Picks
            label="and the worker"
            value={worker}
            empty="nobody changes"
            options={here.workers}
            onChange={setWorker}
          />
          <Picks
            label="went to"
            value={activity}
            empty="choose"
            options={here.activities}
            onChange={setActivity}
          />
          <label class="stacked narrow">
            <span>after</span>
            <input value={after} placeholder="2m" onInput={(event) => setAfter(event.currentTarget.value)} />
          </label>
        </div>
        <button type="submit" class="button primary big" disabled={!body}>
          <Icon name="question" /> What if?
        </button>
      </form>
      <div class="what-if-answer" aria-live="polite">
        {answer === undefined ? (
          <p class="quiet">
            It is computed on a copy of this TaskRouter: no callback is sent, and nothing here changes.
          </p>
        ) : typeof answer === 'string' ? (
          <p class="notice bad" role="alert">
            {answer}
          </p>
        ) : (
          <Answer answer={answer} />
        )}
        {body ? <Command text={curlFor('/what-if', body)} what="The same in a terminal" /> : null}
      </div>
    </div>
  );
}

function Picks({
  label,
  value,
  empty,
  options,
  onChange,
}: {
  label: string;
  value: string;
  empty: string;
  options: readonly Pick<WorkerRow, 'sid' | 'name'>[];
  onChange: (value: string) => void;
}) {
  return (
    <label class="stacked">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{empty}</option>
        {options.map(({ sid, name }) => (
          <option key={sid} value={sid}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Answer({ answer: { before, after, how, changes, others } }: { answer: WhatIf }) {
  return (
    <>
      <div class="placed-pair">
        <Placed title="Now" placed={before} />
        <Icon name="arrow" />
        <Placed title="Then" placed={after} />
      </div>
      <p class={changes.length === 0 ? 'quiet' : 'strong'}>
        {changes.length === 0 ? (before === null ? null : 'It makes no difference.') : changes.join(' · ')}
      </p>
      {how === null ? null : <p class="quiet">{HOW[how]}</p>}
      {after?.explanation ? <FilterRows filters={after.explanation.filters} /> : null}
      {others.length === 0 ? null : (
        <details class="more">
          <summary>{counted(others.length, 'other task')} would be elsewhere</summary>
          <ul>
            {others.map((one) => (
              <li key={one.taskSid}>
                <a href={linkTo('tasks', one.taskSid)}>…{lastFour(one.taskSid)}</a>{' '}
                <bdi>
                  {one.before} → {one.after}
                </bdi>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Placed({ title, placed }: { title: string; placed: WhatIf['after'] }) {
  if (placed === null) {
    return (
      <div class="placed">
        <small>{title}</small>
        <b>there is none</b>
      </div>
    );
  }
  const workers = placed.workers.map(({ name }) => name).join(', ');
  return (
    <div class="placed">
      <small>{title}</small>
      <b>
        <bdi>{placed.queue.name}</bdi>
      </b>
      <span>
        {placed.status}
        {workers === '' ? '' : ', '}
        <bdi>{workers}</bdi>
      </span>
      {placed.status === 'pending' && placed.why.length > 0 ? (
        <span class="quiet">
          <Words text={placed.why[0] ?? ''} />
        </span>
      ) : null}
    </div>
  );
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
