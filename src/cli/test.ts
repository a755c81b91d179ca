import { type Reporter, reportRoutingTests, runRoutingTests } from '../workspace/index.js';
import { EXIT } from './failure.js';
import { ownModules } from './own-modules.js';
import { print } from './print.js';

export interface TestOptions {
  readonly config?: string;
  readonly coverage?: true;
  readonly reporter: Reporter;
}

/**
 * `taskrouter test`: runs routing tests.
 *
 * @returns 0 if all pass, 1 if any fails.
 * @throws {ConfigurationError} when a file cannot be used; no test was run then.
 */
export async function test(
  files: readonly string[],
  { config, coverage, reporter }: TestOptions,
): Promise<number> {
  const report = await runRoutingTests(files, { config, modules: await ownModules() });
  print(reportRoutingTests(report, reporter, { coverage }));
  return report.failed === 0 ? EXIT.ok : EXIT.failed;
}
