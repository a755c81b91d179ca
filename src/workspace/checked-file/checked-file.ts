import { dirname, extname, resolve } from 'node:path';
import * as v from 'valibot';
import { ConfigurationError } from '../../errors.js';
import {
  type DefinitionPath,
  type DefinitionProblem,
  formatPath,
  problemLines,
  unusableNames,
} from '../definition/index.js';
import { readJson, readYaml } from '../locate.js';
import { readTextFile } from '../read-text.js';

/** A file that cannot be used. The message has the first hundred problems, each with file, line and path. */
export class FileError extends ConfigurationError {
  readonly problems: readonly DefinitionProblem[];

  constructor(code: string, lines: readonly string[], problems: readonly DefinitionProblem[]) {
    super(code, lines.join('\n'));
    this.problems = problems;
  }
}

/** What was read from a file and checked. */
export interface CheckedFile<T> {
  /** The file as the user named it. */
  readonly file: string;
  readonly value: T;
  /** `calls.yaml:12:5`, or the file alone where the place is not known. */
  place(path: DefinitionPath): string;
  /** Puts file, line and path in front of problems that show only when the file is used. */
  error(problems: readonly DefinitionProblem[]): FileError;
}

/** What kind of file it is. */
export interface FileKind {
  /** As an error names it: `plan`. */
  readonly noun: string;
  /** The code of the errors. */
  readonly code: string;
}

/**
 * Reads a YAML or JSON file and checks it against a schema.
 * @throws {FileError} for a file that cannot be read or used.
 */
export function readCheckedFile<S extends v.GenericSchema>(
  file: string,
  schema: S,
  kind: FileKind,
): CheckedFile<v.InferOutput<S>> {
  const { value, locate, problem } = readValue(file, kind);
  const place = (path: DefinitionPath): string => {
    const position = locate(path);
    return position === undefined ? file : `${file}:${position.line}:${position.column}`;
  };
  const error = (problems: readonly DefinitionProblem[]): FileError => {
    const lines = problemLines(problems, ({ path, message }) => {
      const at = path.length === 0 ? place(path) : `${place(path)}: ${formatPath(path)}`;
      return `${at}: ${message}`;
    });
    return new FileError(kind.code, lines, problems);
  };
  if (problem !== undefined) throw problem;
  const unusable = unusableNames(value);
  if (unusable.length > 0) throw error(unusable);
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw error(parsed.issues.map(problemOf));
  return { file, value: parsed.output, place, error };
}

/** Reads a file without checking what it says: to tell what kind it is. @throws {FileError} */
export function readUncheckedFile(file: string, kind: FileKind): unknown {
  const { value, problem } = readValue(file, kind);
  if (problem !== undefined) throw problem;
  return value;
}

/** A path in a file is beside that file. */
export const beside = (file: string, path: string): string => resolve(dirname(file), path);

function readValue(file: string, { noun, code }: FileKind) {
  const extension = extname(file).toLowerCase();
  if (!['.yaml', '.yml', '.json'].includes(extension)) {
    throw new FileError(code, [`${file} is not a ${noun}: its name must end in .yaml, .yml or .json.`], []);
  }
  const { text, problem: why } = { text: '', ...readTextFile(file) };
  if (why !== undefined) throw new FileError(code, [`The ${noun} ${file}: ${why}`], []);
  const read = extension === '.json' ? readJson(text) : readYaml(text);
  if (read.error === undefined) return { ...read, problem: undefined };
  const { message, position } = read.error;
  const where = position === undefined ? file : `${file}:${position.line}:${position.column}`;
  return { ...read, problem: new FileError(code, [`${where}: ${message}`], [{ path: [], message }]) };
}

function problemOf(issue: v.BaseIssue<unknown>): DefinitionProblem {
  const path: DefinitionPath = (issue.path ?? []).map(({ key }) =>
    typeof key === 'number' ? key : String(key),
  );
  const message =
    path.length === 0 && issue.message.startsWith('must be') ? `The file ${issue.message}` : issue.message;
  return { path, message };
}
