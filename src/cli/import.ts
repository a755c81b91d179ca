import { readFile } from 'node:fs/promises';
import { ConfigurationError, systemCode } from '../errors.js';
import { importDefinition } from '../workspace/index.js';
import { checkOutput, type OutputOptions, writeDefinition } from './export.js';
import { UsageError } from './failure.js';

export interface ImportCommandOptions extends OutputOptions {
  readonly map: readonly string[];
  readonly workspace?: string;
}

/**
 * `taskrouter import`: writes a definition of what Terraform, JSON templates or the console hold.
 * @returns 0, or 1 if the definition cannot be used as it is.
 * @throws {ConfigurationError} for a file that cannot be read or understood.
 */
export async function importCommand(
  files: readonly string[],
  options: ImportCommandOptions,
): Promise<number> {
  checkOutput(options);
  const sources = await Promise.all(files.map(async (name) => ({ name, text: await textOf(name) })));
  const made = importDefinition(sources, { map: await mappingOf(options.map), workspace: options.workspace });
  return writeDefinition(made, options);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigurationError('bad-import', `${file} cannot be read (${systemCode(cause)}).`, { cause });
  }
}

/** Pairs `NAME=value`, and JSON files of such pairs. */
async function mappingOf(given: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const all: [string, string][] = [];
  for (const one of given) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(one) ?? [];
    if (name !== undefined && value !== undefined) {
      all.push([name.trim(), value]);
      continue;
    }
    let pairs: unknown;
    try {
      pairs = JSON.parse(await textOf(one));
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      throw new UsageError(
        `--map: ${one} is no JSON. Write NAME=value, or name a JSON file of names and values.`,
      );
    }
    for (const [key, text] of Object.entries(pairs ?? {})) all.push([key, String(text)]);
  }
  return Object.fromEntries(all);
}
