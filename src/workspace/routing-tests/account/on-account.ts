import { randomBytes } from 'node:crypto';
import { TaskRouterApiError, type TaskRouterClient, TaskRouterRequestError } from '../../../rest/index.js';
import { applyPlan } from '../../apply/apply.js';
import { pause } from '../../apply/repeat.js';
import type { CheckedDefinition } from '../../definition/index.js';
import { eachAtOnce } from '../../live/read-live.js';
import { planWorkspace } from '../../plan/plan.js';
import { withWorkers } from '../check-names.js';
import {
  type FileResult,
  loadTests,
  type RoutingTestOptions,
  type RoutingTestReport,
  readTestFile,
  reportOf,
  type TestResult,
  type TestSuite,
} from '../suite.js';
import { runInAccount } from './run-in-account.js';

export interface AccountTestOptions extends RoutingTestOptions {
  /** Of the account to test in. */
  readonly client: TaskRouterClient;
  /** How near an instant counts as that instant, in milliseconds. Default: 2,000. */
  readonly tolerance?: number | undefined;
  /** How long the account's events may take to show, in milliseconds. Default: 3,000. */
  readonly settleMs?: number | undefined;
  /** Ends the run; the temporary workspaces are deleted first. */
  readonly signal?: AbortSignal | undefined;
}

/** A temporary workspace that could not be deleted. */
export interface LeftOver {
  readonly name: string;
  readonly sid: string | undefined;
  readonly why: string;
}

export interface AccountTestReport extends RoutingTestReport {
  readonly leftOver: readonly LeftOver[];
  /** What ended the run before all tests were done: the first error, or the reason of the signal. */
  readonly error: unknown;
}

/** What the names of temporary workspaces begin with. */
export const TEMPORARY = 'taskrouter-kit test';

/**
 * Runs routing tests in an account, in real time: each in a temporary workspace that is deleted whatever happens. No
 * callback URL is set, so nobody else hears of it.
 *
 * @throws {FileError} and DefinitionError for a file that cannot be used; nothing was created then.
 */
export async function runTestsOnAccount(
  files: readonly string[],
  options: AccountTestOptions,
): Promise<AccountTestReport> {
  const suites: TestSuite[] = [];
  for (const file of files) suites.push(await loadTests(readTestFile(file), options));
  const stopping = new AbortController();
  const stop = () => stopping.abort(options.signal?.reason);
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener('abort', stop, { once: true });
  const leftOver: LeftOver[] = [];
  const failed: unknown[] = [];
  const results = suites.map(({ file }) => new Array<TestResult | undefined>(file.value.tests.length));
  const jobs = suites.flatMap((suite, number) =>
    suite.file.value.tests.map((_, index) => ({ suite, number, index })),
  );
  await eachAtOnce(jobs, async ({ suite, number, index }) => {
    if (stopping.signal.aborted) return;
    try {
      results[number]![index] = await testOnce(suite, index, options, stopping.signal, leftOver);
    } catch (error) {
      failed.push(error);
      stopping.abort(error);
    }
  });
  options.signal?.removeEventListener('abort', stop);
  const done = suites.map(
    ({ file }, number): FileResult => ({
      file: file.file,
      tests: results[number]!.filter((one) => one !== undefined),
    }),
  );
  const isWhole = results.every((tests) => !tests.includes(undefined));
  const error = failed[0] ?? (isWhole ? undefined : options.signal?.reason);
  return { ...reportOf(done, new Map()), leftOver, error };
}

async function testOnce(
  { file, definition }: TestSuite,
  index: number,
  { client, tolerance = 2_000, settleMs = 3_000 }: AccountTestOptions,
  signal: AbortSignal,
  leftOver: LeftOver[],
): Promise<TestResult> {
  const test = file.value.tests[index]!;
  const name = `${TEMPORARY} ${randomBytes(6).toString('hex')}`;
  const whole = withoutUrls(withWorkers(definition, file.value, test));
  const began = performance.now();
  let sid: string | undefined;
  let isThere = true;
  try {
    const creation = client.workspaces.create({
      friendlyName: name,
      // Can only be set at creation: it is never turned off.
      multiTaskEnabled: definition.multiTaskEnabled,
    });
    ({ sid } = await creation.catch((error) => {
      isThere = !(error instanceof TaskRouterRequestError) || error.maybeApplied;
      throw error;
    }));
    const planned = await planWorkspace(client, whole, { workspace: sid });
    await applyPlan(client, planned, { signal, settleMs: 0 });
    signal.throwIfAborted();
    const workspace = client.workspace(sid);
    const parts = { workspace, test, index, definition: whole, tolerance, settleMs, signal };
    const failures = await runInAccount(parts);
    return {
      name: test.name,
      ms: performance.now() - began,
      failures: failures.map((failure) => ({ ...failure, place: file.place(failure.path) })),
    };
  } finally {
    const why = isThere ? await remove(client, name, sid) : undefined;
    if (why !== undefined) leftOver.push({ name, sid, why });
  }
}

/** No callback, no event reaches anybody. */
function withoutUrls(definition: CheckedDefinition): CheckedDefinition {
  const { friendlyName: _name, eventCallbackUrl: _url, eventsFilter: _filter, ...rest } = definition;
  const workflows = Object.fromEntries(
    Object.entries(definition.workflows ?? {}).map(
      ([name, { assignmentCallbackUrl: _1, fallbackAssignmentCallbackUrl: _2, ...workflow }]) => [
        name,
        workflow,
      ],
    ),
  );
  return { ...rest, workflows };
}

/** Deletes a temporary workspace, with a few tries; a string: why it is still there. */
async function remove(
  client: TaskRouterClient,
  name: string,
  sid: string | undefined,
): Promise<string | undefined> {
  let why = '';
  for (let left = 3; left > 0; left -= 1) {
    try {
      // The answer to its creation may have been lost.
      const sids =
        sid === undefined
          ? (await client.workspaces.list({ friendlyName: name }).all()).map((one) => one.sid)
          : [sid];
      for (const one of sids) await client.workspaces.delete(one);
      return undefined;
    } catch (error) {
      if (error instanceof TaskRouterApiError && error.status === 404) return undefined;
      why = error instanceof Error ? error.message : String(error);
      if (left > 1) await pause(500);
    }
  }
  return why;
}
