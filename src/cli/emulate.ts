import { createEmulator, type Emulator, type EmulatorEvent } from '../emulator/index.js';
import { ConfigurationError, systemCode } from '../errors.js';
import { consoleLogger } from '../log.js';
import { stopOnSignals } from '../server/shutdown.js';
import { API_KEY_SID, sidPattern } from '../sids.js';
import { loadDefinition } from '../workspace/index.js';
import { eventLine } from './event-line.js';
import { EXIT, UsageError } from './failure.js';
import { ownModules } from './own-modules.js';
import { paint, print } from './print.js';
import { seedFrom } from './seed-from.js';

export interface EmulateOptions {
  readonly port: number;
  readonly accountSid?: string;
  readonly authToken?: string;
  /** Keeps the state over a restart. */
  readonly data?: string;
  /** A file with a workspace definition, to begin with. */
  readonly config?: string;
  readonly clock: 'real' | 'virtual';
  readonly unconfirmedParameters?: true;
  /** `SK…:secret`, each. */
  readonly apiKey: readonly string[];
  /** Names by which the routes under `/_emulator` may be called. */
  readonly allowHost: readonly string[];
}

/**
 * `taskrouter emulate`: a TaskRouter on this machine alone, until a signal stops it. It prints what it does, one line
 * a step.
 *
 * @throws {ConfigurationError} for a bad account or workspace file, a damaged data file, or a port that cannot be listened on.
 */
export async function emulate(options: EmulateOptions): Promise<void> {
  const accountSid = options.accountSid?.trim() || undefined;
  // Several tokens are for endpoints, while one replaces another; what signs is the first.
  const authToken = options.authToken?.split(',')[0]?.trim() || undefined;
  const apiKeys = apiKeysOf(options.apiKey, process.env);
  const loaded =
    options.config === undefined ? undefined : await loadDefinition(options.config, await ownModules());
  const emulator = await createEmulator({
    accountSid,
    authToken,
    clock: options.clock,
    dataFile: options.data,
    unconfirmedParameters: options.unconfirmedParameters,
    apiKeys,
    allowHosts: options.allowHost,
    port: false,
  });
  try {
    if (loaded) {
      const { friendlyName = 'Workspace' } = loaded.definition;
      // A data file may hold this workspace already: it is changed to what the definition says.
      const kept = [...emulator.workspaces.values()].find(
        ({ workspace }) => workspace.friendlyName === friendlyName,
      );
      seedFrom(emulator, loaded, { workspaceSid: kept?.workspace.sid });
    }
    await listen(emulator, options.port);
  } catch (error) {
    await emulator.close();
    throw error;
  }
  emulator.watch((news: EmulatorEvent) => print(eventLine(news)));
  stopOnSignals({
    log: consoleLogger,
    async close() {
      try {
        await emulator.close();
      } catch (error) {
        console.error(
          `The last changes are lost: ${options.data} could not be written (${systemCode(error)}), and is as it was.`,
        );
        process.exit(EXIT.failed);
      }
      print(options.data === undefined ? 'Stopped.' : `Stopped; the state is in ${options.data}.`);
      return { open: [], clean: true };
    },
  });

  print(`${paint('bold', 'taskrouter emulate')}  ${emulator.url}  ${emulator.clock} clock`);
  print(`  TWILIO_ACCOUNT_SID=${emulator.accountSid}`);
  print(`  TWILIO_AUTH_TOKEN=${authToken === undefined ? emulator.authToken : '(as it was given)'}`);
  for (const sid of Object.keys(apiKeys)) print(`  API key ${sid} (its secret as it was given)`);
  const count = emulator.workspaces.size;
  print(
    `  ${count} workspace${count === 1 ? '' : 's'}${count === 0 ? `: make one with POST ${emulator.url}/v1/Workspaces` : ''}`,
  );
  print('Up until Ctrl-C.\n');
}

/** A key with its secret, as `--api-key` takes them. */
const API_KEY = new RegExp(`^(${sidPattern('SK')}):(.+)$`);

/** The secrets of API keys by their SIDs: those of the command line, and the one of the environment. */
function apiKeysOf(pairs: readonly string[], env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const { TWILIO_API_KEY: key = '', TWILIO_API_SECRET: secret = '' } = env;
  const keys = pairs.map((pair): [string, string] => {
    const [, sid, rest] = API_KEY.exec(pair) ?? [];
    if (sid !== undefined && rest !== undefined) return [sid, rest];
    // The text may be a secret: it is not repeated.
    throw new UsageError('--api-key takes SK and 32 hexadecimal digits, a colon, and the secret.');
  });
  if (key !== '' && !API_KEY_SID.test(key.trim())) {
    throw new UsageError(
      'TWILIO_API_KEY is not SK and 32 hexadecimal digits: correct it, or leave it unset.',
    );
  }
  const own: readonly [string, string][] = key === '' || secret === '' ? [] : [[key.trim(), secret.trim()]];
  return Object.fromEntries([...own, ...keys]);
}

async function listen(emulator: Emulator, port: number): Promise<void> {
  try {
    await emulator.listen(port);
  } catch (cause) {
    const code = systemCode(cause);
    throw new ConfigurationError(
      code === 'EADDRINUSE' ? 'port-in-use' : 'cannot-listen',
      `The emulator cannot listen on port ${port} (${code}): give another one with --port, or 0 for any that is free.`,
      { cause },
    );
  }
}
