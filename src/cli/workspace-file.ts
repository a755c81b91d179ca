import { existsSync } from 'node:fs';
import {
  DEFINITION_EXTENSIONS,
  type LoadedDefinition,
  type LoadOptions,
  loadDefinition,
} from '../workspace/load.js';
import { UsageError } from './failure.js';
import { ownModules } from './own-modules.js';

/** A file in the working directory is taken where none was named. */
const USUAL = DEFINITION_EXTENSIONS.map((extension) => `taskrouter.config${extension}`);

export const ENV_WITHOUT_FILE =
  '--env chooses the values of a workspace file, but there is none. Name the file with --config, or leave out --env.';

/** The workspace file in the working directory, if there is one. */
export const usualFile = (): string | undefined => USUAL.find((name) => existsSync(name));

/**
 * Reads the workspace file that was named, or the one in the working directory.
 * @throws {UsageError} if there is none; DefinitionError for one that cannot be used.
 */
export async function readWorkspaceFile(
  file: string | undefined,
  options: LoadOptions,
): Promise<LoadedDefinition & { readonly name: string }> {
  const path = file ?? usualFile();
  if (path === undefined) {
    throw new UsageError(
      'There is no taskrouter.config.ts, .yaml or .json here. Name the workspace file, or create one with taskrouter export.',
    );
  }
  return { ...(await loadDefinition(path, await ownModules(), options)), name: path };
}
