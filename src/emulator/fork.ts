import { createEngine, type Engine, type EngineOptions } from './engine/index.js';

/**
 * A second engine in the state of the first one, at the same time, which stands still. What is done to it touches
 * nothing else: no callback is sent, nothing is saved.
 *
 * @param choices - those of the first one.
 * @example
 * const fork = forkEngine(engine, choices, clock.now());
 * fork.dispatch('updateWorker', { workspaceSid, sid, activitySid });
 */
export function forkEngine(
  engine: Pick<Engine, 'snapshot'>,
  choices: Omit<EngineOptions, 'now' | 'sid' | 'snapshot'>,
  now: number,
): Engine {
  return createEngine({ ...choices, now: () => now, snapshot: engine.snapshot() });
}
