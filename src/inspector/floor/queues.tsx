import { useMemo } from 'preact/hooks';
import { emulatorNow, second } from '../data/now.js';
import type { QueueState, WorkspaceRows } from '../data/types.js';
import { Unseen } from '../parts/unseen.js';
import { VirtualList } from '../parts/virtual-list.js';
import { linkTo } from '../route.js';
import { lasting } from '../text.js';

const MOST_ROWS = 10;

/** The queues, the one that has kept a task waiting longest first. */
export function Queues({ workspace }: { workspace: WorkspaceRows }) {
  void second.value;
  const queues = useMemo(
    () => [...workspace.queues].sort((a, b) => (a.longestSince ?? Infinity) - (b.longestSince ?? Infinity)),
    [workspace.queues],
  );
  if (queues.length === 0) return <p class="none">This workspace has no queue.</p>;
  return (
    <div class="table queues">
      <div class="head" aria-hidden="true">
        <span>Queue</span>
        <span class="number">Waiting</span>
        <span class="number">Longest</span>
        <span class="number at-work">At work</span>
        <span class="level">Within 20 s</span>
        <span class="number">Workers</span>
      </div>
      <VirtualList
        label="Queues, longest wait first"
        count={queues.length}
        keyAt={(index) => queues[index]!.sid}
        maxRows={MOST_ROWS}
        row={(index, tabIndex) => <Row queue={queues[index]!} tabIndex={tabIndex} />}
      />
    </div>
  );
}

function Row({ queue, tabIndex }: { queue: QueueState; tabIndex: 0 | -1 }) {
  const { counts, longestSince, serviceLevel } = queue;
  const longest = longestSince === null ? undefined : lasting(emulatorNow() - longestSince);
  const busy = counts.reserved + counts.assigned + counts.wrapping;
  return (
    <a class="row" href={linkTo('tasks', undefined, { queue: queue.sid })} tabIndex={tabIndex}>
      <span class="name" title={queue.targetWorkers}>
        <bdi>{queue.name}</bdi>
      </span>
      <span class={counts.pending > 0 ? 'number strong waits' : 'number quiet'}>
        {counts.pending}
        <Unseen> waiting,</Unseen>
      </span>
      <span class={longest === undefined ? 'number quiet' : 'number waits'}>
        <Unseen>longest </Unseen>
        {longest ?? '–'}
      </span>
      <span class="number at-work">
        {busy}
        <Unseen> at work,</Unseen>
      </span>
      <span class="level">
        <Meter level={serviceLevel} />
      </span>
      <span class={queue.available === 0 ? 'number bad' : 'number'}>
        {queue.available}/{queue.workers}
        <Unseen> workers available</Unseen>
      </span>
    </a>
  );
}

function Meter({ level: { accepted, within, withinS } }: { level: QueueState['serviceLevel'] }) {
  if (accepted === 0) return <span class="quiet">–</span>;
  const share = Math.round((within / accepted) * 100);
  return (
    <>
      <span class="meter" aria-hidden="true">
        <span style={{ width: `${share}%` }} />
      </span>
      {share} %<Unseen> accepted within {withinS} seconds,</Unseen>
    </>
  );
}
