import { useState } from 'preact/hooks';
import { curlFor, post, Refused } from '../data/api.js';
import { workspace } from '../data/store.js';
import type { NewTaskAnswer, NewTaskRequest, WorkspaceState } from '../data/types.js';
import { readAttributes } from '../parts/attributes.js';
import { Command } from '../parts/copy.js';
import { Drawer } from '../parts/drawer.js';
import { go, linkTo, linkWith } from '../route.js';

interface Preset {
  readonly name: string;
  readonly channel: string;
  readonly attributes: object;
}

/** Those of `taskrouter trigger`, and one of your own. */
const PRESETS: readonly Preset[] = [
  {
    name: 'call',
    channel: 'voice',
    attributes: {
      type: 'call',
      call_sid: 'CA00000000000000000000000000000001',
      from: '+15005550009',
      to: '+15005550001',
      direction: 'inbound',
      language: 'en',
    },
  },
  { name: 'chat', channel: 'chat', attributes: { type: 'chat', language: 'en', from: 'Robin' } },
  { name: 'ticket', channel: 'ticket', attributes: { type: 'ticket', subject: 'A broken kettle' } },
  { name: 'empty', channel: 'default', attributes: {} },
];

/** A call has a CallSid of its own. */
function fresh({ attributes }: Preset): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return JSON.stringify(attributes, null, 2).replace('00000000000000000000000000000001', hex);
}

export function NewTask() {
  const here = workspace.value;
  return (
    <Drawer title="New task" onClose={() => go(linkWith({ new: null }))}>
      {here ? <Form workspace={here} /> : <p>There is no workspace to make a task in.</p>}
    </Drawer>
  );
}

function Form({ workspace: here }: { workspace: WorkspaceState }) {
  const [json, setJson] = useState(() => fresh(PRESETS[0]!));
  const [channel, setChannel] = useState(() => channelIn(here, PRESETS[0]!.channel));
  const [workflow, setWorkflow] = useState(here.workflows[0]?.sid ?? '');
  const [priority, setPriority] = useState('0');
  const [error, setError] = useState<string | undefined>(undefined);
  const [isSending, setSending] = useState(false);
  const attributes = readAttributes(json);
  const body: NewTaskRequest | undefined =
    typeof attributes === 'string'
      ? undefined
      : {
          workspaceSid: here.sid,
          workflow,
          taskChannel: channel,
          attributes,
          ...(Number(priority) === 0 ? {} : { priority: Number(priority) }),
        };
  const make = async (event: Event) => {
    event.preventDefault();
    if (!body) return;
    setSending(true);
    try {
      const made = await post<NewTaskAnswer>('/tasks', body);
      go(linkTo('tasks', made.sid));
    } catch (refusal) {
      setSending(false);
      setError(refusal instanceof Refused ? refusal.message : String(refusal));
    }
  };
  return (
    <form onSubmit={(event) => void make(event)}>
      <fieldset class="presets">
        <legend>Preset</legend>
        {PRESETS.map((preset) => (
          <button
            key={preset.name}
            type="button"
            class="button"
            onClick={() => {
              setJson(fresh(preset));
              setChannel(channelIn(here, preset.channel));
            }}
          >
            {preset.name}
          </button>
        ))}
      </fieldset>
      <div class="form-row">
        <label class="stacked">
          <span>Workflow</span>
          <select value={workflow} onChange={(event) => setWorkflow(event.currentTarget.value)}>
            {here.workflows.map(({ sid, name }) => (
              <option key={sid} value={sid}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="stacked">
          <span>Channel</span>
          <select value={channel} onChange={(event) => setChannel(event.currentTarget.value)}>
            {here.taskChannels.map(({ sid, uniqueName }) => (
              <option key={sid} value={uniqueName}>
                {uniqueName}
              </option>
            ))}
          </select>
        </label>
        <label class="stacked narrow">
          <span>Priority</span>
          <input
            type="number"
            min="0"
            step="1"
            value={priority}
            onInput={(event) => setPriority(event.currentTarget.value)}
          />
        </label>
      </div>
      <label class="stacked">
        <span>Attributes, as JSON</span>
        <textarea
          rows={10}
          spellcheck={false}
          value={json}
          aria-invalid={typeof attributes === 'string'}
          aria-describedby="json-problem"
          onInput={(event) => setJson(event.currentTarget.value)}
        />
      </label>
      <p id="json-problem" class="problem" aria-live="polite">
        {typeof attributes === 'string' ? attributes : ''}
      </p>
      {error === undefined ? null : (
        <p class="notice bad" role="alert">
          {error}
        </p>
      )}
      <button type="submit" class="button primary big" disabled={!body || isSending}>
        {isSending ? 'Creating…' : 'Create the task'}
      </button>
      {body ? <Command text={curlFor('/tasks', body)} what="The same in a terminal" /> : null}
    </form>
  );
}

const channelIn = ({ taskChannels }: WorkspaceState, wanted: string): string =>
  taskChannels.some(({ uniqueName }) => uniqueName === wanted) ? wanted : 'default';
