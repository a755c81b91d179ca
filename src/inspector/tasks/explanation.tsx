import type { ExplainedAt, TaskDetail } from '../data/types.js';
import { Icon } from '../parts/icons.js';
import { Words } from '../parts/words.js';
import { linkWith } from '../route.js';
import { after, capital, counted } from '../text.js';
import { FilterRows } from './filter-rows.js';

type WorkerExplanation = ExplainedAt['workers'][number];

/** More workers than this are shown on demand. */
const MOST_WORKERS = 12;
const MOST_DECISIONS = 40;

/** Why the task is, or at the chosen moment was, where it is. */
export function ExplanationAt({
  task,
  at,
  explanation,
  error,
}: {
  task: TaskDetail;
  at: number | undefined;
  explanation: ExplainedAt | undefined;
  error: string | undefined;
}) {
  const title = at === undefined ? 'Why it is where it is' : `Why, at ${after(at - task.createdAt)}`;
  return (
    <section class="block explanation" aria-live="polite">
      <h3>
        {title}
        {at === undefined ? null : <a href={linkWith({ at: null })}>now</a>}
      </h3>
      {explanation ? <Explained explanation={explanation} task={task} at={at} /> : null}
      {error === undefined ? null : (
        <p class="quiet">
          No explanation of this moment is kept: with more than 200 workers, or very many tasks, only the
          present is explained.
        </p>
      )}
    </section>
  );
}

function Explained({
  explanation,
  task,
  at,
}: {
  explanation: ExplainedAt;
  task: TaskDetail;
  at: number | undefined;
}) {
  const { now, decisions, filters, workers, unknownNames, droppedDecisions } = explanation;
  const shown = decisions.slice(-MOST_DECISIONS);
  // Why this worker: the question most people come with.
  const chosen = decisions.findLast(({ text }) => text.startsWith('reserved for '));
  return (
    <>
      {chosen === undefined ? null : (
        <p class="lead">
          <Words text={capital(chosen.text)} />
        </p>
      )}
      {at === undefined
        ? now.map((line) => (
            <p class="quiet" key={line}>
              <Words text={capital(line)} />
            </p>
          ))
        : null}
      <ol class="decisions">
        {droppedDecisions + decisions.length - shown.length > 0 ? (
          <li class="quiet">
            {counted(droppedDecisions + decisions.length - shown.length, 'earlier decision')}
          </li>
        ) : null}
        {shown.map((one, index) => (
          <li key={index} class={index === shown.length - 1 ? 'last' : ''}>
            <time>{after(one.at - task.createdAt)}</time>
            <Decision text={one.text} />
          </li>
        ))}
      </ol>
      <h4>Filters, from top to bottom</h4>
      <FilterRows filters={filters} />
      <h4>Workers, as they were then</h4>
      <Workers workers={workers} chosen={chosen?.text} />
      {unknownNames.map(({ name, where }) => (
        <p class="notice waits" key={name + where}>
          <Icon name="warn" /> <code>{name}</code> in {where} has no value anywhere: is it spelt correctly?
        </p>
      ))}
    </>
  );
}

/** A long reason names each worker: one a line. */
function Decision({ text }: { text: string }) {
  const at = text.indexOf(': ');
  const parts = at < 0 ? [] : text.slice(at + 2).split(' | ');
  if (parts.length < 2) {
    return (
      <span>
        <Words text={text} />
      </span>
    );
  }
  return (
    <details>
      <summary>
        <bdi>{text.slice(0, at)}</bdi>
        <span class="quiet"> – why each of {parts.length}</span>
      </summary>
      <ul>
        {parts.map((one) => (
          <li key={one}>
            <Words text={one} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Workers({
  workers: all,
  chosen,
}: {
  workers: readonly WorkerExplanation[];
  /** The decision for one of them. */
  chosen: string | undefined;
}) {
  if (all.length === 0) return <p class="quiet">There is no worker.</p>;
  const isChosen = ({ workerName }: WorkerExplanation) =>
    chosen !== undefined && `${chosen}:`.startsWith(`reserved for ${workerName}:`);
  const workers = [...all.filter(isChosen), ...all.filter((one) => !isChosen(one))];
  const rest = workers.slice(MOST_WORKERS);
  return (
    <>
      <ul class="reasons">
        {workers.slice(0, MOST_WORKERS).map((one) => (
          <Worker key={one.workerSid} worker={one} isChosen={isChosen(one)} />
        ))}
      </ul>
      {rest.length === 0 ? null : (
        <details class="more">
          <summary>{rest.length} more</summary>
          <ul class="reasons">
            {rest.slice(0, 500).map((one) => (
              <Worker key={one.workerSid} worker={one} isChosen={false} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Worker({
  worker: { workerName, eligible, why },
  isChosen,
}: {
  worker: WorkerExplanation;
  isChosen: boolean;
}) {
  const has = why.some((line) => line.startsWith('has this task'));
  return (
    <li class={`${eligible || has ? 'yes' : 'no'}${isChosen ? ' chosen' : ''}`}>
      <Icon name={eligible || has ? 'check' : 'cross'} />
      <b>
        <bdi>{workerName}</bdi>
      </b>
      <span class="quiet">
        <Words text={eligible ? (isChosen ? 'eligible, and chosen' : 'eligible') : why.join('; ')} />
      </span>
    </li>
  );
}
