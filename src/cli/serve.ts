import { readConfig } from '../server/config.js';
import { loadHandlers } from '../server/load-handlers.js';
import { startEndpoint } from '../server/serve.js';
import { stopOnSignals } from '../server/shutdown.js';

/**
 * `taskrouter serve`: the endpoint, until a signal stops it.
 *
 * @throws {ConfigurationError} when the environment, the handlers or a port are not as they must be.
 */
export async function serve(): Promise<void> {
  // A handler that prints to a pipe nobody reads, or to a full disk, does not end the endpoint.
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error').on('error', () => {});
  }
  const config = readConfig(process.env);
  const handlers = await loadHandlers(config.handlersDir);
  await startEndpoint(config, { handlers, onListening: (endpoint) => stopOnSignals(endpoint) });
}
