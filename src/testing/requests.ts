import { type FormPairs, signRequest } from '../signature/index.js';
import { sid } from './sids.js';

/** A signed request, ready for `fetch(request.url, request)`. */
export interface SignedRequest {
  readonly url: string;
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What was signed: the parameters by name. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Attributes as an object, or as the text to send. */
type AttributesInput = object | string;

export interface AssignmentRequestOptions {
  /** The whole URL Twilio was given: `https://hooks.example.com/taskrouter/assignment`. */
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
 * @example
 * const request = assignmentRequest({ url, authToken, task: { type: 'chat' } });
 * const response = await fetch(request.url, request);
 */
export function assignmentRequest(options: AssignmentRequestOptions): SignedRequest {
  return signedForm(options, {
    AccountSid: sid('AC'),
    WorkspaceSid: sid('WS'),
    WorkflowSid: sid('WW'),
    TaskQueueSid: sid('WQ'),
    WorkerSid: sid('WK'),
    WorkerAttributes: textOf(options.worker ?? { contact_uri: 'client:alice' }),
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
  /** The whole URL Twilio was given: `https://hooks.example.com/taskrouter/events`. */
  readonly url: string;
  readonly authToken: string;
  /** `task.created` and the like. */
  readonly type: string;
  /** Parameters to add or replace; `undefined` leaves one out. */
  readonly fields?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An event callback as Twilio sends it: what every event carries, with a resource and, for tasks, workers and
 * reservations, their SIDs and attributes, signed.
 *
 * @example
 * const request = eventRequest({ url, authToken, type: 'task.wrapup', fields: { TaskSid: 'WT…' } });
 */
export function eventRequest(options: EventRequestOptions): SignedRequest {
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
