import { ConfigurationError, TaskRouterKitError } from '../errors.js';
import { type ApplyStep, applyPlan, KIND_WORDS } from '../workspace/index.js';
import { placeOf } from './account.js';
import { confirmed } from './ask.js';
import { EXIT } from './failure.js';
import { makePlan, type PlanCommandOptions } from './plan.js';
import { print } from './print.js';
import { printPlan } from './print-plan.js';
import { createProgress } from './progress.js';

export interface ApplyCommandOptions extends PlanCommandOptions {
  readonly autoApprove?: true;
}

/**
 * `taskrouter apply`: makes a workspace what its definition says.
 *
 * @returns 0 if it is as defined now; 1 if something failed, is blocked, or was stopped.
 * @throws {UsageError} without a terminal and without `--auto-approve`, before anything is changed.
 */
export async function apply(file: string | undefined, options: ApplyCommandOptions): Promise<number> {
  const { client, planned, state } = await makePlan(file, options);
  const { plan } = planned;
  const todo = plan.changes.filter(({ blockedBy }) => blockedBy === undefined);
  if (!options.json) printPlan(plan);
  if (todo.length > 0) {
    const what = `${todo.length} change${todo.length === 1 ? '' : 's'}`;
    const question = `Apply ${what} to ${JSON.stringify(plan.workspace.name)} at ${placeOf(options)} (account ${client.accountSid})?`;
    if (!(await confirmed(question, options.autoApprove))) {
      console.error('Nothing was changed.');
      return EXIT.failed;
    }
  }
  await state?.checkWritable();
  const stopping = new AbortController();
  const stop = () => {
    console.error(
      'Stopping after the steps in progress. Interrupt again to end at once. The next apply continues from there.',
    );
    stopping.abort();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const progress = options.json ? undefined : createProgress(todo.length);
  let failed: ApplyStep | undefined;
  try {
    const applied = await applyPlan(client, planned, {
      signal: stopping.signal,
      onStep: (step) => {
        if (step.state === 'failed') failed ??= step;
        progress?.step(step);
      },
      previous: state && ((sid) => state.of(sid)),
      record: state && ((sid, kinds) => state.write(sid, kinds)),
    });
    progress?.end();
    const complete = applied.left === 0 && applied.kept === 0;
    if (options.json) print(JSON.stringify({ ...applied, plan }, null, 2));
    else if (applied.left > 0)
      print(`Stopped: ${applied.done} done, ${applied.left} left. Run apply again to continue.`);
    else if (todo.length > 0)
      print(`${applied.done} done${applied.kept === 0 ? '' : `, ${applied.kept} kept`}.`);
    return complete ? EXIT.ok : EXIT.failed;
  } catch (error) {
    progress?.end();
    if (error instanceof ConfigurationError && !failed) {
      console.error(
        `${error.message} What was done stays, but the next plan cannot detect drift and renames.`,
      );
      return EXIT.failed;
    }
    if (!(error instanceof TaskRouterKitError) || !failed) throw error;
    const { action, kind, name } = failed.change;
    console.error(`Cannot ${action} the ${KIND_WORDS[kind]} ${JSON.stringify(name)}: ${error.message}`);
    console.error('What was done until then stays. Run apply again to continue.');
    return EXIT.failed;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
