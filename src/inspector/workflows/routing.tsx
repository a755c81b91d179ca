import type { JSX } from 'preact';
import type {
  EvaluateRequest,
  QueueState,
  TaskSummary,
  WorkerRow,
  WorkflowState,
  WorkspaceFinding,
} from '../data/types.js';
import { Icon } from '../parts/icons.js';
import { Expression } from '../tasks/filter-rows.js';
import type { FilterConfig, TargetConfig, WorkflowConfig } from './configuration.js';
import { Findings, findingsAt } from './findings.js';
import { useVerdicts, type Verdict } from './verdicts.js';

interface Parts {
  readonly configuration: WorkflowConfig;
  readonly warnings: WorkflowState['warnings'];
  /** About this workflow. */
  readonly findings: readonly WorkspaceFinding[];
  /** About the queue with a SID. */
  readonly aboutQueue: (sid: string) => readonly WorkspaceFinding[];
  readonly queues: readonly QueueState[];
  readonly task: TaskSummary | undefined;
  readonly worker: WorkerRow | undefined;
  readonly workspaceSid: string;
}

type Ask = (question: EvaluateRequest) => Verdict | undefined;

/** A workflow's filters as rows and their targets as cells, each expression with its verdict and warnings beside it. */
export function Routing(parts: Parts) {
  const { configuration, warnings, findings, aboutQueue, queues, task, worker } = parts;
  const about = askAbout(parts);
  const questions = configuration.filters.flatMap((filter) => [
    about.filter(filter.expression),
    ...filter.targets.flatMap((target) => [
      about.queue(queueOf(queues, target.queue)?.targetWorkers),
      about.target(target.expression),
    ]),
  ]);
  const asked = questions.filter((one) => one !== undefined);
  const version = JSON.stringify([configuration, task?.sid, task?.attributes, worker?.sid, worker?.version]);
  const verdict = useVerdicts(asked, version);
  const first = configuration.filters.find((one) => isTrue(about.filter(one.expression), verdict));
  // What lint says of a place says more than what the emulator was lenient about.
  const isTold = (place: string) => findings.some((one) => one.place === place);
  const beside = (place: string) => (
    <Warnings of={isTold(place) ? [] : warnings.filter((one) => one.place === place)} />
  );
  const told = (place: string) => <Findings of={findingsAt(findings, place)} />;
  const rows = configuration.filters.map((filter, index) => (
    <FilterRow
      key={`${index} ${filter.name}`}
      filter={filter}
      place={`task_routing.filters[${index}]`}
      isFirst={filter === first}
      about={about}
      verdict={verdict}
      queues={queues}
      beside={beside}
      told={told}
      aboutQueue={aboutQueue}
    />
  ));
  return (
    <>
      <div class="routing-notes">
        <Warnings of={warnings.filter(({ place }) => !PLACE.test(place))} />
        <Findings of={findings.filter(({ place }) => !ROW.test(place))} />
      </div>
      <ol class="filters-way routing">
        {rows}
        <li class={first === undefined && task !== undefined ? 'filter taken' : 'filter'}>
          <div class="filter-name">
            <b>default filter</b>
            <span class="quiet">what no filter matches</span>
          </div>
          <ol class="targets">
            <li class="target">
              <bdi>
                {configuration.defaultQueue === undefined
                  ? 'none: the task is canceled'
                  : (queueOf(queues, configuration.defaultQueue)?.name ?? configuration.defaultQueue)}
              </bdi>
            </li>
          </ol>
          {told('task_routing.default_filter')}
        </li>
      </ol>
    </>
  );
}

