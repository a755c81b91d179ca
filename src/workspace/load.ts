import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigurationError, systemCode } from '../errors.js';
import { nearMiss } from '../near-miss.js';
import {
  checkDefinition,
  DefinitionError,
  type DefinitionProblem,
  expandDefinition,
  extentProblem,
  formatPath,
  unusableNames,
  Variables,
  type WorkspaceDefinition,
  withVariables,
} from './definition/index.js';
import { importDefinition, isImportable } from './import/import.js';
import { type Imported, importFile, type Modules } from './import-file.js';
import { type Locate, locateInScript, type ReadText, readJson, readYaml } from './locate.js';
import { readTextFile } from './read-text.js';

/** A definition that was read from a file and checked. */
export interface LoadedDefinition {
  /** The whole path of the file. */
  readonly file: string;
  /** The file, the files it imports by a path, and the file of the environment's values. */
  readonly files: readonly string[];
  readonly definition: WorkspaceDefinition;
  /** Puts file, line and path in front of problems that show only when the definition is used. */
  error(problems: readonly DefinitionProblem[], cause?: unknown): DefinitionError;
  /** The place of a path, or of its longest part that is in the file. */
  readonly locate: Locate;
}

const SCRIPTS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];
const FORMATS: Readonly<Record<string, (text: string) => ReadText>> = {
  '.json': readJson,
  '.yaml': readYaml,
  '.yml': readYaml,
};

export interface LoadOptions {
  /** The environment whose values `env` and `${env.NAME}` stand for. */
  readonly environment?: string | undefined;
  /** Look no further than whether the file can be read, so that more can be said about it. Default: false. */
  readonly unchecked?: boolean | undefined;
}

/** The extensions of files that can hold a definition. */
export const DEFINITION_EXTENSIONS: readonly string[] = [...SCRIPTS, ...Object.keys(FORMATS)];

/**
 * Reads a workspace definition from a file: TypeScript or JavaScript with a default export, YAML or JSON.
 *
 * @param modules - what the file's imports of this package are; see {@link importFile}.
 * @throws {DefinitionError} with file, line and path of each problem; ConfigurationError `no-definition` for a file that
 *   cannot be read.
 * @example
 * const { definition } = await loadDefinition('taskrouter.config.ts');
 */
export async function loadDefinition(
  file: string,
  modules: Modules = {},
  options: LoadOptions = {},
): Promise<LoadedDefinition> {
  const path = resolve(file);
  const extension = extname(path).toLowerCase();
  const text = readText(path, file, extension);
  const read = FORMATS[extension];
  const { variables, valuesFile } = await variablesFor(path, options.environment);
  const {
    value,
    locate,
    files: imports,
  } = read
    ? { ...parsed(file, read(text)), files: [path] }
    : {
        ...(await withVariables(variables, () => defaultExport(file, path, modules))),
        locate: locateInScript(path, text),
      };
  if (read && isImportable(value)) return imported(file, path, text);
  const files = valuesFile === undefined ? imports : [...imports, valuesFile];
  const error: LoadedDefinition['error'] = (problems, cause) =>
    new DefinitionError(problems, place(file, locate), { cause });
  try {
    const beyond = read ? undefined : extentProblem(value);
    if (beyond) throw new DefinitionError([beyond]);
    const lost = unusableNames(value);
    if (lost.length > 0) throw new DefinitionError(lost);
    const definition = expanded(file, value, variables);
    if (options.unchecked !== true) checkDefinition(definition);
    return { file: path, files, definition, error, locate };
  } catch (cause) {
    if (cause instanceof DefinitionError) throw error(cause.problems, cause);
    throw cause;
  }
}

interface EnvironmentValues {
  readonly variables: Variables;
  readonly valuesFile?: string;
}

