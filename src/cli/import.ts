import { ConfigurationError } from '../errors.js';
import { importDefinition } from '../workspace/index.js';
import { readTextFile } from '../workspace/read-text.js';
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
  const sources = files.map((name) => ({ name, text: textOf(name) }));
  const made = importDefinition(sources, { map: mappingOf(options.map), workspace: options.workspace });
  return writeDefinition(made, options);
}

/** A state of Terraform holds much besides TaskRouter. */
const MOST_BYTES = 100_000_000;

function textOf(file: string): string {
  const read = readTextFile(file, MOST_BYTES);
  if (read.problem === undefined) return read.text;
  throw new ConfigurationError('bad-import', `${file}: ${read.problem}`, { cause: read.cause });
}

/** Pairs `NAME=value`, and JSON files of such pairs. */
function mappingOf(given: readonly string[]): Readonly<Record<string, string>> {
  const all: [string, string][] = [];
  for (const one of given) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(one) ?? [];
    if (name !== undefined && value !== undefined) {
      all.push([name.trim(), value]);
      continue;
    }
    let pairs: unknown;
    try {
      pairs = JSON.parse(textOf(one));
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      throw new UsageError(
        `--map: ${one} is not JSON. Write NAME=value, or name a JSON file of names and values.`,
      );
    }
    for (const [key, text] of Object.entries(pairs ?? {})) all.push([key, String(text)]);
  }
  return Object.fromEntries(all);
}
