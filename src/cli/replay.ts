import { readMs } from '../workspace/checked-file/duration.js';
import { replay as replayDay, replayText } from '../workspace/replay/index.js';
import { EXIT, UsageError } from './failure.js';
import { ownModules } from './own-modules.js';
import { print } from './print.js';
import { usualFile } from './workspace-file.js';

export interface ReplayCommandOptions {
  readonly config?: string;
  readonly env?: string;
  readonly workflow: readonly string[];
  readonly serviceLevel: readonly string[];
  readonly seed?: number;
  readonly json?: true;
}

/**
 * `taskrouter replay`: what a workspace file would have made of a day that happened.
 *
 * @returns 0, whatever the figures are.
 * @throws {ConfigurationError} when the events or the workspace file cannot be used; UsageError for a bad option.
 */
export async function replay(files: readonly string[], options: ReplayCommandOptions): Promise<number> {
  const config = options.config ?? usualFile();
  if (config === undefined) {
    throw new UsageError(
      'There is no taskrouter.config.ts, .yaml or .json here: name the workspace file with --config.',
    );
  }
  const levels = options.serviceLevel.map(levelOf);
  const report = await replayDay(files, {
    config,
    environment: options.env,
    workflows: Object.fromEntries(options.workflow.map(renamed)),
    serviceLevels: levels.length > 0 ? [...new Set(levels)] : undefined,
    seed: options.seed,
    modules: await ownModules(),
  });
  print(options.json ? JSON.stringify(report, null, 2) : replayText(report, config));
  return EXIT.ok;
}

function levelOf(text: string): number {
  const ms = readMs(/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);
  if (ms === undefined) throw new UsageError('--service-level: write a time such as 20s.');
  return ms;
}

function renamed(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1)
    throw new UsageError('--workflow: write OLD=NEW, the name in the events and that in the workspace file.');
  return [text.slice(0, at), text.slice(at + 1)];
}
