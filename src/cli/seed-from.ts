import { type Emulator, type Seeded, type SeedOptions, SeedRefusal } from '../emulator/index.js';
import type { LoadedDefinition, WorkspaceDefinition } from '../workspace/index.js';

/**
 * Seeds an emulator from a file.
 * @throws {DefinitionError} with file and line, also for what only TaskRouter refuses.
 */
export function seedFrom(
  emulator: Pick<Emulator, 'seed'>,
  loaded: Pick<LoadedDefinition, 'definition' | 'error'>,
  options?: SeedOptions,
): Seeded<WorkspaceDefinition> {
  try {
    return emulator.seed(loaded.definition, options);
  } catch (error) {
    if (!(error instanceof SeedRefusal)) throw error;
    throw loaded.error([{ path: error.path, message: error.reason }], error);
  }
}
