import { basename } from 'node:path';
import { ConfigurationError } from '../../errors.js';
import { definitionOf, type MadeDefinition } from '../export/definition-of.js';
import type { Parts } from '../export/parts.js';
import { aliasOf, filled, type Mapping, readTemplate } from './placeholders.js';
import {
  type FoundResource,
  isTerraform,
  type Kind,
  restResources,
  terraformResources,
} from './resources.js';

/** A file to import, as it was read. */
export interface ImportSource {
  /** Its name; a workflow that has none of its own is called so, without the ending. */
  readonly name: string;
  readonly text: string;
}

export interface ImportOptions {
  /** What `${…}` in workflows stands for, and the names of queues by SID. */
  readonly map?: Mapping | undefined;
  /** Of several workspaces, the one with this name or SID. */
  readonly workspace?: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Makes a definition of what others keep: the output of `terraform show -json`, workflow configurations with or without
 * placeholders, and resources as the REST API and the console show them. Several files make one definition.
 *
 * @throws {ConfigurationError} `bad-import` for a file that is none of these.
 * @example
 * importDefinition([{ name: 'calls.json', text }], { map: { QUEUE_SID_SUPPORT: 'Support' } }).definition.workflows
 */
export function importDefinition(
  sources: readonly ImportSource[],
  options: ImportOptions = {},
): MadeDefinition {
  const map = options.map ?? {};
  const resources: FoundResource[] = [];
  for (const { name, text } of sources) {
    const found = resourcesOf(readTemplate(name, text, map), name);
    if (!found) {
      throw new ConfigurationError(
        'bad-import',
        `${name} contains nothing from TaskRouter. Give the output of terraform show -json, a workflow configuration with task_routing, or resources from the REST API.`,
      );
    }
    resources.push(...found);
  }
  const meant = chosen(resources, options.workspace);
  const { definition, warnings } = definitionOf(partsOf(meant, map));
  const left = placeholdersIn(definition);
  return {
    // A kind the files say nothing about is left alone.
    definition: Object.fromEntries(
      Object.entries(definition).filter(([, value]) => !isFields(value) || Object.keys(value).length > 0),
    ),
    warnings: [
      ...warnings,
      ...lostAttributes(meant),
      ...left.map(
        (one) =>
          `${one} has no meaning yet: give it one with --map, or write $${one} where it is literal text.`,
      ),
    ],
  };
}

/** Whether a file that was read holds something to import rather than a definition. */
export const isImportable = (value: unknown): boolean => resourcesOf(value, '') !== undefined;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function resourcesOf(value: unknown, name: string): readonly FoundResource[] | undefined {
  if (isTerraform(value)) return terraformResources(value);
  if (isFields(value) && 'task_routing' in value) {
    return [
      {
        kind: 'workflow',
        fields: { friendlyName: basename(name).replace(/\.\w+$/, ''), configuration: value },
      },
    ];
  }
  const found = restResources(value);
  return found.length === 0 ? undefined : found;
}

/** The resources of one workspace. */
function chosen(resources: readonly FoundResource[], wanted: string | undefined): readonly FoundResource[] {
  const workspaces = resources.filter(({ kind }) => kind === 'workspace');
  if (workspaces.length <= 1 && wanted === undefined) return resources;
  const fits = workspaces.filter(({ fields }) => wanted === fields.friendlyName || wanted === fields.sid);
  if (fits.length !== 1) {
    const names = workspaces.map(({ fields }) => `${JSON.stringify(fields.friendlyName)} (${fields.sid})`);
    throw new ConfigurationError(
      'bad-import',
      `Choose a workspace with --workspace: ${names.join(', ') || 'the files have none'}.`,
    );
  }
  const [{ fields: own }] = fits as [FoundResource];
  return resources.filter(({ kind, fields }) =>
    kind === 'workspace' ? fields.sid === own.sid : (fields.workspaceSid ?? own.sid) === own.sid,
  );
}

function partsOf(resources: readonly FoundResource[], map: Mapping): Parts {
  const of = (kind: Kind) => resources.filter((one) => one.kind === kind).map(({ fields }) => fields);
  const named = (fields: Fields) => ({ sid: text(fields.sid), friendlyName: String(fields.friendlyName) });
  const [workspace] = of('workspace');
  return {
    workspace: workspace && {
      ...named(workspace),
      multiTaskEnabled: flag(workspace.multiTaskEnabled),
      prioritizeQueueOrder: text(workspace.prioritizeQueueOrder),
      eventCallbackUrl: text(workspace.eventCallbackUrl),
      eventsFilter: words(workspace.eventsFilter ?? workspace.eventFilters),
      defaultActivity: text(workspace.defaultActivitySid),
      timeoutActivity: text(workspace.timeoutActivitySid),
    },
    activities: of('activity').map((one) => ({ ...named(one), available: flag(one.available) })),
    taskChannels: of('taskChannel').map((one) => ({
      ...named(one),
      uniqueName: String(one.uniqueName),
      channelOptimizedRouting: flag(one.channelOptimizedRouting),
    })),
    taskQueues: of('taskQueue').map((one) => ({
      ...named(one),
      targetWorkers: text(one.targetWorkers),
      maxReservedWorkers: number(one.maxReservedWorkers),
      taskOrder: text(one.taskOrder),
      reservationActivity: text(one.reservationActivitySid),
      assignmentActivity: text(one.assignmentActivitySid),
    })),
    workers: of('worker').map((one) => ({ ...named(one), attributes: object(one.attributes) })),
    workflows: of('workflow').map((one) => ({
      ...named(one),
      assignmentCallbackUrl: text(one.assignmentCallbackUrl),
      fallbackAssignmentCallbackUrl: text(one.fallbackAssignmentCallbackUrl),
      taskReservationTimeout: number(one.taskReservationTimeout),
      configuration: configurationOf(one.configuration, String(one.friendlyName), map),
    })),
    alias: (name) => aliasOf(name, map),
  };
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
const flag = (value: unknown) =>
  value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined;
const number = (value: unknown) =>
  typeof value === 'number'
    ? value
    : typeof value === 'string' && /^\d+$/.test(value)
      ? Number(value)
      : undefined;
const words = (value: unknown) =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean)
    : Array.isArray(value)
      ? value.map(String)
      : undefined;

function object(value: unknown): object | undefined {
  if (isFields(value)) return value;
  try {
    const read: unknown = JSON.parse(String(value));
    return isFields(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Attributes that would be gone without a word. */
function lostAttributes(resources: readonly FoundResource[]): readonly string[] {
  return resources
    .filter(({ kind, fields }) => kind === 'worker' && fields.attributes && !object(fields.attributes))
    .map(
      ({ fields }) =>
        `The attributes of the worker ${JSON.stringify(fields.friendlyName)} are not a JSON object: they are left out.`,
    );
}

/** In Terraform and in the REST API a configuration is a string. */
function configurationOf(value: unknown, name: string, map: Mapping): unknown {
  return typeof value === 'string'
    ? readTemplate(`The configuration of ${name}`, value, map)
    : filled(value, map);
}

/** Placeholders that are left in expressions and URLs. */
function placeholdersIn(value: unknown): readonly string[] {
  const all = new Set<string>();
  const visit = (one: unknown) => {
    if (typeof one === 'string') for (const [found] of one.matchAll(/\$\{[^}]*\}/g)) all.add(found);
    else if (typeof one === 'object' && one !== null) Object.values(one).forEach(visit);
  };
  visit(value);
  return [...all];
}
