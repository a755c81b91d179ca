import { randomBytes } from 'node:crypto';
import type { Emulator, NewTask } from '../emulator/index.js';
import type { Modules } from '../workspace/import-file.js';
import { firstLine } from './dev-screen.js';
import { kindsOfTask } from './dev-tasks.js';
import { EXIT } from './failure.js';
import { fileNames, loadPreset } from './presets.js';

const FEED_MS = 3_000;
const ONCE_LIMIT_MS = 15_000;

/** A task with what it is called on the screen. */
export type LabelledTask = NewTask & { readonly label: string };

export const sampleTasks = (): readonly LabelledTask[] =>
  kindsOfTask(() => `CA${randomBytes(16).toString('hex')}`);

/** One task of each preset: the user's own, else those that are built in and whose channel the workspace has. */
export async function presetTasks(
  emulator: Emulator,
  workspaceSid: string,
  modules: Modules,
): Promise<readonly LabelledTask[]> {
  const view = emulator.workspaces.get(workspaceSid)!;
  const own = fileNames();
  const [workflow] = view.workflows.values();
  const names = own.length > 0 ? own : ['call', 'chat', 'ticket'];
  const tasks = await Promise.all(
    names.map(async (label) => {
      const { preset } = await loadPreset(label, async () => modules);
      return { workflow: workflow?.sid, ...preset, label };
    }),
  );
  return own.length > 0
    ? tasks
    : tasks.filter(({ taskChannel = 'default' }) => view.taskChannel(taskChannel) !== undefined);
}

/** Makes a task every few seconds, while `ready` says that someone answers. */
export function startFeed(make: (task: LabelledTask) => void, ready: () => boolean): () => void {
  const kinds = sampleTasks();
  let made = 0;
  const next = () => {
    if (ready()) make(kinds[made++ % kinds.length]!);
  };
  next();
  const feed = setInterval(next, FEED_MS);
  return () => clearInterval(feed);
}

/**
 * Makes each task and waits for its end.
 * @returns the exit code: 0 when all were completed, else 1, with the reasons on standard error.
 */
export async function runOnce(
  emulator: Emulator,
  tasks: readonly LabelledTask[],
  make: (task: LabelledTask) => { readonly sid: string },
): Promise<number> {
  if (tasks.length === 0) {
    console.error('There is no task to create: write one in presets/, such as presets/refund.json.');
    return EXIT.failed;
  }
  const ended = tasks.map((task) => emulator.until(make(task), { withinMs: ONCE_LIMIT_MS }).isCompleted());
  const results = await Promise.allSettled(ended);
  const failed = results.flatMap((result, index) =>
    result.status === 'rejected' ? [`${tasks[index]!.label}: ${firstLine(result.reason)}`] : [],
  );
  for (const line of failed) console.error(line);
  if (failed.length > 0) console.error(`${failed.length} of ${tasks.length} tasks were not completed.`);
  return failed.length === 0 ? EXIT.ok : EXIT.failed;
}
