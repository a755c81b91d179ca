import type { EngineEvent } from '../../../src/emulator/engine/index.js';
import type { PastEvent } from '../../../src/workspace/replay/read-events.js';

const snakeCase = (name: string) =>
  name.replaceAll(/[A-Z]/g, (letter, at: number) => `${at > 0 ? '_' : ''}${letter.toLowerCase()}`);

/** An event of the engine, as the Events resource has it. */
export const pastEvent = ({ at, type, data }: EngineEvent): PastEvent => ({
  at,
  type,
  data: Object.fromEntries(Object.entries(data).map(([name, value]) => [snakeCase(name), value])),
});
