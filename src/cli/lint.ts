import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, systemCode } from '../errors.js';
import { nearMiss } from '../near-miss.js';
import {
  type Finding,
  formatPath,
  type LintOptions,
  type LoadedDefinition,
  lint,
  type PlacedFinding,
  RULE_IDS,
  type RuleId,
  readSeconds,
  sarifOf,
} from '../workspace/index.js';
import { fixText } from '../workspace/lint/fix.js';
import { EXIT, UsageError } from './failure.js';
import { paint, print, type Style } from './print.js';
import { readWorkspaceFile } from './workspace-file.js';

export interface LintCommandOptions {
  readonly env?: string;
  readonly fix?: true;
  readonly json?: true;
  readonly sarif?: true;
  readonly strict?: true;
  readonly ignore: readonly string[];
  readonly samples?: string;
  readonly dialTimeout?: string;
  readonly taskTimeout?: string;
  readonly handlerActivity: readonly string[];
}

const STYLES: Readonly<Record<Finding['severity'], Style>> = {
  error: 'red',
  warning: 'yellow',
  info: 'blue',
};

/**
 * `taskrouter lint`: finds what is, or may be, wrong with a workspace file.
 *
 * @returns 1 if there is an error, or with `strict` anything at all; else 0.
 * @throws {ConfigurationError} for a file that cannot be read.
 */
export async function lintCommand(
  file: string | undefined,
  options: LintCommandOptions,
  version: string,
): Promise<number> {
  const choices = await choicesOf(options);
  const load = () => readWorkspaceFile(file, { environment: options.env, unchecked: true });
  let loaded = await load();
  let findings = lint(loaded.definition, choices);
  let fixed = 0;
  // A fix may uncover another one in the same text.
  for (let round = 0; options.fix && round < 5; round += 1) {
    const text = await readFile(loaded.file, 'utf8');
    const mended = fixText(loaded.file, text, findings, loaded.locate);
    if (mended.fixed.length === 0) break;
    await write(loaded.file, mended.text);
    fixed += mended.fixed.length;
    loaded = await load();
    findings = lint(loaded.definition, choices);
  }
  const placed = findings.map((finding) => place(finding, loaded));
  if (options.sarif) print(JSON.stringify(sarifOf(placed, version), null, 2));
  else if (options.json) print(JSON.stringify({ format: 1, fixed, findings: placed.map(asJson) }, null, 2));
  else printFindings(placed, loaded, fixed);
  const failed =
    findings.some(({ severity }) => severity === 'error') || (options.strict && findings.length > 0);
  return failed ? EXIT.failed : EXIT.ok;
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw new ConfigurationError(
      'cannot-write-definition',
      `${path} cannot be written (${systemCode(cause)}).`,
      { cause },
    );
  }
}

function place(
  finding: Finding,
  { name, locate }: LoadedDefinition & { readonly name: string },
): PlacedFinding {
  const position = locate(finding.path);
  return { ...finding, file: name, line: position?.line, column: position?.column };
}

const asJson = (finding: PlacedFinding) => ({ ...finding, at: formatPath(finding.path) });

function printFindings(
  findings: readonly PlacedFinding[],
  { name }: { readonly name: string },
  fixed: number,
): void {
  for (const { rule, severity, message, path, span, file, line, column } of findings) {
    const where = line === undefined ? file : `${file}:${line}:${column}`;
    const inside = span === undefined ? '' : `, at character ${span.start + 1}`;
    print(`${where} ${paint(STYLES[severity], severity)} ${paint('dim', rule)}`);
    print(`    ${formatPath(path)}${inside}`);
    print(`    ${message.replaceAll('\n', '\n    ')}`);
  }
  if (fixed > 0) print(`${fixed} fixed.`);
  if (findings.length === 0) {
    print(`${name}: nothing found.`);
    return;
  }
  const count = (severity: Finding['severity'], word: string) => {
    const all = findings.filter((one) => one.severity === severity).length;
    return all === 0 ? [] : [`${all} ${word}${all === 1 || word === 'info' ? '' : 's'}`];
  };
  print([...count('error', 'error'), ...count('warning', 'warning'), ...count('info', 'info')].join(', '));
  if (findings.some(({ fix }) => fix))
    print('--fix fixes some of them. docs/workspace.md explains each rule.');
}

async function choicesOf(options: LintCommandOptions): Promise<LintOptions> {
  return {
    ignore: options.ignore.map(ruleOf),
    samples: { tasks: options.samples === undefined ? [] : await samplesIn(options.samples) },
    dialTimeout: secondsOf('--dial-timeout', options.dialTimeout),
    taskTimeout: secondsOf('--task-timeout', options.taskTimeout),
    handlerActivities: options.handlerActivity,
  };
}

function ruleOf(id: string): RuleId {
  const known = RULE_IDS.find((one) => one === id);
  if (known) return known;
  const meant = nearMiss(id, RULE_IDS);
  throw new UsageError(
    `--ignore: there is no rule ${JSON.stringify(id)}. ${meant === undefined ? `Rules: ${RULE_IDS.join(', ')}.` : `Did you mean ${meant}?`}`,
  );
}

function secondsOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = readSeconds(/^\d+$/.test(text) ? Number(text) : text);
  if (seconds !== undefined) return seconds;
  throw new UsageError(`${option}: write a number of seconds, or a time such as 30s or 2h.`);
}

/** The attributes of tasks in a JSON file (one object, or a list of them), or in every JSON file of a folder. */
async function samplesIn(path: string): Promise<readonly object[]> {
  const files = await stat(path).then(
    async (found) =>
      found.isDirectory()
        ? (await readdir(path)).filter((name) => name.endsWith('.json')).map((name) => join(path, name))
        : [path],
    (cause) => {
      throw new UsageError(`--samples: ${path} cannot be read (${systemCode(cause)}).`);
    },
  );
  const all = await Promise.all(
    files.map(async (file): Promise<readonly unknown[]> => {
      try {
        const value: unknown = JSON.parse(await readFile(file, 'utf8'));
        return Array.isArray(value) ? value : [value];
      } catch {
        throw new UsageError(`--samples: ${file} is not JSON.`);
      }
    }),
  );
  return all.flat().flatMap((value) => {
    if (typeof value !== 'object' || value === null) return [];
    // A preset of trigger has the attributes inside.
    const { attributes } = value as { readonly attributes?: unknown };
    return [typeof attributes === 'object' && attributes !== null ? attributes : value];
  });
}
