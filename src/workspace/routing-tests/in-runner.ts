import {
  loadTests,
  type RoutingTestOptions,
  readTestFile,
  runSuite,
  type TestResult,
  type TestSuite,
} from './suite.js';

/** `test` of vitest, jest or node:test. */
export type TestFunction = (name: string, run: () => Promise<void>) => unknown;

/**
 * Registers the routing tests of a file with a test runner: one line, and each is a test of its own.
 *
 * @param file - YAML or JSON, from the working directory.
 * @throws {FileError} for a file that cannot be read. A workspace file that cannot be used fails each test.
 * @example
 * import { test } from 'vitest';
 * import { routingTests } from 'taskrouter-kit/workspace';
 * routingTests(test, 'routing/calls.tests.yaml');
 */
export function routingTests(test: TestFunction, file: string, options: RoutingTestOptions = {}): void {
  const checked = readTestFile(file);
  let suite: Promise<TestSuite> | undefined;
  checked.value.tests.forEach(({ name }, index) => {
    test(name, async () => {
      suite ??= loadTests(checked, options);
      const loaded = await suite;
      const only = { ...loaded.file.value, tests: [loaded.file.value.tests[index]!] };
      const place = loaded.file.place;
      const [result] = runSuite(
        {
          ...loaded,
          file: { ...loaded.file, value: only, place: ([kind, , ...rest]) => place([kind!, index, ...rest]) },
        },
        options.choices,
      ).tests;
      if (result!.failures.length > 0) throw new Error(failureText(result!));
    });
  });
}

/** Why a test failed, for people. */
export function failureText({ failures }: TestResult): string {
  return failures
    .map(({ place, message, explanation }) =>
      [`${place}: ${message}`, explanation].filter((one) => one !== '').join('\n\n'),
    )
    .join('\n\n');
}
