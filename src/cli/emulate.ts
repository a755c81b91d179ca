import { createEmulator, type Emulator, type EmulatorEvent } from '../emulator/index.js';
import { ConfigurationError, systemCode } from '../errors.js';
import { consoleLogger } from '../log.js';
import { stopOnSignals } from '../server/shutdown.js';
import { API_KEY_SID, sidPattern } from '../sids.js';
import { loadDefinition } from '../workspace/index.js';
import { readChoices } from './emulator-choices.js';
import { eventLine } from './event-line.js';
import { EXIT, UsageError } from './failure.js';
import { ownModules } from './own-modules.js';
import { pageParts } from './page-parts.js';
import { paint, print } from './print.js';
import { seedFrom } from './seed-from.js';
import { ENV_WITHOUT_FILE } from './workspace-file.js';

export interface EmulateOptions {
  readonly port: number;
  readonly accountSid?: string;
  readonly authToken?: string;
  /** A file that keeps the state across restarts. */
  readonly data?: string;
  /** A file with a workspace definition, to begin with. */
  readonly config?: string;
  /** The environment whose values that file takes. */
  readonly env?: string;
  readonly clock: 'real' | 'virtual';
  readonly unconfirmedParameters?: true;
  /** Each is `SK…:secret`. */
  readonly apiKey: readonly string[];
  /** More host names that the routes under `/_emulator` answer to. */
  readonly allowHost: readonly string[];
  /** Origins of web pages that may call as agents. */
  readonly allowOrigin: readonly string[];
  /** Each is `name=value`. */
  readonly choice: readonly string[];
}

/**
 * `taskrouter emulate`: runs a TaskRouter on this machine until a signal stops it. It prints one line for each thing it
 * does.
 *
 * @throws {ConfigurationError} for a bad account or workspace file, a damaged data file, or a port that is not available.
 */
export async function emulate(options: EmulateOptions): Promise<void> {
  const accountSid = options.accountSid?.trim() || undefined;
  // The variable may hold several tokens during a rotation. The first one signs.
  const authToken = options.authToken?.split(',')[0]?.trim() || undefined;
  const apiKeys = apiKeysOf(options.apiKey, process.env);
  const choices = readChoices(options.choice);
  if (options.env !== undefined && options.config === undefined) throw new UsageError(ENV_WITHOUT_FILE);
  const loaded =
    options.config === undefined
      ? undefined
      : await loadDefinition(options.config, await ownModules(), { environment: options.env });
  const emulator = await createEmulator({
    choices,
    accountSid,
    authToken,
    clock: options.clock,
    dataFile: options.data,
    unconfirmedParameters: options.unconfirmedParameters,
    apiKeys,
    allowHosts: options.allowHost,
    allowOrigins: options.allowOrigin,
    inspector: pageParts(ownModules),
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
          `The last changes are lost: ${options.data} could not be written (${systemCode(error)}). The file is unchanged.`,
        );
        process.exit(EXIT.failed);
      }
      print(options.data === undefined ? 'Stopped.' : `Stopped; the state is in ${options.data}.`);
      return { open: [], clean: true };
    },
  });

  print(`${paint('bold', 'taskrouter emulate')}  ${emulator.url}  ${emulator.clock} clock`);
  print(`  TWILIO_ACCOUNT_SID=${emulator.accountSid}`);
  print(`  TWILIO_AUTH_TOKEN=${authToken === undefined ? emulator.authToken : '(as given)'}`);
  for (const sid of Object.keys(apiKeys)) print(`  API key ${sid} (secret as given)`);
  const count = emulator.workspaces.size;
  print(
    `  ${count} workspace${count === 1 ? '' : 's'}${count === 0 ? `: create one with POST ${emulator.url}/v1/Workspaces` : ''}`,
  );
  print(`  Page ${emulator.url}/`);
  print('Press Ctrl-C to stop.\n');
}

/** A key with its secret, as `--api-key` takes them. */
const API_KEY = new RegExp(`^(${sidPattern('SK')}):(.+)$`);

/** API keys and their secrets, from the command line and from the environment. */
function apiKeysOf(pairs: readonly string[], env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const { TWILIO_API_KEY: key = '', TWILIO_API_SECRET: secret = '' } = env;
  const keys = pairs.map((pair): [string, string] => {
    const [, sid, rest] = API_KEY.exec(pair) ?? [];
    if (sid !== undefined && rest !== undefined) return [sid, rest];
    // The text may be a secret, so the message does not repeat it.
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
      `The emulator cannot listen on port ${port} (${code}). Choose another with --port; 0 picks a free one.`,
      { cause },
    );
  }
}
