import {
  findStuckTasks,
  readSeconds,
  requireWorkspace,
  type SweptResult,
  sweepTasks,
} from '../workspace/index.js';
import { type AccountOptions, accountClient, placeOf } from './account.js';
import { confirmed } from './ask.js';
import { EXIT, UsageError } from './failure.js';
import { print } from './print.js';

export interface SweepCommandOptions extends AccountOptions {
  readonly olderThan: string;
  readonly workspace?: string;
  readonly worker?: string;
  /** Tasks that wait too. */
  readonly waiting?: true;
  readonly apply?: true;
  readonly autoApprove?: true;
  readonly json?: true;
}

/**
 * `taskrouter sweep`: shows tasks that are stuck, and with `--apply` ends them.
 *
 * @returns 0; 1 if the question was answered with no.
 * @throws {UsageError} for a time that is none, or without a workspace.
 */
export async function sweep(options: SweepCommandOptions): Promise<number> {
  const olderThan = readSeconds(options.olderThan);
  if (olderThan === undefined) throw new UsageError('--older-than: write a time such as 30m, 2h or 1d.');
  const name = options.workspace ?? process.env.TWILIO_WORKSPACE_SID;
  if (name === undefined || name === '') {
    throw new UsageError(
      'Say which workspace to sweep: --workspace with its name or SID, or TWILIO_WORKSPACE_SID.',
    );
  }
  const client = accountClient(options);
  const { sid, friendlyName } = await requireWorkspace(client, name);
  const tasks = await findStuckTasks(client, sid, {
    olderThan,
    worker: options.worker,
    ...(options.waiting ? { states: ['assigned', 'wrapping', 'pending', 'reserved'] } : {}),
  });
  const results: { readonly sid: string; readonly result: SweptResult }[] = [];
  if (!options.json) {
    for (const task of tasks) {
      print(
        `${task.sid} ${task.state} for ${Math.floor(task.idleSeconds / 60)} min, queue ${JSON.stringify(task.queue)}`,
      );
    }
    print(`${tasks.length} stuck task${tasks.length === 1 ? '' : 's'} in ${JSON.stringify(friendlyName)}.`);
    if (tasks.length > 0 && !options.apply)
      print('Nothing was changed. --apply completes them, and cancels those that are waiting.');
  }
  if (options.apply && tasks.length > 0) {
    const question = `End ${tasks.length} task${tasks.length === 1 ? '' : 's'} in ${JSON.stringify(friendlyName)} at ${placeOf(options)} (account ${client.accountSid})?`;
    if (!(await confirmed(question, options.autoApprove))) {
      console.error('Nothing was changed.');
      return EXIT.failed;
    }
    await sweepTasks(client, sid, tasks, (task, result) => {
      results.push({ sid: task.sid, result });
      if (!options.json) print(`${task.sid} ${result}`);
    });
  }
  if (options.json)
    print(JSON.stringify({ format: 1, workspace: { name: friendlyName, sid }, tasks, results }, null, 2));
  return EXIT.ok;
}
