import * as v from 'valibot';
import { nearMiss } from '../../../near-miss.js';
import { duration } from '../../checked-file/duration-schema.js';
import { forms } from '../../definition/schema.js';
import { type Distribution, factorDistribution, timeDistribution } from './distribution.js';
import { readTimeOfDay } from './time-of-day.js';

/** The form of a plan: what comes, who works, and how long it is watched. */

const { object, text, list, whole, byName, attributes, worker } = forms;

const timeOfDay = v.pipe(
  v.unknown(),
  v.check((value) => readTimeOfDay(value) !== undefined, "must be a time of day such as '08:30'."),
  v.transform((value) => readTimeOfDay(value)!),
);

const rate = v.pipe(
  v.number('must be a number, 0 or more.'),
  v.check((value) => value >= 0 && value <= 1e6, 'must be a number from 0 to 1000000.'),
);

const poisson = v.pipe(
  object({ perMinute: v.optional(rate), perHour: v.optional(rate) }),
  v.check(
    ({ perMinute, perHour }) => (perMinute === undefined) !== (perHour === undefined),
    'must have perMinute or perHour.',
  ),
  v.transform(({ perMinute, perHour }) =>
    perMinute === undefined ? perHour! / 3_600_000 : perMinute / 60_000,
  ),
);

const arrivals = list(
  v.pipe(
    object({ from: timeOfDay, poisson: v.optional(poisson), every: v.optional(timeDistribution) }),
    v.check(
      ({ poisson, every }) => (poisson === undefined) !== (every === undefined),
      'must have poisson, such as { perMinute: 4.2 }, or every, a length of time between two arrivals.',
    ),
  ),
);

/** `{ from: '08:00', exponential: { mean: 2m } }` */
const fromThen = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset: { value: entry }, addIssue, NEVER }) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry) || !('from' in entry)) {
      const misspelt = Object.keys(entry ?? {}).find((key) => nearMiss(key, ['from']) !== undefined);
      if (misspelt === undefined)
        addIssue({ message: "must have from, a time of day such as '08:30', and a distribution." });
      else
        addIssue({
          message: 'is not a key here. Did you mean "from"?',
          path: [{ type: 'object', origin: 'key', input: {}, key: misspelt, value: undefined }],
        });
      return NEVER;
    }
    const { from, ...rest } = entry;
    const time = v.safeParse(object({ from: timeOfDay }), { from });
    const distribution = v.safeParse(timeDistribution, rest);
    for (const { message, path } of [...(time.issues ?? []), ...(distribution.issues ?? [])])
      addIssue(path === undefined ? { message } : { message, path });
    if (!time.success || !distribution.success) return NEVER;
    return { from: time.output.from, distribution: distribution.output };
  }),
);

/** One distribution, or several, each from a time of day on. */
const always = v.pipe(
  timeDistribution,
  v.transform((distribution) => [{ from: undefined, distribution }]),
);
const changing = v.lazy(
  (value): v.GenericSchema<unknown, Changing> => (Array.isArray(value) ? list(fromThen) : always),
);

type Changing = readonly { readonly from: number | undefined; readonly distribution: Distribution }[];

const tasks = object({
  workflow: v.optional(text),
  taskChannel: v.optional(text),
  attributes: v.optional(attributes),
  priority: v.optional(whole(0, 2_147_483_647)),
  timeout: v.optional(duration),
  arrivals,
  handling: changing,
  patience: v.optional(changing),
});

const staff = object({
  attributes: v.optional(attributes),
  channels: worker.entries.channels,
  schedule: list(object({ from: timeOfDay, count: whole(0, 15_000) })),
});

export const planSchema = object({
  config: v.optional(text),
  seed: v.optional(whole(0, 4_294_967_295)),
  replications: v.optional(whole(1, 100_000)),
  period: object({ from: timeOfDay, to: timeOfDay, warmUp: v.optional(duration) }),
  serviceLevel: v.optional(list(duration)),
  busyness: v.optional(factorDistribution),
  tasks: byName('kind of task', tasks),
  staff: byName('group of staff', staff),
});

export type PlanFile = v.InferOutput<typeof planSchema>;
