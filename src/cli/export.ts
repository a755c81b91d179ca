import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { ConfigurationError, systemCode } from '../errors.js';
import {
  checkDefinition,
  DefinitionError,
  type DefinitionFormat,
  exportWorkspace,
  type MadeDefinition,
  printDefinition,
} from '../workspace/index.js';
import { type AccountOptions, accountClient } from './account.js';
import { EXIT, UsageError } from './failure.js';

export interface OutputOptions {
  readonly out?: string;
  readonly format?: DefinitionFormat;
  /** Overwrite a file. */
  readonly force?: true;
}

export interface ExportCommandOptions extends AccountOptions, OutputOptions {
  readonly workspace?: string;
  readonly workers?: boolean;
}

/**
 * `taskrouter export`: writes a live workspace as a definition.
 * @returns 0, or 1 if the definition could not be used as it is.
 */
export async function exportCommand(options: ExportCommandOptions): Promise<number> {
  const workspace = options.workspace ?? process.env.TWILIO_WORKSPACE_SID;
  if (workspace === undefined || workspace === '') {
    throw new UsageError(
      'Say which workspace to export: --workspace with its name or SID, or TWILIO_WORKSPACE_SID.',
    );
  }
  checkOutput(options);
  const made = await exportWorkspace(accountClient(options), workspace, { workers: options.workers });
  return writeDefinition(made, options);
}

const FORMATS: Readonly<Record<string, DefinitionFormat>> = {
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.json': 'json',
  '.ts': 'ts',
  '.mts': 'ts',
};

/** @throws {UsageError} for a file that exists already, before anything is read. */
export function checkOutput({ out, force, format }: OutputOptions): void {
  if (out === undefined) return;
  if (existsSync(out) && !force) {
    throw new UsageError(`${out} already exists. Name another file, or overwrite it with --force.`);
  }
  if (format === undefined && FORMATS[extname(out).toLowerCase()] === undefined) {
    throw new UsageError(`${out}: the name must end in ${Object.keys(FORMATS).join(', ')}, or say --format.`);
  }
}

/** Writes a definition to the file or the standard output, and warnings to the error output. */
export async function writeDefinition(
  { definition, warnings }: MadeDefinition,
  options: OutputOptions,
): Promise<number> {
  const { out } = options;
  const format = options.format ?? (out === undefined ? 'yaml' : FORMATS[extname(out).toLowerCase()]!);
  const text = printDefinition(definition, format);
  if (out === undefined) process.stdout.write(text);
  else {
    try {
      await writeFile(out, text);
    } catch (cause) {
      throw new ConfigurationError(
        'cannot-write-definition',
        `${out} cannot be written (${systemCode(cause)}).`,
        {
          cause,
        },
      );
    }
    console.error(`Wrote ${out}.`);
  }
  for (const warning of warnings) console.error(`Warning: ${warning}`);
  try {
    checkDefinition(definition);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    console.error(`The definition cannot be used as it is:\n${error.message}`);
    return EXIT.failed;
  }
}
