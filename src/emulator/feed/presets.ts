import { OFFERED_TASKS, type OfferedTask } from '../offered-tasks.js';
import type { NamedPreset } from '../options.js';
import { TASK_PRESETS, taskPreset } from '../task-presets.js';
import type { Preset, Presets } from './types.js';

/** The tasks that are offered under a name: those of the project, and the built-in ones whose names they leave free. */
export function presetsOf(
  own: readonly NamedPreset[],
  made: { readonly accountSid: string; readonly hex: () => string },
): Presets {
  const taken = new Set(own.map(({ name }) => name));
  const builtIn = Object.entries(OFFERED_TASKS).filter(([name]) => !taken.has(name));
  return {
    presets: [
      ...own.map(({ name, task, error }) => presetOf(name, task ?? {}, true, error)),
      ...builtIn.map(([name, task]) => presetOf(name, task, false)),
    ],
    kinds: TASK_PRESETS.map((name) => ({ name, ...taskPreset(name, made) })),
  };
}

const presetOf = (name: string, task: OfferedTask, own: boolean, error?: string): Preset => ({
  ...{ name, own, error: error ?? null },
  workflow: task.workflow ?? null,
  preset: task.preset ?? null,
  taskChannel: task.taskChannel ?? null,
  attributes: task.attributes ?? {},
  priority: task.priority ?? null,
  timeout: task.timeout ?? null,
});
