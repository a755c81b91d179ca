import { useState } from 'preact/hooks';
import { curlFor, post, Refused } from '../data/api.js';
import { workspace } from '../data/store.js';
import type { NewTaskAnswer, NewTaskRequest, Preset, Presets, WorkspaceRows } from '../data/types.js';
import { readAttributes } from '../parts/attributes.js';
import { Command } from '../parts/copy.js';
import { Drawer } from '../parts/drawer.js';
import { Icon } from '../parts/icons.js';
import { useResource } from '../parts/resource.js';
import { Tree } from '../parts/tree.js';
import { go, linkTo, linkWith } from '../route.js';
import { counted } from '../text.js';

/** The last of the presets: nothing is filled in. */
const EMPTY: Preset = {
  ...{ name: 'empty', own: false, error: null, workflow: null, preset: null, taskChannel: null },
  ...{ attributes: {}, priority: null, timeout: null },
};

interface FormProps {
  readonly workspace: WorkspaceRows;
  readonly presets: Presets;
}

export function NewTask() {
  const here = workspace.value;
  const { data, error } = useResource<Presets>('/presets', undefined);
  return (
    <Drawer title="New task" onClose={() => go(linkWith({ new: null }))}>
      {!here ? (
        <p>There is no workspace to create a task in.</p>
      ) : data ? (
        <Form workspace={here} presets={data} />
      ) : error === undefined ? (
        <p class="quiet">Reading the presets…</p>
      ) : (
        <p class="notice bad" role="alert">
          {error}
        </p>
      )}
    </Drawer>
  );
}

function Form({ workspace: here, presets: { presets, kinds } }: FormProps) {
  const all = [...presets, EMPTY];
  const [chosen, choose] = useState(() => all.find((one) => one.error === null) ?? EMPTY);
  const [json, setJson] = useState(() => indented(chosen.attributes));
  const [kind, setKind] = useState(chosen.preset ?? '');
  const [channel, setChannel] = useState(() => channelIn(here, chosen.taskChannel));
  const [workflow, setWorkflow] = useState(() => workflowIn(here, chosen.workflow));
  const [priority, setPriority] = useState(String(chosen.priority ?? 0));
  const take = (preset: Preset) => {
    choose(preset);
    setJson(indented(preset.attributes));
    setKind(preset.preset ?? '');
    setChannel(channelIn(here, preset.taskChannel));
    setWorkflow(workflowIn(here, preset.workflow));
    setPriority(String(preset.priority ?? 0));
  };
  const added = kinds.find(({ name }) => name === kind);
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
          ...(added ? { preset: added.name as NonNullable<NewTaskRequest['preset']> } : {}),
          ...(chosen.timeout === null ? {} : { timeout: chosen.timeout }),
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
        {all.map((preset) => (
          <button
            key={preset.name}
            type="button"
            class="button"
            aria-pressed={preset === chosen}
            disabled={preset.error !== null}
            title={preset.own ? 'From the presets folder of your project' : undefined}
            onClick={() => take(preset)}
          >
            {preset.name}
          </button>
        ))}
      </fieldset>
      {presets.map(({ name, error: why }) =>
        why === null ? null : (
          <p class="notice waits" key={name}>
            <Icon name="warn" />
            <bdi>{why}</bdi>
          </p>
        ),
      )}
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
          rows={8}
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
      <label class="stacked">
        <span>With what Twilio itself adds to</span>
        <select value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          <option value="">nothing: these alone</option>
          {kinds.map(({ name }) => (
            <option key={name} value={name}>
              {ARTICLES[name] ?? 'a'} {name}
            </option>
          ))}
        </select>
      </label>
      {added === undefined ? null : (
        <details class="more">
          <summary>{counted(Object.keys(added.attributes).length, 'attribute')} more, for example</summary>
          <Tree value={added.attributes} label="Added attributes" />
        </details>
      )}
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

const ARTICLES: Readonly<Record<string, string>> = { 'outbound call': 'an', sms: 'an' };

const indented = (attributes: object) => JSON.stringify(attributes, null, 2);

const channelIn = ({ taskChannels }: WorkspaceRows, wanted: string | null): string =>
  taskChannels.find(({ sid, uniqueName }) => wanted === sid || wanted === uniqueName)?.uniqueName ??
  'default';

const workflowIn = ({ workflows }: WorkspaceRows, wanted: string | null): string =>
  (workflows.find(({ sid, name }) => wanted === sid || wanted === name) ?? workflows[0])?.sid ?? '';
