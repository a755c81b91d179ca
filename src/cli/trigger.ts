import { readFile } from 'node:fs/promises';
import { EXIT, UsageError } from './failure.js';
import { localUrl } from './local-url.js';
import { ownModules } from './own-modules.js';
import { loadPreset, type Preset } from './presets.js';
import { print } from './print.js';

export interface TriggerOptions {
  /** Where the local TaskRouter is. */
  readonly url: string;
  /** JSON, or `@file`: over those of the preset. */
  readonly attributes?: string;
  /** Name or SID. */
  readonly workflow?: string;
  readonly channel?: string;
  readonly priority?: number;
  readonly json?: true;
}

const LIMIT_MS = 10_000;

/**
 * `taskrouter trigger`: makes a task in a running `taskrouter dev` or `emulate`.
 *
 * @returns 0 when the task was made; 1 when nothing answers at the URL, or the task was refused.
 * @throws {UsageError} for a preset or attributes that are none.
 */
export async function trigger(name: string, options: TriggerOptions): Promise<number> {
  const url = new URL('/_emulator/tasks', localUrl(options.url));
  const { preset, builtIn } = await loadPreset(name, ownModules);
  const task = {
    ...withOptions(preset, options, await readAttributes(options.attributes)),
    // The workspace of the user need not have the channels of presets that are ours.
    ...(builtIn && options.channel === undefined ? { anyChannel: true } : {}),
  };
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(task),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    text = await response.text();
  } catch {
    return failed(`Nothing answers at ${url.origin}: start taskrouter-kit dev, or give the --url it prints.`);
  }
  const made = parse(text);
  if (!response.ok) {
    return failed(
      typeof made?.message === 'string'
        ? `The task was refused: ${made.message}`
        : `What answers at ${url.origin} is not a local TaskRouter (${response.status}): give the --url that taskrouter-kit dev prints.`,
    );
  }
  if (typeof made?.sid !== 'string') {
    return failed(
      `What answers at ${url.origin} is not a local TaskRouter: give the --url that taskrouter-kit dev prints.`,
    );
  }
  print(
    options.json
      ? JSON.stringify(made)
      : `${made.sid}  ${made.workflow} on ${made.taskChannel}, ${made.assignmentStatus}`,
  );
  return EXIT.ok;
}

function withOptions(preset: Preset, options: TriggerOptions, attributes: object): Preset {
  return {
    ...preset,
    attributes: { ...preset.attributes, ...attributes },
    ...(options.workflow === undefined ? {} : { workflow: options.workflow }),
    ...(options.channel === undefined ? {} : { taskChannel: options.channel }),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
  };
}

async function readAttributes(given: string | undefined): Promise<object> {
  if (given === undefined) return {};
  let text = given;
  if (given.startsWith('@')) {
    try {
      text = await readFile(given.slice(1), 'utf8');
    } catch (cause) {
      throw new UsageError(`--attributes: the file ${given.slice(1)} cannot be read.`, { cause });
    }
  }
  const value = parse(text);
  if (value === undefined) {
    throw new UsageError(
      `--attributes must be a JSON object, such as '{"language":"es"}', or @file with one.`,
    );
  }
  return value;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function failed(message: string): number {
  console.error(message);
  return EXIT.failed;
}
