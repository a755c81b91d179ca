import { TaskRouterKitError } from '../errors.js';
import { readMs } from '../workspace/checked-file/duration.js';
import { type Reporter, reportRoutingTests, runRoutingTests, runTestsOnAccount } from '../workspace/index.js';
import { accountClient, placeOf } from './account.js';
import { EXIT, UsageError } from './failure.js';
import { ownModules } from './own-modules.js';
import { print } from './print.js';

export interface TestOptions {
  readonly config?: string;
  readonly env?: string;
  readonly coverage?: true;
  readonly reporter: Reporter;
  readonly target?: 'twilio';
  readonly tolerance?: string;
  /** Another place than Twilio, with a target. */
  readonly url?: string;
}

/**
 * `taskrouter test`: runs routing tests.
 *
 * @returns 0 if all pass; 1 if any fails, or if something temporary is left over in the account.
 * @throws {ConfigurationError} when a file cannot be used; no test was run then.
 */
export async function test(files: readonly string[], options: TestOptions): Promise<number> {
  const { config, env: environment, coverage, reporter, target, tolerance } = options;
  if (target !== undefined) return testInAccount(files, options);
  if (tolerance !== undefined)
    throw new UsageError('--tolerance works only with --target: offline, times are exact.');
  const report = await runRoutingTests(files, { config, environment, modules: await ownModules() });
  print(reportRoutingTests(report, reporter, { coverage }));
  return report.failed === 0 ? EXIT.ok : EXIT.failed;
}

/** An interrupt, a request to end, and a terminal that was closed. */
const STOPPING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function testInAccount(files: readonly string[], options: TestOptions): Promise<number> {
  const { config, env: environment, coverage, reporter } = options;
  if (coverage) throw new UsageError('--coverage works only offline: leave out --target.');
  const tolerance = toleranceOf(options.tolerance);
  const client = accountClient(options);
  const stopping = new AbortController();
  const stop = () => {
    console.error(
      'Stopping: the temporary workspaces are deleted first. Interrupt again to end at once and leave them.',
    );
    stopping.abort(new TaskRouterKitError('stopped', 'Stopped before all tests were done.'));
  };
  for (const signal of STOPPING) process.once(signal, stop);
  console.error(
    `Running in real time at ${placeOf(options)} (account ${client.accountSid}), each test in a temporary workspace.`,
  );
  try {
    const report = await runTestsOnAccount(files, {
      client,
      config,
      environment,
      tolerance,
      signal: stopping.signal,
      modules: await ownModules(),
    });
    const { leftOver, error, ...results } = report;
    print(reportRoutingTests(results, reporter));
    for (const { name, sid, why } of leftOver) {
      const which = sid === undefined ? `named ${JSON.stringify(name)}` : `${sid}, ${JSON.stringify(name)},`;
      console.error(
        `Left over: the temporary workspace ${which} may still be there, because it could not be deleted: ${why} Delete it in the console, or with DELETE /v1/Workspaces/{Sid}.`,
      );
    }
    if (error !== undefined) throw stopping.signal.aborted ? stopping.signal.reason : error;
    return results.failed === 0 && leftOver.length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    for (const signal of STOPPING) process.off(signal, stop);
  }
}

function toleranceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = readMs(/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);
  if (ms === undefined || ms > 60_000)
    throw new UsageError('--tolerance: write a time up to 60s, such as 2s.');
  return ms;
}
