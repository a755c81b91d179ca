import { readConfig } from '../server/config.js';
import { loadHandlers } from '../server/load-handlers.js';
import { startEndpoint } from '../server/serve.js';
import { stopOnSignals } from '../server/shutdown.js';

/**
 * `taskrouter serve`: the endpoint, until a signal stops it.
 *
 * @throws ConfigurationError when the environment, the handlers or a port are not as they must be.
 */
export async function serve(): Promise<void> {
  const config = readConfig(process.env);
  stopOnSignals(await startEndpoint(config, { handlers: await loadHandlers(config.handlersDir) }));
}