/** The values of an environment: those of `.env.<name>` beside the file, before those of the process. */
async function variablesFor(path: string, environment: string | undefined): Promise<EnvironmentValues> {
  if (environment === undefined) return { variables: new Variables() };
  if (!/^[\w-]+$/.test(environment)) {
    throw new ConfigurationError(
      'unknown-environment',
      'The name of an environment has only letters, digits, _ and -.',
    );
  }
  const valuesFile = join(dirname(path), `.env.${environment}`);
  try {
    const values = parseEnv(await readFile(valuesFile, 'utf8'));
    const variables = new Variables(environment, values as Record<string, string>);
    variables.known.add(environment);
    return { variables, valuesFile };
  } catch (cause) {
    const code = systemCode(cause);
    if (code !== 'ENOENT') {
      throw new ConfigurationError('no-definition', `${valuesFile} cannot be read (${code}).`, { cause });
    }
    const variables = new Variables(environment);
    // The name may be a misspelt one of these.
    for (const name of await readdir(dirname(path)).catch(() => []))
      if (name.startsWith('.env.')) variables.known.add(name.slice('.env.'.length));
    return { variables };
  }
}

/** What others keep, such as the output of `terraform show -json`: made into a definition, which has no lines in the file. */
function imported(file: string, path: string, text: string): LoadedDefinition {
  const locate: Locate = () => undefined;
  const error: LoadedDefinition['error'] = (problems, cause) =>
    new DefinitionError(problems, place(file, locate), { cause });
  const { definition } = importDefinition([{ name: file, text }]);
  try {
    checkDefinition(definition);
  } catch (cause) {
    if (cause instanceof DefinitionError) throw error(cause.problems, cause);
    throw cause;
  }
  return { file: path, files: [path], definition, error, locate };
}

/** An environment that nobody knows is the cause of whatever else is wrong, so it is told first. */
function expanded(file: string, value: unknown, variables: Variables): WorkspaceDefinition {
  try {
    return expandDefinition(value, variables) as WorkspaceDefinition;
  } finally {
    checkEnvironment(file, variables);
  }
}

/** @throws {ConfigurationError} for an environment that neither the file nor a file beside it knows. */
function checkEnvironment(file: string, { environment, known }: Variables): void {
  if (environment === undefined || known.has(environment)) return;
  const meant = nearMiss(environment, known);
  const hint =
    meant === undefined
      ? `Write its values under environments, or into .env.${environment} beside the file.`
      : `Did you mean "${meant}"?`;
  throw new ConfigurationError(
    'unknown-environment',
    `${file} has no environment ${JSON.stringify(environment)}. ${hint}`,
  );
}

function readText(path: string, file: string, extension: string): string {
  if (!DEFINITION_EXTENSIONS.includes(extension)) {
    throw new ConfigurationError(
      'no-definition',
      `${file} is not a workspace file: its name must end in ${DEFINITION_EXTENSIONS.join(', ')}.`,
    );
  }
  const read = readTextFile(path);
  if (read.problem === undefined) return read.text;
  throw new ConfigurationError('no-definition', `The workspace file ${file}: ${read.problem}`, {
    cause: read.cause,
  });
}

function parsed(file: string, read: ReadText): ReadText {
  if (read.error === undefined && (read.value === undefined || read.value === null)) {
    throw new DefinitionError(
      [{ path: [], message: 'is empty. Start with workers, taskQueues and workflows.' }],
      () => file,
    );
  }
  if (read.error === undefined) return read;
  const { message, position } = read.error;
  const where = position === undefined ? file : `${file}:${position.line}:${position.column}`;
  throw new DefinitionError([{ path: [], message }], () => where);
}

interface Script {
  readonly value: unknown;
  readonly files: readonly string[];
}

async function defaultExport(file: string, path: string, modules: Modules): Promise<Script> {
  let imported: Imported;
  let value: unknown;
  try {
    imported = await importFile(path, modules);
    value = await imported.exports.default;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new DefinitionError([{ path: [], message: `cannot be loaded: ${message.trim()}` }], () => file, {
      cause,
    });
  }
  if (value !== undefined) return { value, files: imported.files };
  const message = 'has no default export. Write: export default { … } satisfies WorkspaceDefinition;';
  throw new DefinitionError([{ path: [], message }], () => file);
}

function place(file: string, locate: Locate) {
  return ({ path }: DefinitionProblem): string => {
    const position = locate(path);
    const where = position === undefined ? file : `${file}:${position.line}:${position.column}`;
    return path.length === 0 ? where : `${where}: ${formatPath(path)}`;
  };
}
