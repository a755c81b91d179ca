import { exitAfterLog } from './log-output.js';
import type { Endpoint } from './serve.js';

/**
 * Stops the endpoint on SIGTERM and SIGINT and ends the process: 0 when every callback was answered, 1 when some were
 * cut. A second signal ends it at once. An error nobody caught stops it in the same way, with 1: the state it leaves
 * is unknown, and other processes can take over what this one has open.
 *
 * @param exit - ends the process.
 * @param onUncaught - takes errors that nobody caught, and the process goes on: for development.
 */
export function stopOnSignals(
  endpoint: Pick<Endpoint, 'close' | 'log'>,
  exit: (code: number) => void = exitAfterLog,
  onUncaught?: (error: unknown) => void,
): void {
  const { log } = endpoint;
  let stopping = false;

  async function stop(code: number): Promise<void> {
    if (stopping) {
      log.warn({}, 'Second signal: ending at once');
      return exit(1);
    }
    stopping = true;
    try {
      const { open, clean } = await endpoint.close();
      if (clean) log.info({}, 'The endpoint has stopped; every callback was answered');
      else log.error({ open }, 'The endpoint has stopped at its time limit; these callbacks were cut off');
      exit(clean ? code : 1);
    } catch (error) {
      log.error({ err: error }, 'The endpoint could not stop cleanly');
      exit(1);
    }
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!stopping) log.info({ signal }, 'The endpoint is stopping');
      void stop(0);
    });
  }
  process.on('uncaughtException', (error) => {
    if (onUncaught) return onUncaught(error);
    log.error({ err: error }, 'Uncaught error: stopping. Look for a promise without await');
    if (!stopping) void stop(1);
  });
}
