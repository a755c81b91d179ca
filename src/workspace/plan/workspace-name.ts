import { ConfigurationError } from '../../errors.js';
import type { CheckedDefinition } from '../definition/index.js';

/**
 * The name of the workspace a definition is for: the one that was given, else the definition's own.
 * @throws {ConfigurationError} `no-workspace-name` if nothing says it.
 */
export function workspaceName({ friendlyName }: CheckedDefinition, given: string | undefined): string {
  const name = given ?? friendlyName;
  if (name !== undefined && name.trim() !== '') return name;
  throw new ConfigurationError(
    'no-workspace-name',
    'Nothing says which workspace to use: write friendlyName into the definition, or name one with --workspace.',
  );
}
