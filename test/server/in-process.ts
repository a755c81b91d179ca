import {
  type CallbackOutcome,
  defer,
  defineOtherwise,
  type HandlerDefinition,
  type Logger,
} from 'taskrouter-kit';
import { onTestFinished } from 'vitest';
import { readConfig } from '../../src/server/config.js';
import { type Endpoint, startEndpoint } from '../../src/server/serve.js';
import { TOKEN } from './endpoint-process.js';

export interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** An endpoint in this process, with all it logged. Closed when the test ends. */
export async function startHere(
  env: Readonly<Record<string, string>> = {},
  handlers: readonly HandlerDefinition[] = [defineOtherwise(defer())],
): Promise<Endpoint & { readonly lines: readonly Line[]; readonly outcomes: readonly CallbackOutcome[] }> {
  const lines: Line[] = [];
  const outcomes: CallbackOutcome[] = [];
  const at = (level: Line['level']) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...fields }, message });
  const log: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const config = readConfig({ TWILIO_AUTH_TOKEN: TOKEN, HOST: '127.0.0.1', PORT: '0', ...env });
  const endpoint = await startEndpoint(config, {
    handlers,
    log,
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  onTestFinished(async () => void (await endpoint.close()));
  return { ...endpoint, lines, outcomes };
}

/** The value of a metric, by its name and labels as `/metrics` writes them; 0 when it is not there. */
export async function metric({ adminUrl }: Pick<Endpoint, 'adminUrl'>, name: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}
