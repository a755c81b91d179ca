import type { EventType } from '../callbacks/event-types.js';
import { ConfigurationError } from '../errors.js';
import { refuseUnknownKeys } from '../near-miss.js';
import { type FormPairs, signRequest } from '../signature/index.js';
import { CALLABLE_WORKER, sid } from './sids.js';

/** A signed request, ready for `fetch(request.url, request)`. */
export interface SignedRequest {
  readonly url: string;
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What was signed: the parameters by name. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Attributes as an object, or as the string to send. */
type AttributesInput = object | string;

export interface AssignmentRequestOptions {
  /** The whole URL you gave Twilio: `https://hooks.example.com/taskrouter/assignment`. */
  readonly url: string;
  readonly authToken: string;
  /** Default `{}`. */
  readonly task?: AttributesInput;
  /** Default: a worker who can be reached at `client:alice`. */
  readonly worker?: AttributesInput;
  /** Parameters to add or replace; `undefined` leaves one out. SIDs are random unless given here. */
  readonly fields?: Readonly<Record<string, string | undefined>>;
  /** Other headers to send. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An assignment callback as Twilio sends it: the twelve documented parameters, signed.
 *
 * @throws {ConfigurationError} for an unknown or missing option.
 * @example
 * const request = assignmentRequest({ url, authToken, task: { type: 'chat' } });
 * const response = await fetch(request.url, request);
 */
export function assignmentRequest(options: AssignmentRequestOptions): SignedRequest {
  checkOptions(options, ASSIGNMENT_OPTIONS, 'assignmentRequest');
  return signedForm(options, {
    AccountSid: sid('AC'),
    WorkspaceSid: sid('WS'),
    WorkflowSid: sid('WW'),
    TaskQueueSid: sid('WQ'),
    WorkerSid: sid('WK'),
    WorkerAttributes: textOf(options.worker ?? CALLABLE_WORKER),
    TaskSid: sid('WT'),
    TaskAttributes: textOf(options.task ?? {}),
    TaskAge: '0',
    TaskPriority: '0',
    ReservationSid: sid('WR'),
    Timestamp: epochSeconds(),
    ...options.fields,
  });
}

export interface EventRequestOptions {
  /** The whole URL you gave Twilio: `https://hooks.example.com/taskrouter/events`. */
  readonly url: string;
  readonly authToken: string;
  /** `task.created` and the like. Any string is sent, because an endpoint should tolerate types that Twilio adds. */
  readonly type: EventType;
  /** Parameters to add or replace; `undefined` leaves one out. */
  readonly fields?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An event callback as Twilio sends it: what every event carries, with a resource and, for tasks, workers and
 * reservations, their SIDs and attributes, signed.
 *
 * @throws {ConfigurationError} for an unknown or missing option.
 * @example
 * const request = eventRequest({ url, authToken, type: 'task.wrapup', fields: { TaskSid: 'WT…' } });
 */
export function eventRequest(options: EventRequestOptions): SignedRequest {
  checkOptions(options, EVENT_OPTIONS, 'eventRequest');
  const [resource = 'workspace'] = options.type.split('.');
  const resourceSid = sid(PREFIXES[resource] ?? 'WS');
  const now = Date.now();
  return signedForm(options, {
    EventType: options.type,
    Sid: sid('EV'),
    AccountSid: sid('AC'),
    WorkspaceSid: sid('WS'),
    WorkspaceName: 'Contact centre',
    EventDescription: `${options.type} happened`,
    ResourceType: resource,
    ResourceSid: resourceSid,
    Timestamp: epochSeconds(),
    TimestampMs: String(now),
    ...subjectOf(resource, resourceSid),
    ...options.fields,
  });
}

const PREFIXES: Readonly<Record<string, string>> = {
  activity: 'WA',
  reservation: 'WR',
  task: 'WT',
  'task-channel': 'TC',
  'task-queue': 'WQ',
  worker: 'WK',
  workflow: 'WW',
};

function subjectOf(resource: string, resourceSid: string): Readonly<Record<string, string>> {
  const task = { TaskSid: sid('WT'), TaskAttributes: '{}', TaskAge: '0', TaskPriority: '0' };
  const worker = { WorkerSid: sid('WK'), WorkerName: 'alice', WorkerAttributes: '{}' };
  const place = { TaskQueueSid: sid('WQ'), WorkflowSid: sid('WW') };
  switch (resource) {
    case 'task':
      return { ...task, ...place, TaskSid: resourceSid };
    case 'worker':
      return { ...worker, WorkerSid: resourceSid };
    case 'reservation':
      return { ...task, ...worker, ...place, ReservationSid: resourceSid };
    case 'activity':
      return { ActivitySid: resourceSid, ActivityName: 'Available', ActivityAvailable: 'true' };
    default:
      return {};
  }
}

const COMMON_OPTIONS = ['url', 'authToken', 'fields', 'headers'] as const;
const ASSIGNMENT_OPTIONS = [...COMMON_OPTIONS, 'task', 'worker'] as const satisfies ReadonlyArray<
  keyof AssignmentRequestOptions
>;
const EVENT_OPTIONS = [...COMMON_OPTIONS, 'type'] as const satisfies ReadonlyArray<keyof EventRequestOptions>;

/** Without a token the request would be signed with "undefined", and the test would end with an unexplained 403. */
function checkOptions(options: object, known: readonly string[], what: string): void {
  refuseUnknownKeys(options ?? {}, known, what);
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  for (const name of known.includes('type') ? ['url', 'authToken', 'type'] : ['url', 'authToken']) {
    if (typeof given[name] === 'string' && given[name] !== '') continue;
    throw new ConfigurationError('bad-option', `${what}: ${name} must be a non-empty string.`);
  }
}

function signedForm(
  { url, authToken, headers }: { url: string; authToken: string; headers?: Readonly<Record<string, string>> },
  given: Readonly<Record<string, string | undefined>>,
): SignedRequest {
  const pairs: FormPairs = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    url,
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': signRequest({ url, params: pairs, authToken }),
      ...headers,
    },
    body: new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString(),
    fields: Object.fromEntries(pairs),
  };
}

function textOf(attributes: AttributesInput): string {
  return typeof attributes === 'string' ? attributes : JSON.stringify(attributes);
}

function epochSeconds(): string {
  return String(Math.floor(Date.now() / 1_000));
}
