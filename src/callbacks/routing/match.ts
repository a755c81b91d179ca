import { ConfigurationError } from '../../errors.js';
import { nearMiss } from '../../near-miss.js';
import { ANY_SID } from '../../sids.js';
import { isSchema, type OutputOf, type Schema } from '../../standard-schema.js';
import type { AssignmentContext } from '../context.js';

/** A SID, or several of which one must fit. */
export type OneOrMore = string | readonly string[];

/**
 * Which assignments a handler is for. Every condition given must hold; the first registered match wins. `task` and
 * `worker` may be Standard Schemas: one that fails means "not this handler", one that passes types the attributes.
 */
export interface AssignmentMatch<TS = undefined, WS = undefined> {
  /** What logs and metrics call the handler. Default: the function's name, or its place in the order. */
  readonly name?: string;
  /** `WS…`. Here and below you may write a friendly name instead, if the router has a client. */
  readonly workspace?: OneOrMore;
  /** `WW…`, or the workflow's name. */
  readonly workflow?: OneOrMore;
  /** `WQ…`, or the queue's name: the queue the task was in. */
  readonly queue?: OneOrMore;
  /** `WK…`, the worker's name, or a schema of the worker's attributes. */
  readonly worker?: OneOrMore | WS;
  /**
   * Unique name of the task channel, such as `voice`. Twilio's documented callback does not name it: it comes from the
   * parameter `TaskChannelUniqueName` if sent, else from the router's option `channelOf`, else the client looks up the
   * task. The router needs one of these two options.
   */
  readonly channel?: OneOrMore;
  /** A schema of the task's attributes. */
  readonly task?: TS;
  /** Runs last, with the attributes as the schemas returned them. */
  readonly where?: (
    context: AssignmentContext<OutputOf<NoInfer<TS>>, OutputOf<NoInfer<WS>>>,
  ) => boolean | Promise<boolean>;
}

/** The parameters a match can name by SID, and how their SIDs begin. */
export const SID_CONDITIONS = { workspace: 'WS', workflow: 'WW', queue: 'WQ', worker: 'WK' } as const;

export type SidCondition = keyof typeof SID_CONDITIONS;

/** A match, checked and in one shape. */
export interface Conditions {
  readonly sids: Readonly<Partial<Record<SidCondition, readonly string[]>>>;
  readonly channel: readonly string[] | undefined;
  readonly task: Schema | undefined;
  readonly worker: Schema | undefined;
  readonly where: ((context: AssignmentContext) => boolean | Promise<boolean>) | undefined;
}

const OPTIONS = ['name', 'workspace', 'workflow', 'queue', 'worker', 'channel', 'task', 'where'];

/** A match with any schemas, as registration uses it. */
export type AnyMatch = AssignmentMatch<Schema | undefined, Schema | undefined>;

/** What a router can find out by itself. */
export interface Abilities {
  /** A friendly name's SID: it has a client, and not one for each account. */
  readonly names: boolean;
  /** A task's channel: it has a client, or the option `channelOf`. */
  readonly channel: boolean;
  /** Apply an instruction by REST, and so defer an answer: it has a client. */
  readonly rest: boolean;
}

/**
 * Checks a match when it is registered, so that no live call is the first to find a mistake.
 *
 * @throws {ConfigurationError} with a sentence that says what to write instead.
 */
export function readMatch(match: AnyMatch, at: string, can: Abilities): Conditions {
  for (const option of Object.keys(match)) {
    if (!OPTIONS.includes(option)) {
      const meant = nearMiss(option, OPTIONS);
      const hint = meant ? `Did you mean "${meant}"?` : `Conditions: ${OPTIONS.join(', ')}.`;
      throw refuse(at, `"${option}" is not a condition. ${hint}`);
    }
  }
  const sids: Partial<Record<SidCondition, readonly string[]>> = {};
  for (const [condition, prefix] of Object.entries(SID_CONDITIONS) as Array<[SidCondition, string]>) {
    const value = match[condition];
    if (value === undefined || (condition === 'worker' && isSchema(value))) continue;
    sids[condition] = listOf(value, condition, at).map((sid) =>
      readSid(sid, condition, prefix, at, can.names),
    );
  }
  const channel = match.channel === undefined ? undefined : listOf(match.channel, 'channel', at);
  if (channel && !can.channel) {
    throw refuse(
      at,
      'channel can never match, because a callback does not name its task channel. Pass createTaskRouter the option ' +
        'client or channelOf, or match on an attribute instead.',
    );
  }
  if (match.task !== undefined && !isSchema(match.task)) {
    throw refuse(at, 'task must be a Standard Schema of the attributes, such as z.object({ … }) from zod.');
  }
  if (match.where !== undefined && typeof match.where !== 'function') {
    throw refuse(at, 'where must be a function of the context that returns true or false.');
  }
  return {
    sids,
    channel,
    task: match.task,
    worker: isSchema(match.worker) ? match.worker : undefined,
    where: match.where as Conditions['where'],
  };
}

function listOf(value: unknown, condition: string, at: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw refuse(at, `${condition} is an empty list, so this handler could never run.`);
  return list.map((one) => {
    if (typeof one === 'string' && one !== '') return one;
    const schema = condition === 'worker' ? ', or a Standard Schema of the attributes' : '';
    throw refuse(at, `${condition} must be a non-empty string, or a list of them${schema}.`);
  });
}

/** Whether a value of a condition is a SID, and not a friendly name. */
export function isSidOf(condition: SidCondition, value: string): boolean {
  return value.startsWith(SID_CONDITIONS[condition]) && ANY_SID.test(value);
}

function readSid(value: string, condition: SidCondition, prefix: string, at: string, names: boolean): string {
  if (isSidOf(condition, value)) return value;
  if (ANY_SID.test(value)) {
    throw refuse(
      at,
      `${condition} is the SID of something else: it must begin with ${prefix}, not ${value.slice(0, 2)}.`,
    );
  }
  if (names) return value;
  throw refuse(
    at,
    `${condition} "${value}" is not a SID (${prefix} and 32 hexadecimal digits). A friendly name needs a REST ` +
      'client to look it up: pass createTaskRouter the option client (one, not a function), or write the SID.',
  );
}

/** Whether every callback that fits `later` was taken by `earlier` already. */
export function shadows(earlier: Conditions, later: Conditions): boolean {
  if (earlier.task || earlier.worker || earlier.where) return false;
  const covers = (wide: readonly string[] | undefined, narrow: readonly string[] | undefined) =>
    wide === undefined || (narrow?.every((value) => wide.includes(value)) ?? false);
  const conditions = Object.keys(SID_CONDITIONS) as SidCondition[];
  return (
    conditions.every((condition) => covers(earlier.sids[condition], later.sids[condition])) &&
    covers(earlier.channel, later.channel)
  );
}

function refuse(at: string, what: string): ConfigurationError {
  return new ConfigurationError('bad-match', `${at}: ${what}`);
}
