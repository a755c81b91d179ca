import { LINT_PAGE, pageOf, RULE_IDS, RULES } from './rules.js';
import type { Finding } from './types.js';

export interface PlacedFinding extends Finding {
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;
/** Findings as SARIF 2.1.0, which code hosts show beside the lines of a change. */
export function sarifOf(findings: readonly PlacedFinding[], version: string): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'taskrouter-kit',
            version,
            informationUri: LINT_PAGE,
            rules: RULE_IDS.map((id) => ({
              id,
              shortDescription: { text: RULES[id][1] },
              helpUri: pageOf(id),
              defaultConfiguration: { level: LEVELS[RULES[id][0]] },
            })),
          },
        },
        results: findings.map(({ rule, severity, message, file, line, column }) => ({
          ruleId: rule,
          ruleIndex: RULE_IDS.indexOf(rule),
          level: LEVELS[severity],
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(file.replaceAll('\\', '/')) },
                ...(line === undefined ? {} : { region: { startLine: line, startColumn: column } }),
              },
            },
          ],
        })),
      },
    ],
  };
}
