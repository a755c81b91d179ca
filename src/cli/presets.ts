import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { OFFERED_TASKS, type OfferedTask } from '../emulator/offered-tasks.js';
import { nearMiss, refuseUnknownKeys } from '../near-miss.js';
import { importFile, type Modules } from '../workspace/import-file.js';
import { readJson, readYaml } from '../workspace/locate.js';
import { UsageError } from './failure.js';

export type Preset = OfferedTask;

const KEYS = ['workflow', 'preset', 'taskChannel', 'attributes', 'priority', 'timeout'] as const;

/** Where presets of one's own are. */
const FOLDER = 'presets';
const EXTENSIONS = ['.json', '.yaml', '.yml', '.ts', '.mts', '.js', '.mjs'];

/** The names of all presets: files first, for a file of the same name goes before what is built in. */
export function presetNames(): readonly string[] {
  return [...new Set([...fileNames(), ...Object.keys(OFFERED_TASKS)])];
}

/** The names of the files in `presets/`. */
export function fileNames(): readonly string[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER)
    .filter((name) => EXTENSIONS.includes(extname(name)))
    .map((name) => basename(name, extname(name)))
    .sort();
}

/**
 * A preset by its name.
 *
 * @returns the preset, and whether it is built in.
 * @throws {UsageError} for a name nothing has, with the near miss, and for a file that is no preset.
 */
export async function loadPreset(
  name: string,
  modules: () => Promise<Modules>,
): Promise<{ readonly preset: Preset; readonly builtIn: boolean }> {
  const file = /^[\w-]+$/.test(name)
    ? EXTENSIONS.map((extension) => join(FOLDER, name + extension)).find((path) => existsSync(path))
    : undefined;
  if (file !== undefined) return { preset: await readPreset(file, modules), builtIn: false };
  const builtIn = Object.hasOwn(OFFERED_TASKS, name) ? OFFERED_TASKS[name] : undefined;
  if (builtIn) return { preset: builtIn, builtIn: true };
  const names = presetNames();
  const meant = nearMiss(name, names);
  throw new UsageError(
    `There is no preset ${JSON.stringify(name)}. ${meant === undefined ? `Presets: ${names.join(', ')}` : `Did you mean ${JSON.stringify(meant)}?`} ` +
      `Your own presets are files such as ${FOLDER}/${/^[\w-]+$/.test(name) ? name : 'refund'}.json.`,
  );
}

async function readPreset(file: string, modules: () => Promise<Modules>): Promise<Preset> {
  const value = await readValue(file, modules);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(
      `${file} is not a preset: it must be an object such as { "attributes": { "type": "refund" } }.`,
    );
  }
  refuseUnknownKeys(value, KEYS, file);
  return value;
}

async function readValue(file: string, modules: () => Promise<Modules>): Promise<unknown> {
  if (!/\.(json|ya?ml)$/.test(file)) {
    try {
      const { exports } = await importFile(resolve(file), await modules());
      const made: unknown = exports.default;
      return typeof made === 'function' ? await (made as () => unknown)() : made;
    } catch (cause) {
      throw new UsageError(
        `${file} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }
  const text = await readFile(file, 'utf8');
  const { value, error } = file.endsWith('.json') ? readJson(text) : readYaml(text);
  if (error === undefined) return value;
  const { position, message } = error;
  throw new UsageError(
    `${file}${position === undefined ? '' : `:${position.line}:${position.column}`}: ${message}`,
  );
}
