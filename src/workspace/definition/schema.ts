import * as v from 'valibot';
import { EVENT_SUBJECTS, meantEventType } from '../../documented-events.js';
import { nearMiss } from '../../near-miss.js';
import { readSeconds } from './seconds.js';

/** The definition's form. The JSON Schema of the files is made of it: scripts/write-schema.ts. */

type Issue = v.BaseIssue<unknown>;

/** What is wrong with a key or a value of the wrong kind, in the words of the file. */
function wrongEntry(known: readonly string[]): (issue: Issue) => string {
  return (issue) => {
    const key = issue.path?.[0]?.key;
    // An own key that is not known is expected to be never there.
    if (issue.expected === 'never') return `${unknownKey(String(key), known)}`;
    if (issue.path !== undefined && issue.received === 'undefined') return 'is missing.';
    return `must be an object with ${known.join(', ')}.`;
  };
}

/** Says that a key is not known, with the near miss. */
export function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearMiss(key, known) ?? partOf(key, known);
  return `is not a key here. ${meant === undefined ? `Keys: ${known.join(', ')}.` : `Did you mean ${JSON.stringify(meant)}?`}`;
}

/** `taskQueues` for `queues`: the one key that has it as its last part. */
function partOf(key: string, known: readonly string[]): string | undefined {
  const lower = key.toLowerCase();
  const [only, ...others] = known.filter((one) => one.toLowerCase().endsWith(lower));
  return others.length === 0 && key.length > 3 ? only : undefined;
}

/** Refuses lists, maps and sets: to the library, they are objects without keys. */
function notIterable<S extends v.GenericSchema>(schema: S): S {
  return {
    ...schema,
    '~run': (dataset: v.UnknownDataset, config: v.Config<v.BaseIssue<unknown>>) => {
      const { value } = dataset;
      const iterable = typeof value === 'object' && value !== null && Symbol.iterator in value;
      return schema['~run'](iterable ? { ...dataset, value: null } : dataset, config);
    },
  };
}

function object<const Entries extends v.ObjectEntries>(entries: Entries) {
  return notIterable(v.strictObject(entries, wrongEntry(Object.keys(entries))));
}

/** An object of Twilio's own form: a key that looks like a slip is refused, any other is passed on. */
function twilioObject<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries);
  return v.pipe(
    notIterable(v.looseObject(entries, wrongEntry(known))),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const input = dataset.value as Record<string, unknown>;
      for (const key of Object.keys(input)) {
        if (known.includes(key) || nearMiss(key, known) === undefined) continue;
        addIssue({
          message: unknownKey(key, known),
          path: [{ type: 'object', origin: 'key', input, key, value: input[key] }],
        });
      }
    }),
  );
}

const text = v.string('must be a string.');
const flag = v.boolean('must be true or false.');
const list = <S extends v.GenericSchema>(item: S) => v.array(item, 'must be a list.');
const order = v.picklist(['FIFO', 'LIFO'], 'must be FIFO or LIFO.');

