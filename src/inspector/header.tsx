import { useState } from 'preact/hooks';
import { post, Refused } from './data/api.js';
import { connection, lostText } from './data/connection.js';
import { clockKind, second } from './data/now.js';
import { faults, workspace, workspaces } from './data/store.js';
import { Icon } from './parts/icons.js';
import { Badge } from './parts/status.js';
import { Unseen } from './parts/unseen.js';
import { go, linkTo, linkWith, route, VIEWS } from './route.js';
import { capital, clockTime } from './text.js';

export function Header() {
  return (
    <>
      <header class="top">
        <a class="brand" href={linkTo('floor')} aria-label="TaskRouter on this machine">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="7" />
            <path d="M7 16h6c4 0 4-7 8-7h4M13 16c4 0 4 7 8 7h4" />
          </svg>
          <span>TaskRouter</span>
        </a>
        <nav aria-label="Views">
          {VIEWS.map((view) => (
            <a key={view} href={linkTo(view)} aria-current={route.value.view === view ? 'page' : undefined}>
              {capital(view)}
            </a>
          ))}
        </nav>
        <div class="tools">
          <Workspace />
          <Clock />
          <FaultsOn />
          <Connection />
          <a class="button primary" href={linkWith({ new: '1' })}>
            <Icon name="plus" /> <span>New task</span>
          </a>
        </div>
      </header>
      <Lost />
    </>
  );
}

function Workspace() {
  const all = [...workspaces.value.values()];
  const here = workspace.value;
  if (all.length < 2) {
    return here ? (
      <span class="workspace" title={here.sid}>
        <bdi>{here.name}</bdi>
      </span>
    ) : null;
  }
  return (
    <select
      class="workspace"
      aria-label="Workspace"
      value={here?.sid}
      onChange={(event) => go(linkTo(route.value.view, undefined, { workspace: event.currentTarget.value }))}
    >
      {all.map(({ sid, name }) => (
        <option key={sid} value={sid}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Clock() {
  const [error, setError] = useState<string | undefined>(undefined);
  const isVirtual = clockKind.value === 'virtual';
  const advance = async (by: string) => {
    try {
      await post('/clock', { advance: by });
      setError(undefined);
    } catch (refusal) {
      setError(refusal instanceof Refused ? refusal.message : String(refusal));
    }
  };
  return (
    <span
      class="clock"
      title={isVirtual ? 'A virtual clock: it stands still until it is moved' : "This machine's clock"}
    >
      <Icon name="waiting" />
      <time>{clockTime(second.value)}</time>
      {isVirtual ? (
        <>
          <button type="button" class="button" onClick={() => void advance('10s')}>
            <Unseen>Move the clock on by </Unseen>+10 s
          </button>
          <button type="button" class="button" onClick={() => void advance('1m')}>
            <Unseen>Move the clock on by </Unseen>+1 m
          </button>
        </>
      ) : null}
      {error === undefined ? null : (
        <span class="bad" role="alert">
          {error}
        </span>
      )}
    </span>
  );
}

function FaultsOn() {
  const names = Object.keys(faults.value);
  const label = names.length === 0 ? 'Faults' : names.length === 1 ? names[0] : `${names.length} faults`;
  return (
    <a
      class={names.length === 0 ? 'button quiet faults' : 'button faults on'}
      href={linkWith({ faults: '1' })}
    >
      <Icon name="bolt" />
      <span>{label}</span>
    </a>
  );
}

function Connection() {
  const state = connection.value;
  return (
    <span role="status" class="connection">
      {state === 'live' ? (
        <Badge tone="good" icon="pulse">
          live
        </Badge>
      ) : state === 'lost' ? (
        <Badge tone="bad" icon="warn">
          no answer, trying again
        </Badge>
      ) : (
        <Badge tone="calm" icon="pause">
          {state}
        </Badge>
      )}
    </span>
  );
}

/** After a restart: what is lost. It stays until it has been read. */
function Lost() {
  const text = lostText.value;
  if (text === null) return null;
  return (
    <div class="lost" role="alert">
      <Icon name="warn" />
      <span>{text}</span>
      <button
        type="button"
        class="button"
        onClick={() => {
          lostText.value = null;
        }}
      >
        Understood
      </button>
    </div>
  );
}
