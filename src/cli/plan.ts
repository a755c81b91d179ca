import type { TaskRouterClient } from '../rest/index.js';
import { planWorkspace, StateFile, type WorkspacePlan } from '../workspace/index.js';
import { type AccountOptions, accountClient } from './account.js';
import { EXIT } from './failure.js';
import { print } from './print.js';
import { printPlan } from './print-plan.js';
import { readWorkspaceFile } from './workspace-file.js';

export interface PlanCommandOptions extends AccountOptions {
  readonly env?: string;
  readonly workspace?: string;
  readonly prune?: true;
  readonly force?: true;
  readonly state?: string;
  readonly json?: true;
  readonly detailedExitcode?: true;
}

/** The exit code for changes, with `--detailed-exitcode`. */
export const CHANGES = 2;

/**
 * `taskrouter plan`: compares a workspace with its definition.
 *
 * @returns 0; with `--detailed-exitcode` 2 if anything is to be done.
 * @throws {DefinitionError} for a definition that cannot be used; errors of REST.
 */
export async function plan(file: string | undefined, options: PlanCommandOptions): Promise<number> {
  const { planned } = await makePlan(file, options);
  if (options.json) print(JSON.stringify(planned.plan, null, 2));
  else printPlan(planned.plan);
  return options.detailedExitcode && !planned.plan.inSync ? CHANGES : EXIT.ok;
}

export interface MadePlan {
  readonly client: TaskRouterClient;
  readonly planned: WorkspacePlan;
  readonly state: StateFile | undefined;
}

/** Reads the file, then the workspace. */
export async function makePlan(file: string | undefined, options: PlanCommandOptions): Promise<MadePlan> {
  const { definition, error } = await readWorkspaceFile(file, { environment: options.env });
  const state = options.state === undefined ? undefined : await StateFile.read(options.state);
  const client = accountClient(options);
  const { friendlyName } = definition;
  const workspace =
    options.workspace ?? (friendlyName === undefined ? process.env.TWILIO_WORKSPACE_SID : undefined);
  const planned = await planWorkspace(client, definition, {
    workspace,
    prune: options.prune,
    force: options.force,
    recorded: state && ((sid) => state.of(sid)),
    onProblems: (problems, cause) => error(problems, cause),
  });
  return { client, planned, state };
}