const whole = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}.`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
};

const seconds = (least: number, most: number) => {
  const message = `must be a time from ${least} to ${most} seconds: a number of seconds, or a string such as '30s', '2m' or '1h30m'.`;
  return v.pipe(
    v.union([v.number(), v.string()], message),
    v.check((value) => {
      const read = readSeconds(value);
      return read !== undefined && read >= least && read <= most;
    }, message),
    v.transform((value) => readSeconds(value)!),
  );
};

/** TaskRouter keeps numbers of tasks and seconds in 32 bits. */
const MOST = 2_147_483_647;

/** A number of Twilio's configuration, which may be a string there. */
const numberOrText = v.nullish(
  v.pipe(
    v.union([v.number(), v.string()], 'must be a whole number.'),
    v.transform((value) => (typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value)),
  ),
);

const names = (kind: string) =>
  v.pipe(
    v.string(),
    v.check((name) => name.trim() !== '', `a ${kind} needs a non-empty name.`),
  );

const plural = (kind: string) => (kind === 'activity' ? 'activities' : `${kind}s`);

const byName = <S extends v.GenericSchema>(kind: string, schema: S) =>
  notIterable(v.record(names(kind), schema, `must be an object of ${plural(kind)} by their names.`));

const url = v.pipe(
  text,
  v.check(
    (value) => value === '' || (/^https?:\/\//.test(value) && URL.canParse(value)),
    'must be a complete URL such as https://hooks.example.com/taskrouter/assignment.',
  ),
);

const attributes = v.custom<object>((value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}, 'must be an object that JSON can represent.');

/** A misspelt type would filter out every event: one that looks like a documented type is refused. */
const eventType = v.union(
  [
    v.pipe(
      text,
      v.check((type) => /^[\w.-]{1,100}$/.test(type), "must be an event type such as 'task.created'."),
      v.check(
        (type) => Object.hasOwn(EVENT_SUBJECTS, type) || meantEventType(type) === undefined,
        ({ input }) =>
          `Twilio documents no event type ${JSON.stringify(input)}. Did you mean ${JSON.stringify(meantEventType(input))}? If Twilio has added it since, write { unlisted: ${JSON.stringify(input)} }.`,
      ),
    ),
    v.pipe(
      object({ unlisted: text }),
      v.transform(({ unlisted }) => unlisted),
    ),
  ],
  "must be an event type such as 'task.created'.",
);

const activity = object({ available: v.optional(flag) });

const taskChannel = object({ friendlyName: v.optional(text), channelOptimizedRouting: v.optional(flag) });

const taskQueue = object({
  targetWorkers: v.optional(text),
  maxReservedWorkers: v.optional(whole(1, 50)),
  taskOrder: v.optional(order),
  reservationActivity: v.optional(text),
  assignmentActivity: v.optional(text),
});

const workerChannel = object({ capacity: v.optional(whole(0, MOST)), available: v.optional(flag) });

const worker = object({
  activity: v.optional(text),
  attributes: v.optional(attributes),
  channels: v.optional(byName('channel', workerChannel)),
});

const target = object({
  queue: v.optional(text),
  priority: v.optional(whole(0, MOST)),
  timeout: v.optional(seconds(1, MOST)),
  expression: v.optional(text),
  orderBy: v.optional(text),
  skipIf: v.optional(text),
  knownWorkerSid: v.optional(text),
  knownWorkerFriendlyName: v.optional(text),
});

const filter = object({ name: v.optional(text), expression: text, targets: list(target) });

const configurationTarget = twilioObject({
  queue: v.nullish(text),
  task_queue_sid: v.nullish(text),
  expression: v.nullish(text),
  priority: numberOrText,
  timeout: v.nullish(
    v.pipe(
      v.union([v.number(), v.string()], 'must be a time in seconds.'),
      v.transform((value) =>
        typeof value === 'string' && /^\s*\d+\s*$/.test(value)
          ? Number(value)
          : (readSeconds(value) ?? value),
      ),
    ),
  ),
  order_by: v.nullish(text),
  skip_if: v.nullish(text),
  known_worker_sid: v.nullish(text),
  known_worker_friendly_name: v.nullish(text),
});

const configurationFilter = twilioObject({
  filter_friendly_name: v.nullish(text),
  friendly_name: v.nullish(text),
  expression: text,
  targets: list(configurationTarget),
});

const configuration = twilioObject({
  task_routing: twilioObject({
    filters: v.nullish(list(configurationFilter)),
    default_filter: v.nullish(configurationTarget),
  }),
});

const workflow = object({
  assignmentCallbackUrl: v.optional(url),
  fallbackAssignmentCallbackUrl: v.optional(url),
  taskReservationTimeout: v.optional(seconds(1, 86_400)),
  filters: v.optional(list(filter)),
  defaultQueue: v.optional(text),
  configuration: v.optional(configuration),
});

export const workspaceSchema = object({
  $schema: v.optional(text),
  friendlyName: v.optional(text),
  multiTaskEnabled: v.optional(flag),
  prioritizeQueueOrder: v.optional(order),
  eventCallbackUrl: v.optional(url),
  eventsFilter: v.optional(list(eventType)),
  defaultActivity: v.optional(text),
  timeoutActivity: v.optional(text),
  activities: v.optional(byName('activity', activity)),
  taskChannels: v.optional(byName('task channel', taskChannel)),
  taskQueues: v.optional(byName('task queue', taskQueue)),
  workers: v.optional(byName('worker', worker)),
  workflows: v.optional(byName('workflow', workflow)),
  // Written out before the check: what is here is for the JSON Schema of the files.
  expressions: v.optional(byName('expression', text)),
  environments: v.optional(
    byName('environment', v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
  ),
});

/** A definition that was checked: of the right form, and with times in seconds. */
export type CheckedDefinition = v.InferOutput<typeof workspaceSchema>;
export type CheckedWorkflow = v.InferOutput<typeof workflow>;

/** The forms of which the schemas of other files are made: plans of simulations, routing tests. */
export const forms = { object, text, flag, list, whole, byName, attributes, worker };
