import { ANY_SID, sidForm } from '../sids.js';
import { namedQueues } from './configuration.js';
import { isSidOf, type NameKind } from './names.js';
import { OPERATIONS } from './spec/index.js';
import type { Operation, ParameterKind, PropertyKind } from './spec/kinds.js';

/** The resources whose SIDs may be written as friendly names in calls; a task channel's name Twilio itself takes. */
export type NamedKind = Extract<NameKind, 'activity' | 'taskQueue' | 'workflow'>;

const NAMED: Readonly<Record<string, NamedKind>> = {
  activity: 'activity',
  taskQueue: 'taskQueue',
  workflow: 'workflow',
};

/** What stands in a path after a collection: the SIDs' prefix and, where names are taken, which. */
const COLLECTIONS: Readonly<Record<string, { prefix: string; kind?: NamedKind; names?: true }>> = {
  Workspaces: { prefix: 'WS' },
  Activities: { prefix: 'WA', kind: 'activity' },
  TaskQueues: { prefix: 'WQ', kind: 'taskQueue' },
  Workflows: { prefix: 'WW', kind: 'workflow' },
  // Twilio itself takes the unique name here.
  TaskChannels: { prefix: 'TC', names: true },
  Channels: { prefix: 'WC', names: true },
  Workers: { prefix: 'WK' },
  Tasks: { prefix: 'WT' },
  Reservations: { prefix: 'WR' },
  Events: { prefix: 'EV' },
};

/** The resources whose own operations change what a name means. */
const NAME_KINDS: Readonly<Record<string, NameKind>> = {
  Activities: 'activity',
  TaskQueues: 'taskQueue',
  Workflows: 'workflow',
  TaskChannels: 'taskChannel',
};

/** What a SID in a path is of, for people. */
const NOUNS: Readonly<Record<string, string>> = {
  WS: 'workspace',
  WA: 'activity',
  WQ: 'task queue',
  WW: 'workflow',
  TC: 'task channel',
  WC: 'worker channel',
  WK: 'worker',
  WT: 'task',
  WR: 'reservation',
  EV: 'event',
};

/** What a string is the SID of: `worker` for `WK…`. */
export function nounOf(text: string): string | undefined {
  return ANY_SID.test(text) ? NOUNS[text.slice(0, 2)] : undefined;
}

interface Placeholder {
  readonly prefix: string;
  readonly noun: string;
  readonly kind: NamedKind | undefined;
  readonly names: boolean;
  readonly sid: RegExp;
}

interface Parameter {
  readonly wire: string;
  readonly kind: string;
  readonly required: boolean;
}

/** An operation, made ready to be sent many times. */
export interface Wire {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** The texts around the placeholders: one more than there are placeholders. */
  readonly texts: readonly string[];
  readonly placeholders: readonly Placeholder[];
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** What the operation is about, where that goes by name. */
  readonly collection: NameKind | undefined;
  /** Whether some parameter or placeholder takes a friendly name. */
  readonly takesNames: boolean;
}

const wires = new Map<Operation, Wire>();

/** The operation as it travels; worked out once, on first use. */
export function wireOf(operation: Operation): Wire {
  let wire = wires.get(operation);
  if (wire === undefined) {
    wire = makeWire(operation);
    wires.set(operation, wire);
  }
  return wire;
}

function makeWire(operation: Operation): Wire {
  const [method, path = ''] = operation.http.split(' ') as [Wire['method'], string];
  const placeholders = [...path.matchAll(/\/(\w+)\/\{\w+\}/g)].map(([, collection = '']) => {
    const { prefix, kind, names = false } = COLLECTIONS[collection] ?? { prefix: '' };
    const noun = NOUNS[prefix] ?? collection;
    return { prefix, noun, kind, names, sid: sidForm(prefix) };
  });
  const parameters = new Map(
    Object.entries(operation.params ?? {}).map(([name, kind]) => [
      name,
      { wire: parameterName(name, operation), kind: bareKind(kind), required: kind.endsWith('!') },
    ]),
  );
  const takesNames =
    placeholders.some(({ kind }) => kind !== undefined) ||
    [...parameters.values()].some(({ kind }) => NAMED[kind] || kind === 'configuration');
  return {
    name: nameOf(operation),
    method,
    texts: path.split(/\{\w+\}/),
    placeholders,
    parameters,
    collection: NAME_KINDS[/\/(\w+)(?:\/\{\w+\})?$/.exec(path)?.[1] ?? ''],
    takesNames,
  };
}

function nameOf(operation: Operation): string {
  for (const [group, operations] of Object.entries(OPERATIONS)) {
    for (const [name, one] of Object.entries(operations)) if (one === operation) return `${group}.${name}`;
  }
  return operation.http;
}

/** `ifMatch` to `If-Match`, `friendlyName` to `FriendlyName`; the names of a JSON body stay. */
export function parameterName(name: string, operation: Operation): string {
  if (operation.params?.[name] === 'version') return 'If-Match';
  return operation.body === 'json' ? name : name.charAt(0).toUpperCase() + name.slice(1);
}

/** `dateCreated` to `date_created`. */
export function propertyName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function bareKind(kind: ParameterKind | PropertyKind): string {
  return /[!?]$/.test(kind) ? kind.slice(0, -1) : kind;
}

/** A friendly name in a call, and how to put a SID in its place. */
export interface NamedArgument {
  readonly kind: NamedKind;
  readonly name: string;
  readonly where:
    | { readonly sid: number }
    /** With a `path`, inside the object that is the parameter's value. */
    | { readonly parameter: string; readonly path?: readonly string[] };
}

/** The friendly names among a call's arguments. */
export function namedArguments(wire: Wire, sids: readonly string[], input: object): readonly NamedArgument[] {
  if (!wire.takesNames) return [];
  const found: NamedArgument[] = [];
  wire.placeholders.forEach(({ kind }, index) => {
    const name = sids[index];
    if (kind && name && !isSidOf(kind, name)) found.push({ kind, name, where: { sid: index } });
  });
  for (const [parameter, value] of Object.entries(input)) {
    if (wire.parameters.get(parameter)?.kind === 'configuration') {
      for (const { name, path } of namedQueues(value)) {
        found.push({ kind: 'taskQueue', name, where: { parameter, path } });
      }
    }
    const kind = NAMED[wire.parameters.get(parameter)?.kind ?? ''];
    if (kind && typeof value === 'string' && value !== '' && !isSidOf(kind, value)) {
      found.push({ kind, name: value, where: { parameter } });
    }
  }
  return found;
}
