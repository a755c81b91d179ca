import { readFile } from 'node:fs/promises';
import { systemCode } from '../errors.js';
import { TASK_SID } from '../sids.js';
import { explainOffline, readMs, usableDefinition } from '../workspace/index.js';
import { EXIT, UsageError } from './failure.js';
import { localUrl } from './local-url.js';
import { ownModules } from './own-modules.js';
import { print } from './print.js';

export interface ExplainOptions {
  /** The address of the emulator. */
  readonly url: string;
  /** A workspace file: no emulator is asked. */
  readonly config?: string;
  /** With `config`: the attributes, as JSON or in a file. */
  readonly task?: string;
  readonly at?: string;
  readonly workflow?: string;
  readonly channel?: string;
  /** With `config`: its environment. */
  readonly env?: string;
}

const LIMIT_MS = 10_000;
/** Twilio's code for a resource that does not exist. */
const NOT_FOUND = 20404;

/**
 * `taskrouter explain`: explains why a task of a running emulator is where it is, or, with a workspace file, the way a task
 * would take.
 *
 * @returns 0 with an explanation; 1 if the emulator does not know the task, or no emulator answers.
 * @throws {UsageError} when the SID or the URL is malformed.
 */
export async function explain(taskSid: string | undefined, options: ExplainOptions): Promise<number> {
  const { url, config, ...offline } = options;
  if (config !== undefined) return withoutServer(taskSid, config, offline);
  if (taskSid === undefined) {
    throw new UsageError(
      'Give the SID of a task in the emulator, or --config FILE and --task FILE for a task that could arrive.',
    );
  }
  const lost = Object.keys(offline)[0];
  if (lost !== undefined)
    throw new UsageError(`--${lost} is for a task that could arrive: give --config too.`);
  if (!TASK_SID.test(taskSid)) {
    throw new UsageError('A task SID is WT and 32 hexadecimal digits. The emulator prints it.');
  }
  const asked = new URL(`/_emulator/tasks/${taskSid}/explain`, localUrl(url));
  let response: Response;
  let text: string;
  try {
    response = await fetch(asked, {
      headers: { accept: 'text/plain' },
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    text = await response.text();
  } catch {
    return failed(`Nothing answers at ${asked.origin}. Start an emulator with taskrouter-kit emulate.`);
  }
  if (response.ok && text.startsWith(`Task ${taskSid} `)) {
    print(text.trimEnd());
    return EXIT.ok;
  }
  if (response.status === 403 && text.includes('"foreign-host"')) {
    return failed(
      `The emulator does not accept the host name ${asked.hostname}. Start it with --allow-host ${asked.hostname}.`,
    );
  }
  return failed(
    response.status === 404 && isRefusal(text)
      ? `The emulator at ${asked.origin} has no such task. It forgets completed tasks after a few minutes.`
      : `The server at ${asked.origin} is not an emulator (${response.status}). Use the URL that taskrouter-kit emulate prints.`,
  );
}

/** The way of a task that could come, through a workspace file. */
async function withoutServer(
  taskSid: string | undefined,
  config: string,
  { task, at, workflow, channel, env: environment }: Omit<ExplainOptions, 'url' | 'config'>,
): Promise<number> {
  if (taskSid !== undefined) throw new UsageError('Give a task SID, or --config and --task, but not both.');
  if (task === undefined)
    throw new UsageError("Give the task's attributes too: --task attributes.json, or --task '{…}'.");
  const ms = at === undefined ? 0 : readMs(at);
  if (ms === undefined) throw new UsageError("--at must be a duration, such as '90s' or '3m'.");
  const definition = await usableDefinition(config, { modules: await ownModules(), environment });
  print(
    explainOffline(definition, {
      attributes: await attributesOf(task),
      workflow,
      taskChannel: channel,
      at: ms,
    }),
  );
  return EXIT.ok;
}

async function attributesOf(task: string): Promise<object> {
  const file = task.startsWith('@') ? task.slice(1) : task;
  const inline = task.trimStart().startsWith('{');
  let parsed: unknown;
  try {
    parsed = JSON.parse(inline ? task : await readFile(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'is not JSON' : `cannot be read (${systemCode(cause)})`;
    throw new UsageError(`--task: ${inline ? 'the text' : file} ${why}.`, { cause });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new UsageError('--task must be a JSON object: the attributes of the task.');
}

/** An emulator's own 404, not that of any server. */
function isRefusal(text: string): boolean {
  try {
    return JSON.parse(text).code === NOT_FOUND;
  } catch {
    return false;
  }
}

function failed(message: string): number {
  console.error(message);
  return EXIT.failed;
}
