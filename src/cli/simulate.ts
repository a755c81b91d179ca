import { accessSync, constants, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigurationError, systemCode } from '../errors.js';
import {
  compareText,
  figuresOf,
  reportHtml,
  reportText,
  simulate as simulateDays,
} from '../workspace/simulate/index.js';
import { EXIT, UsageError } from './failure.js';
import { ownModules } from './own-modules.js';
import { print } from './print.js';

export interface SimulateOptions {
  readonly config?: string;
  readonly compare?: string;
  readonly env?: string;
  readonly seed?: number;
  readonly replications?: number;
  readonly json?: true;
  /** Where to write a report for a browser. */
  readonly html?: string;
}

/**
 * `taskrouter simulate`: waiting times and occupancy of a plan.
 *
 * @returns 0, whatever the figures are.
 * @throws {ConfigurationError} when the plan or the workspace file cannot be used, or the report cannot be written; nothing was
 *   simulated then.
 */
export async function simulate(plan: string, options: SimulateOptions): Promise<number> {
  const { json, html, env: environment, ...rest } = options;
  // Said before the days are simulated, which may take minutes.
  if (html === '') throw new UsageError('--html: name the file to write, such as report.html.');
  if (html !== undefined) refuseUnwritable(html);
  const progress = progressOn(process.stderr);
  const simulation = await simulateDays(plan, {
    ...rest,
    environment,
    modules: await ownModules(),
    onDay: progress.show,
  }).finally(progress.clear);
  const { report, base, other, config, otherName } = simulation;
  if (html !== undefined) {
    const origin = { planFile: plan, config, other: otherName };
    await writeFile(html, reportHtml({ report, base, other, origin })).catch(cannotWrite(html));
    print(`The report is in ${html}.`);
  } else if (json) print(JSON.stringify(report, null, 2));
  else if (other) {
    const origin = { planFile: plan, config, other: otherName };
    print(compareText(report, figuresOf(other), base.plan, origin));
  } else print(reportText(report, base.plan, { planFile: plan, config }));
  return EXIT.ok;
}

const cannotWrite = (file: string) => (cause: unknown) => {
  throw new ConfigurationError(
    'cannot-write-report',
    `${file} cannot be written (${systemCode(cause)}). Give --html a file in an existing folder that can be written to.`,
    { cause },
  );
};

function refuseUnwritable(file: string): void {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    accessSync(found ? file : dirname(file), constants.W_OK);
  } catch (cause) {
    cannotWrite(file)(cause);
  }
}

/** One line that is written again and again, on a terminal alone. */
function progressOn(stream: NodeJS.WriteStream) {
  let shown = '';
  return {
    show(done: number, of: number) {
      const text = `day ${done} of ${of}`;
      if (!stream.isTTY || (done % Math.ceil(of / 100) !== 0 && done !== of)) return;
      shown = text;
      stream.write(`\r${text}`);
    },
    clear() {
      if (shown !== '') stream.write(`\r${' '.repeat(shown.length)}\r`);
    },
  };
}
