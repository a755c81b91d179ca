import { SeedRefusal } from '../../emulator/apply-definition.js';
import { beside, type CheckedFile, type FileError, readCheckedFile } from '../checked-file/checked-file.js';
import type { CheckedDefinition } from '../definition/index.js';
import type { Modules } from '../import-file.js';
import type { Choices } from '../simulate/day/centre.js';
import { usableDefinition } from '../simulate/simulate.js';
import { unknownNames, withWorkers } from './check-names.js';
import { Coverage, type CoverageItem } from './coverage.js';
import { type TestFile, testFileSchema } from './file-schema.js';
import { runTest, type TestFailure } from './run-test.js';
import { Stage } from './stage.js';

const KIND = { noun: 'file of routing tests', code: 'bad-routing-tests' };

export interface RoutingTestOptions {
  /** The workspace file. Default: the one that each file of tests names. */
  readonly config?: string | undefined;
  /** The choices that Twilio's documents leave open: docs/emulator-fidelity.md. */
  readonly choices?: Choices | undefined;
  /** The environment whose values the workspace file takes. */
  readonly environment?: string | undefined;
  /** What imports of this package in a workspace file are. */
  readonly modules?: Modules | undefined;
}

export interface TestResult {
  readonly name: string;
  readonly ms: number;
  /** Each with `file:line:column`. None: it passed. */
  readonly failures: readonly (TestFailure & { readonly place: string })[];
}

export interface FileResult {
  readonly file: string;
  readonly tests: readonly TestResult[];
}

export interface RoutingTestReport {
  readonly files: readonly FileResult[];
  readonly passed: number;
  readonly failed: number;
  /** By workspace file: what tests reached, and what not. */
  readonly coverage: Readonly<Record<string, readonly CoverageItem[]>>;
}

/** A file of tests that was read and checked. */
export interface TestSuite {
  readonly file: CheckedFile<TestFile>;
  readonly config: string;
  readonly definition: CheckedDefinition;
}

/** Reads a file of routing tests, without the workspace file it is about. @throws {FileError} `bad-routing-tests` */
export const readTestFile = (file: string): CheckedFile<TestFile> =>
  readCheckedFile(file, testFileSchema, KIND);

/**
 * Reads a file of routing tests and its workspace file, and checks the one against the other.
 * @throws {FileError} `bad-routing-tests`, and DefinitionError, with file, line and path of each problem.
 */
export async function loadTests(
  file: CheckedFile<TestFile>,
  { config, choices = {}, modules, environment }: RoutingTestOptions,
): Promise<TestSuite> {
  const named = file.value.config;
  const configFile = config ?? (named === undefined ? undefined : beside(file.file, named));
  if (configFile === undefined)
    throw file.error([
      { path: [], message: 'names no workspace file: add config: taskrouter.config.ts, or give --config.' },
    ]);
  const definition = await usableDefinition(configFile, { choices, modules, environment });
  const problems = unknownNames(file.value, definition);
  if (problems.length > 0) throw file.error(problems);
  refuseBadWorkers(file, definition, choices);
  return { file, config: configFile, definition };
}

/** What only TaskRouter refuses in a worker. */
function refuseBadWorkers(
  file: CheckedFile<TestFile>,
  definition: CheckedDefinition,
  choices: Choices,
): void {
  file.value.tests.forEach((test, index) => {
    try {
      new Stage(withWorkers(definition, file.value, test), choices);
    } catch (error) {
      if (!(error instanceof SeedRefusal)) throw error;
      const own = test.workers !== undefined && String(error.path[1]) in test.workers;
      throw file.error([{ path: own ? ['tests', index, ...error.path] : error.path, message: error.reason }]);
    }
  });
}

/** Runs the tests of one file, one after another. */
export function runSuite(
  { file, definition }: TestSuite,
  choices: Choices = {},
  coverage?: Coverage,
): FileResult {
  const tests = file.value.tests.map((test, index) => {
    const began = performance.now();
    const failures = runTest({ file: file.value, test, index, definition, choices, coverage });
    return {
      name: test.name,
      ms: performance.now() - began,
      failures: failures.map((failure) => ({ ...failure, place: file.place(failure.path) })),
    };
  });
  return { file: file.file, tests };
}

/**
 * Runs files of routing tests without a network, in milliseconds each.
 *
 * @throws {FileError} and DefinitionError for a file that cannot be used; no test was run then.
 * @example
 * const { failed } = await runRoutingTests(['calls.tests.yaml']);
 */
export async function runRoutingTests(
  files: readonly string[],
  options: RoutingTestOptions = {},
): Promise<RoutingTestReport> {
  const suites: TestSuite[] = [];
  for (const file of files) suites.push(await loadTests(readTestFile(file), options));
  const coverages = new Map<string, Coverage>();
  const results = suites.map((suite) => {
    const coverage = coverages.get(suite.config) ?? new Coverage(suite.definition);
    coverages.set(suite.config, coverage);
    return runSuite(suite, options.choices, coverage);
  });
  return reportOf(results, coverages);
}

export function reportOf(
  files: readonly FileResult[],
  coverages: ReadonlyMap<string, Coverage>,
): RoutingTestReport {
  const tests = files.flatMap((file) => file.tests);
  const passed = tests.filter(({ failures }) => failures.length === 0).length;
  return {
    files,
    passed,
    failed: tests.length - passed,
    coverage: Object.fromEntries([...coverages].map(([config, { items }]) => [config, items])),
  };
}

export type { FileError };