/** Places that stand in a row of their own. */
const ROW = /^task_routing\.(filters\[|default_filter)/;
const PLACE = /^task_routing\.filters\[\d+\]\.(expression|targets\[\d+\]\.(expression|skip_if))$/;

function askAbout({ task, worker, workspaceSid }: Parts) {
  const base = { workspaceSid, ...(task ? { task: task.sid } : {}) };
  const withWorker = worker ? { worker: worker.sid } : {};
  return {
    filter: (expression: string): EvaluateRequest | undefined =>
      task && expression !== '' ? { ...base, kind: 'filter', expression } : undefined,
    target: (expression: string | undefined): EvaluateRequest | undefined =>
      task && worker && expression ? { ...base, ...withWorker, kind: 'target', expression } : undefined,
    queue: (expression: string | undefined): EvaluateRequest | undefined =>
      worker && expression ? { workspaceSid, ...withWorker, kind: 'queue', expression } : undefined,
  };
}

const isTrue = (question: EvaluateRequest | undefined, verdict: Ask) => {
  const answer = question && verdict(question);
  return answer?.ok === true && answer.result === true;
};

const queueOf = (queues: readonly QueueState[], sid: string) => queues.find((queue) => queue.sid === sid);

/** What is said beside a place of the configuration, and beside a queue. */
interface Notes {
  readonly beside: (place: string) => JSX.Element;
  readonly told: (place: string) => JSX.Element;
  readonly aboutQueue: Parts['aboutQueue'];
}

function FilterRow({
  filter,
  place,
  isFirst,
  about,
  verdict,
  queues,
  beside,
  told,
  aboutQueue,
}: Notes & {
  filter: FilterConfig;
  place: string;
  isFirst: boolean;
  about: ReturnType<typeof askAbout>;
  verdict: Ask;
  queues: readonly QueueState[];
}) {
  const question = about.filter(filter.expression);
  return (
    <li class={isFirst ? 'filter taken' : 'filter'}>
      <div class="filter-name">
        <b>
          <bdi>{filter.name}</bdi>
        </b>
        <Said
          of={question && verdict(question)}
          yes={isFirst ? 'matches first' : 'would match too'}
          no="does not match"
        />
      </div>
      <Judged source={filter.expression} of={question && verdict(question)} />
      {beside(`${place}.expression`)}
      {told(place)}
      <ol class="targets steps">
        {filter.targets.map((target, index) => (
          <TargetCell
            key={`${index} ${target.queue}`}
            target={target}
            place={`${place}.targets[${index}]`}
            queue={queueOf(queues, target.queue)}
            about={about}
            verdict={verdict}
            beside={beside}
            told={told}
            aboutQueue={aboutQueue}
          />
        ))}
      </ol>
    </li>
  );
}

function TargetCell({
  target,
  place,
  queue,
  about,
  verdict,
  beside,
  told,
  aboutQueue,
}: Notes & {
  target: TargetConfig;
  place: string;
  queue: QueueState | undefined;
  about: ReturnType<typeof askAbout>;
  verdict: Ask;
}) {
  const own = about.target(target.expression);
  const member = about.queue(queue?.targetWorkers);
  return (
    <li class="step">
      <div class="step-head">
        <b>
          <bdi>{queue?.name ?? target.queue}</bdi>
        </b>
        <span class="quiet">{optionsOf(target)}</span>
      </div>
      {queue === undefined ? null : (
        <div class="step-line">
          <Said of={member && verdict(member)} yes="in the queue" no="not in the queue" />
          <Judged source={queue.targetWorkers} of={member && verdict(member)} />
          <Findings of={aboutQueue(queue.sid)} />
        </div>
      )}
      {target.expression === undefined || target.expression === '' ? null : (
        <div class="step-line">
          <Said of={own && verdict(own)} yes="matches the step" no="does not match the step" />
          <Judged source={target.expression} of={own && verdict(own)} />
        </div>
      )}
      {beside(`${place}.expression`)}
      {target.skip_if === undefined ? null : (
        <div class="step-line">
          <span class="quiet">skip_if</span> <code>{target.skip_if}</code>
        </div>
      )}
      {beside(`${place}.skip_if`)}
      {told(place)}
    </li>
  );
}

function optionsOf(target: TargetConfig): string {
  const known = target.known_worker_sid ?? target.known_worker_friendly_name;
  return [
    target.timeout === undefined ? undefined : `at most ${target.timeout} s`,
    target.priority === undefined ? undefined : `priority ${target.priority}`,
    target.order_by === undefined ? undefined : `order by ${target.order_by}`,
    known === undefined ? undefined : `known worker ${known}`,
  ]
    .filter((one) => one !== undefined)
    .join(' · ');
}

/** The verdict in a word. */
function Said({ of, yes, no }: { of: Verdict | undefined; yes: string; no: string }) {
  if (of === undefined) return null;
  if (!of.ok) {
    return (
      <span class="verdict bad">
        <Icon name="warn" /> cannot be evaluated
      </span>
    );
  }
  return (
    <span class={of.result ? 'verdict yes' : 'verdict no'}>
      <Icon name={of.result ? 'check' : 'cross'} /> {of.result ? yes : no}
    </span>
  );
}

/** The expression, and the comparisons that decided. */
function Judged({ source, of }: { source: string; of: Verdict | undefined }) {
  if (of !== undefined && 'refusal' in of) {
    return (
      <div class="expression">
        <code>{source}</code>
        <p class="bad">{of.refusal}</p>
      </div>
    );
  }
  return (
    <>
      <Expression source={source} reasons={of?.reasons ?? []} />
      {of?.error ? <p class="bad">{of.error.message}</p> : null}
    </>
  );
}

/** What is odd about an expression, right beside it. */
function Warnings({ of }: { of: WorkflowState['warnings'] }) {
  return (
    <>
      {of.map(({ place, message }) => (
        <p class="notice waits" key={place + message}>
          <Icon name="warn" />
          <span>
            <bdi>{message}</bdi>
          </span>
        </p>
      ))}
    </>
  );
}
