import { ConfigurationError } from '../errors.js';
import type { Emulator } from './interface.js';

/** What changes an emulator, or waits for a change. What only looks goes on after its end. */
const ACTS = [
  'seed',
  'createTask',
  'enqueue',
  'staff',
  'agent',
  'hangUp',
  'updateParticipant',
  'until',
  'advance',
  'trouble',
  'restore',
  'reset',
  'listen',
] as const satisfies readonly (keyof Emulator)[];

/** @throws {ConfigurationError} once the emulator has ended. */
export function refuseClosed(what: string): never {
  throw new ConfigurationError(
    'closed',
    `The emulator is closed, and ${what} would do nothing: call it before close(), or create a new emulator with createEmulator().`,
  );
}

/** Makes whatever changes the emulator throw once it has ended, or reject where it promises something. */
export function refusingOnceClosed(emulator: Emulator, isClosed: () => boolean): Emulator {
  for (const name of ACTS) {
    const method = emulator[name] as (...given: readonly unknown[]) => unknown;
    const isAsync = ['advance', 'restore', 'reset'].includes(name);
    const guarded = (...given: readonly unknown[]) => {
      if (isClosed()) {
        if (!isAsync) return refuseClosed(`${name}()`);
        return Promise.resolve().then(() => refuseClosed(`${name}()`));
      }
      return method(...given);
    };
    Object.defineProperty(emulator, name, { value: guarded, enumerable: true });
  }
  return emulator;
}
