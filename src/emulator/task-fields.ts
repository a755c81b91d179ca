import { ConfigurationError } from '../errors.js';
import { nearMiss, refuseUnknownKeys } from '../near-miss.js';
import type { Commands } from './engine/command-types.js';
import type { WorkspaceView } from './engine/types.js';
import { jsonText } from './json-text.js';
import { findNamed, type NamedKind } from './named.js';
import { TASK_PRESETS, type TaskPreset, taskPreset } from './task-presets.js';
import { workspaceIn } from './world/find.js';
import type { World } from './world/world.js';

/** A task to be made. */
export interface NewTask {
  /** Default: the only workspace. */
  readonly workspaceSid?: string | undefined;
  /** SID or friendly name. Default: the only workflow there is. */
  readonly workflow?: string | undefined;
  readonly attributes?: object | undefined;
  /**
   * A kind of task with the channel and the attributes that Twilio's own products give it: `call`, `outbound call`, `chat`,
   * `sms`. `attributes` and `taskChannel` go before them.
   * @example emulator.createTask({ preset: 'call', attributes: { language: 'en' } });
   */
  readonly preset?: TaskPreset | undefined;
  readonly priority?: number | undefined;
  /** In seconds. Default: 86,400. */
  readonly timeout?: number | undefined;
  /** SID or unique name. Default: `default`. */
  readonly taskChannel?: string | undefined;
  /** In milliseconds since 1970. Default: now. */
  readonly virtualStartTime?: number | undefined;
  /** The SID of a worker, task queue or workflow. */
  readonly routingTarget?: string | undefined;
  readonly ignoreCapacity?: boolean | undefined;
  /** SID or friendly name: the queue of a task routed to a worker. */
  readonly taskQueue?: string | undefined;
}

const KEYS: Readonly<Record<keyof NewTask, true>> = {
  workspaceSid: true,
  workflow: true,
  attributes: true,
  preset: true,
  priority: true,
  timeout: true,
  taskChannel: true,
  virtualStartTime: true,
  routingTarget: true,
  ignoreCapacity: true,
  taskQueue: true,
};

/**
 * @param hex - 32 new hexadecimal digits, for the SIDs of a preset.
 * @throws {EngineRefusal} 404 for the workspace; ConfigurationError for an unknown key or a name that nothing has.
 */
export function taskFields(world: World, task: NewTask, hex: () => string): Commands['createTask']['params'] {
  refuseUnknownKeys(task, Object.keys(KEYS), 'createTask');
  const { workspaceSid, workflow, taskQueue, preset, ...given } = task;
  const made = preset === undefined ? undefined : presetOf(preset, { accountSid: world.accountSid, hex });
  const { attributes, ...fields } = made
    ? { ...made, ...given, attributes: { ...made.attributes, ...given.attributes } }
    : given;
  const view = workspaceSid === undefined ? onlyWorkspace(world) : workspaceIn(world, workspaceSid);
  const sidOf = (kind: NamedKind, name: string | undefined) =>
    name === undefined ? undefined : findNamed(world, kind, name, { workspaceSid: view.workspace.sid }).sid;
  return {
    ...fields,
    workspaceSid: view.workspace.sid,
    attributes: attributes === undefined ? undefined : jsonText(attributes, 'attributes'),
    workflowSid: sidOf('workflow', workflow),
    taskQueueSid: sidOf('task queue', taskQueue),
    taskChannel: sidOf('task channel', fields.taskChannel),
  };
}

function presetOf(name: TaskPreset, made: Parameters<typeof taskPreset>[1]) {
  if (TASK_PRESETS.includes(name)) return taskPreset(name, made);
  const meant = nearMiss(String(name), TASK_PRESETS);
  throw new ConfigurationError(
    'bad-option',
    `createTask: there is no preset ${JSON.stringify(name)}. ${meant === undefined ? `Presets: ${TASK_PRESETS.join(', ')}.` : `Did you mean ${JSON.stringify(meant)}?`}`,
  );
}

function onlyWorkspace(world: World): WorkspaceView {
  const [only, ...others] = world.workspaces.values();
  if (only && others.length === 0) return only;
  throw new ConfigurationError(
    'which-workspace',
    `There are ${others.length + (only ? 1 : 0)} workspaces: say which with workspaceSid, as seed() gave it.`,
  );
}
