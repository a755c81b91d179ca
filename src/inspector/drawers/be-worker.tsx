import { useState } from 'preact/hooks';
import { curlFor, post, Refused } from '../data/api.js';
import { emulatorNow, second } from '../data/now.js';
import { tasks, workspace } from '../data/store.js';
import type {
  ReservationAction,
  ReservationState,
  WorkerRow,
  WorkerState,
  WorkspaceRows,
} from '../data/types.js';
import { Command } from '../parts/copy.js';
import { Drawer } from '../parts/drawer.js';
import { Icon } from '../parts/icons.js';
import { useResource } from '../parts/resource.js';
import { ActivityBadge, ReservationStatus } from '../parts/status.js';
import { Tree } from '../parts/tree.js';
import { go, linkTo, linkWith } from '../route.js';
import { capital, inBrief, lastFour, lasting } from '../text.js';

type Deed = ReservationAction['action'];

/** What can be done from each status, as with Twilio. */
const DEEDS: Readonly<Partial<Record<ReservationState['status'], readonly Deed[]>>> = {
  pending: ['accept', 'reject'],
  accepted: ['wrap up', 'complete'],
  wrapping: ['complete'],
};

/** Who acts for the worker beside whoever reads this. */
const WHO_PLAYS = {
  staff: 'A simulated agent accepts and rejects here, and answers the phone.',
  person: 'You have taken over: nothing happens here automatically. Accept answers a ringing phone.',
  nobody: 'Nobody acts here but you. A ringing phone is answered automatically.',
} as const;

/** The seat of one worker: what is on offer, and everything the worker could do. */
export function BeWorker({ sid }: { sid: string }) {
  const here = workspace.value;
  const worker = here?.workers.find((one) => one.sid === sid);
  const close = () => go(linkWith({ be: null }));
  if (!here || !worker) {
    return (
      <Drawer title="A worker" onClose={close}>
        <p>This workspace has no such worker, or no longer has it.</p>
      </Drawer>
    );
  }
  return (
    <Drawer title={`Act as ${worker.name}`} onClose={close}>
      <Seat workspace={here} worker={worker} />
    </Drawer>
  );
}

interface Done {
  readonly path: string;
  readonly body: object;
  readonly error?: string;
}

function Seat({ workspace: here, worker }: { workspace: WorkspaceRows; worker: WorkerRow }) {
  const [done, setDone] = useState<Done | undefined>(undefined);
  const [isOpen, setOpen] = useState(false);
  const [rejectTo, setRejectTo] = useState('');
  const act = async (path: string, body: object) => {
    try {
      await post(path, body);
      setDone({ path, body });
    } catch (error) {
      setDone({ path, body, error: error instanceof Refused ? error.message : String(error) });
    }
  };
  void second.value;
  // The queues are others when the worker changes, or the expression of a queue: then it has more or fewer workers.
  const version = isOpen ? `${worker.version} ${here.queues.map(({ workers }) => workers).join()}` : '';
  const { data: state } = useResource<WorkerState>(isOpen ? `/workers/${worker.sid}` : undefined, version);
  const example = worker.reservations[0];
  const shown: Done =
    done ??
    (example
      ? { path: `/reservations/${example.sid}`, body: { action: DEEDS[example.status]?.[0] ?? 'accept' } }
      : { path: `/workers/${worker.sid}`, body: { activity: worker.activity.name } });
  return (
    <>
      <p class="seat-state">
        <ActivityBadge activity={worker.activity} />
        <span class="quiet">for {lasting(emulatorNow() - worker.activitySince)}</span>
      </p>
      <p class="seat-state">
        <span>{WHO_PLAYS[worker.playedBy ?? 'nobody']}</span>
        <button
          type="button"
          class={worker.playedBy === 'staff' ? 'button primary' : 'button'}
          onClick={() => void act(`/workers/${worker.sid}`, { takenOver: worker.playedBy !== 'person' })}
        >
          <Icon name="person" /> {worker.playedBy === 'person' ? 'Hand back' : 'Take over'}
        </button>
      </p>
      {done?.error === undefined ? null : (
        <p class="notice bad" role="alert">
          {done.error}
        </p>
      )}
      <h3>Reservations</h3>
      {worker.reservations.length === 0 ? (
        <p class="quiet">Nothing is on offer. What comes next is shown here.</p>
      ) : (
        <ul class="offers" aria-label="Reservations">
          {worker.reservations.map((one) => (
            <Offer
              key={one.sid}
              reservation={one}
              act={(action) =>
                void act(`/reservations/${one.sid}`, {
                  action,
                  ...(action === 'reject' && rejectTo !== '' ? { activity: rejectTo } : {}),
                })
              }
            />
          ))}
        </ul>
      )}
      {worker.reservations.some(({ status }) => status === 'pending') ? (
        <label class="stacked">
          <span>When rejecting, go to</span>
          <select value={rejectTo} onChange={(event) => setRejectTo(event.currentTarget.value)}>
            <option value="">stay {worker.activity.name}</option>
            {here.activities.map(({ sid, name }) => (
              <option key={sid} value={sid}>
                {name}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <h3>Activity</h3>
      <fieldset class="presets" aria-label="Activity">
        {here.activities.map(({ sid, name, available }) => (
          <button
            key={sid}
            type="button"
            class="button"
            aria-pressed={sid === worker.activity.sid}
            onClick={() => void act(`/workers/${worker.sid}`, { activity: name })}
          >
            <Icon name={available ? 'check' : 'pause'} /> {name}
          </button>
        ))}
      </fieldset>
      <Command
        text={curlFor(shown.path, shown.body)}
        what={done ? 'What you did, in a terminal' : 'The same in a terminal'}
      />
      <details class="more" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Attributes and queues</summary>
        <Tree value={readJson(worker.attributes)} label="Attributes of the worker" />
        <p class="quiet">
          In the queues{' '}
          <bdi>{state === undefined ? '…' : state.queues.map(({ name }) => name).join(', ') || 'none'}</bdi>
        </p>
      </details>
    </>
  );
}

function Offer({ reservation, act }: { reservation: ReservationState; act: (action: Deed) => void }) {
  const { sid, status, taskSid, deadline, createdAt } = reservation;
  const task = tasks.get(taskSid);
  return (
    <li class="offer">
      <div class="offer-what">
        <ReservationStatus status={status} />
        <a href={linkTo('tasks', taskSid)}>Task …{lastFour(taskSid)}</a>
        <span class="quiet number">
          {deadline === null
            ? `for ${lasting(emulatorNow() - createdAt)}`
            : `${lasting(deadline - emulatorNow())} left`}
        </span>
      </div>
      <p class="quiet clip">
        <bdi>{task === undefined ? '' : inBrief(task.attributes)}</bdi>
      </p>
      <div class="actions">
        {(DEEDS[status] ?? []).map((deed, index) => (
          <button
            key={deed}
            type="button"
            class={index === 0 ? 'button primary' : 'button'}
            aria-label={`${capital(deed)} task ${lastFour(taskSid)}`}
            title={sid}
            onClick={() => act(deed)}
          >
            {capital(deed)}
          </button>
        ))}
      </div>
    </li>
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
