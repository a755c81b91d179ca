import { useMemo, useRef } from 'preact/hooks';
import { tasks, workspace } from '../data/store.js';
import type { TaskSummary, WorkflowState, WorkspaceRows } from '../data/types.js';
import { Empty } from '../parts/copy.js';
import { linkTo, route, setParams } from '../route.js';
import { Fact } from '../tasks/detail.js';
import { inBrief, lastFour } from '../text.js';
import { readConfiguration } from './configuration.js';
import { Findings, inWords, useFindings } from './findings.js';
import { Routing } from './routing.js';
import { WhatIfForm } from './what-if.js';

const MOST_TASKS = 50;

/** How tasks are routed: every expression with what it comes to for one task and one worker, and what would be if. */
export function Workflows() {
  const here = workspace.value;
  if (!here) return <p class="loading">There is no workspace.</p>;
  const workflow = here.workflows.find(({ sid }) => sid === route.value.id) ?? here.workflows[0];
  if (!workflow) {
    return (
      <Empty title="There is no workflow yet" command={newWorkflow(here.sid)}>
        A workflow says which queue a task goes to. Create one through the REST API, or start with a workspace
        file.
      </Empty>
    );
  }
  return <Chosen key={workflow.sid} workspace={here} workflow={workflow} />;
}

const newWorkflow = (workspaceSid: string) =>
  `curl ${location.origin}/v1/Workspaces/${workspaceSid}/Workflows -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" -d FriendlyName=Trial --data-urlencode 'Configuration={"task_routing":{"default_filter":{"queue":"WQ…"}}}'`;

function Chosen({ workspace: here, workflow }: { workspace: WorkspaceRows; workflow: WorkflowState }) {
  const { params } = route.value;
  // Until one is chosen it stays the one that was newest: with each new task the questions would be others.
  const first = useRef<string | undefined>(undefined);
  const wanted = params.get('task') ?? first.current;
  const task = tasks.get(wanted ?? '') ?? recentTasks(workflow.sid, undefined)[0];
  first.current ??= task?.sid;
  const worker = here.workers.find(({ sid }) => sid === params.get('worker')) ?? here.workers[0];
  const recent = recentTasks(workflow.sid, task?.sid);
  const findings = useFindings(here);
  const aboutQueue = (sid: string) => findings.filter(({ queue }) => queue === sid);
  const elsewhere = findings.filter((one) => one.workflow === null && !usesQueue(workflow, one.queue));
  const shown = findings.filter((one) => one.workflow === workflow.sid || usesQueue(workflow, one.queue));
  const configuration = useMemo(() => readConfiguration(workflow.configuration), [workflow.configuration]);
  return (
    <div class="workflow">
      <section class="panel" aria-labelledby="workflow-title">
        <header class="workflow-head">
          <h1 id="workflow-title">
            <bdi>{workflow.name}</bdi>
          </h1>
          {here.workflows.length < 2 ? null : (
            <nav class="presets" aria-label="Workflows">
              {here.workflows.map(({ sid, name }) => (
                <a
                  key={sid}
                  class="button"
                  href={linkTo('workflows', sid)}
                  aria-current={sid === workflow.sid ? 'page' : undefined}
                >
                  <bdi>{name}</bdi>
                </a>
              ))}
            </nav>
          )}
          <dl class="facts">
            <Fact name="Assignment callback">{workflow.assignmentCallbackUrl || '–'}</Fact>
            <Fact name="Fallback">{workflow.fallbackAssignmentCallbackUrl || '–'}</Fact>
            <Fact name="A reservation times out after">{`${workflow.taskReservationTimeoutS} s`}</Fact>
            {shown.length === 0 ? null : <Fact name="Lint">{inWords(shown)}</Fact>}
          </dl>
        </header>
        <search class="filters">
          <Pick
            label="For the task"
            value={task?.sid ?? ''}
            options={recent.map((one) => [one.sid, `…${lastFour(one.sid)} ${inBrief(one.attributes, 48)}`])}
            none="no task has arrived yet"
            onChange={(sid) => setParams({ task: sid })}
          />
          <Pick
            label="and the worker"
            value={worker?.sid ?? ''}
            options={here.workers.map(({ sid, name }) => [sid, name])}
            none="there is no worker"
            onChange={(sid) => setParams({ worker: sid })}
          />
        </search>
        {configuration === undefined ? (
          <p class="notice bad">The configuration cannot be parsed.</p>
        ) : (
          <Routing
            configuration={configuration}
            warnings={workflow.warnings}
            findings={findings.filter((one) => one.workflow === workflow.sid)}
            aboutQueue={aboutQueue}
            queues={here.queues}
            task={task}
            worker={worker}
            workspaceSid={here.sid}
          />
        )}
      </section>
      {elsewhere.length === 0 ? null : (
        <section class="panel" aria-labelledby="elsewhere-title">
          <h2 id="elsewhere-title">Lint, elsewhere in the workspace</h2>
          <div class="routing-notes">
            <Findings of={elsewhere} />
          </div>
        </section>
      )}
      <section class="panel" aria-labelledby="what-if-title">
        <h2 id="what-if-title">What if…</h2>
        <WhatIfForm key={task?.sid ?? ''} task={task} workspace={here} workflow={workflow} />
      </section>
    </div>
  );
}

/** A SID stands in the configuration where the queue is used. */
const usesQueue = ({ configuration }: WorkflowState, queueSid: string | null) =>
  queueSid !== null && configuration.includes(queueSid);

/** The newest tasks of a workflow, and the one in the URL however old it is. */
function recentTasks(workflowSid: string, wanted: string | undefined): readonly TaskSummary[] {
  const all = tasks.list;
  const found: TaskSummary[] = [];
  for (let at = all.length - 1; at >= 0 && found.length < MOST_TASKS; at -= 1) {
    if (all[at]!.workflow.sid === workflowSid) found.push(all[at]!);
  }
  const one = wanted === undefined ? undefined : tasks.get(wanted);
  return one === undefined || found.some(({ sid }) => sid === one.sid) ? found : [one, ...found];
}

function Pick({
  label,
  value,
  options,
  none,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  none: string;
  onChange: (value: string) => void;
}) {
  return (
    <label class="field pick">
      <span>{label}</span>
      <select
        value={value}
        disabled={options.length === 0}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {options.length === 0 ? <option value="">{none}</option> : null}
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
