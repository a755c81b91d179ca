import { emulatorNow, second } from '../data/now.js';
import { tasks } from '../data/store.js';
import type { ChannelLoad, WorkerRow, WorkspaceRows } from '../data/types.js';
import { ActivityBadge } from '../parts/status.js';
import { Unseen } from '../parts/unseen.js';
import { VirtualList } from '../parts/virtual-list.js';
import { linkWith } from '../route.js';
import { counted, lasting } from '../text.js';

const MOST_ROWS = 12;
/** As blocks as long as they can be counted at a glance. */
const MOST_BLOCKS = 6;

/** Who is there and how busy; a click makes you one of them. */
export function Workers({ workspace: { workers } }: { workspace: WorkspaceRows }) {
  void second.value;
  const used = channelsInUse(workers);
  if (workers.length === 0) return <p class="none">This workspace has no worker.</p>;
  return (
    <div class="table workers">
      <div class="head" aria-hidden="true">
        <span>Worker</span>
        <span>Activity</span>
        <span class="number since">Since</span>
        <span>Load</span>
        <span class="of-tasks">Tasks</span>
      </div>
      <VirtualList
        label="Workers"
        count={workers.length}
        keyAt={(index) => workers[index]!.sid}
        maxRows={MOST_ROWS}
        row={(index, tabIndex) => <Row worker={workers[index]!} used={used} tabIndex={tabIndex} />}
      />
    </div>
  );
}

/** A channel that nobody uses says little: those with a task, and those set up for more than one. */
function channelsInUse(workers: readonly WorkerRow[]): ReadonlySet<string> {
  const used = new Set(tasks.list.slice(-200).map(({ channel }) => channel));
  const sids = new Set<string>();
  for (const { channels } of workers) {
    for (const { taskChannelSid, uniqueName, consumed, capacity } of channels) {
      if (consumed > 0 || capacity > 1 || used.has(uniqueName)) sids.add(taskChannelSid);
    }
  }
  return sids;
}

function Row({ worker, used, tabIndex }: { worker: WorkerRow; used: ReadonlySet<string>; tabIndex: 0 | -1 }) {
  const { activity, channels, reservations } = worker;
  const offered = reservations.filter(({ status }) => status === 'pending').length;
  return (
    <a class="row" href={linkWith({ be: worker.sid })} tabIndex={tabIndex}>
      <span class="name">
        <Unseen>Be </Unseen>
        <bdi>{worker.name}</bdi>
        {worker.playedBy === 'person' ? <b class="busy"> taken over</b> : null}
      </span>
      <span>
        <ActivityBadge activity={activity} />
      </span>
      <span class="number quiet since">
        <Unseen>for </Unseen>
        {lasting(emulatorNow() - worker.activitySince)}
      </span>
      <span class="loads">
        {channels.map((channel) =>
          used.has(channel.taskChannelSid) ? <Load key={channel.taskChannelSid} channel={channel} /> : null,
        )}
      </span>
      <span class="of-tasks quiet">
        {offered > 0 ? <b class="busy">{counted(offered, 'offer')}</b> : null}
        {reservations.length > offered
          ? `${offered > 0 ? ', ' : ''}${counted(reservations.length - offered, 'task')}`
          : ''}
      </span>
    </a>
  );
}

/** `chat ▮▮▯`: what is taken of a channel's capacity. */
function Load({ channel: { uniqueName, consumed, capacity, available } }: { channel: ChannelLoad }) {
  const isFull = consumed >= capacity;
  return (
    <span
      class={`load${available ? '' : ' off'}${consumed === 0 ? ' idle' : ''}`}
      title={`${uniqueName}: ${consumed} of ${capacity}`}
    >
      <bdi>{uniqueName}</bdi>
      {capacity <= MOST_BLOCKS ? (
        <span class="blocks">
          <Unseen>
            {' '}
            {consumed} of {capacity}
          </Unseen>
          {Array.from({ length: Math.max(capacity, consumed) }, (_, index) => (
            <i key={index} class={index < consumed ? (isFull ? 'full' : 'taken') : ''} />
          ))}
        </span>
      ) : (
        <span>
          {consumed}/{capacity}
        </span>
      )}
    </span>
  );
}
