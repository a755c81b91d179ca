import { escapeXml as xml } from '../escape-xml.js';
import { failureText } from './in-runner.js';
import type { RoutingTestReport } from './suite.js';

export const REPORTERS = ['spec', 'junit', 'json'] as const;
export type Reporter = (typeof REPORTERS)[number];

export interface ReportOptions {
  readonly coverage?: boolean | undefined;
}

/** The results of routing tests as text: for people, as JUnit's XML, or as JSON. */
export function reportRoutingTests(
  report: RoutingTestReport,
  reporter: Reporter,
  { coverage = false }: ReportOptions = {},
): string {
  switch (reporter) {
    case 'spec':
      return [spec(report), ...(coverage ? ['', coverageText(report)] : [])].join('\n');
    case 'junit':
      return junit(report);
    case 'json':
      return JSON.stringify(
        { format: 1, ...report, coverage: coverage ? report.coverage : undefined },
        null,
        2,
      );
  }
}

function spec({ files, passed, failed }: RoutingTestReport): string {
  const lines = files.flatMap(({ file, tests }) => [
    file,
    ...tests.flatMap((test) => [
      `  ${test.failures.length === 0 ? '✓' : '✗'} ${test.name} (${test.ms.toFixed(0)} ms)`,
      ...(test.failures.length === 0 ? [] : [failureText(test).replaceAll(/^(?=.)/gm, '      ')]),
    ]),
  ]);
  const total = passed + failed;
  const count = `${total} test${total === 1 ? '' : 's'}`;
  return [
    ...lines,
    '',
    failed === 0 ? `${count} passed` : `${count}: ${passed} passed, ${failed} failed`,
  ].join('\n');
}

function coverageText({ coverage }: RoutingTestReport): string {
  return Object.entries(coverage)
    .flatMap(([config, items]) => {
      const missed = items.filter(({ reached }) => !reached);
      return [
        `Coverage of ${config}: ${items.length - missed.length} of ${items.length} filters, targets and skip conditions`,
        ...missed.map(
          ({ workflow, kind, name }) =>
            `  ${workflow}: ${kind === 'skip condition' ? `skip condition ${name} was true in no test` : `${name} was reached by no test`}`,
        ),
      ];
    })
    .join('\n');
}

function junit({ files, passed, failed }: RoutingTestReport): string {
  const suites = files.map(({ file, tests }) => {
    const cases = tests.map((test) => {
      const head = `    <testcase name="${xml(test.name)}" classname="${xml(file)}" time="${(test.ms / 1_000).toFixed(3)}"`;
      if (test.failures.length === 0) return `${head}/>`;
      const [first] = test.failures;
      const message = first!.message.split('\n').join(' ');
      return `${head}>\n      <failure message="${xml(message)}">${xml(failureText(test))}</failure>\n    </testcase>`;
    });
    const broken = tests.filter(({ failures }) => failures.length > 0).length;
    return [
      `  <testsuite name="${xml(file)}" tests="${tests.length}" failures="${broken}">`,
      ...cases,
      '  </testsuite>',
    ].join('\n');
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${passed + failed}" failures="${failed}">`,
    ...suites,
    '</testsuites>',
  ].join('\n');
}
