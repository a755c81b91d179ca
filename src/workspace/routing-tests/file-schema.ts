import * as v from 'valibot';
import { duration } from '../checked-file/duration-schema.js';
import { forms } from '../definition/schema.js';

/** The form of a file of routing tests. */

const { object, text, list, whole, byName, attributes, worker } = forms;

export const STATUSES = ['pending', 'reserved', 'assigned', 'wrapping', 'completed', 'canceled'] as const;
const priority = whole(0, 2_147_483_647);

const conditions = {
  status: v.optional(v.picklist(STATUSES, `must be one of ${STATUSES.join(', ')}.`)),
  in: v.optional(text),
  filter: v.optional(text),
  step: v.optional(whole(1, 10_000)),
  offeredTo: v.optional(text),
  assignedTo: v.optional(text),
  priority: v.optional(priority),
};
const conditionsOnly = object(conditions);

const task = object({
  at: v.optional(duration),
  workflow: v.optional(text),
  taskChannel: v.optional(text),
  attributes: v.optional(attributes),
  priority: v.optional(priority),
  timeout: v.optional(duration),
});

const action = object({
  at: duration,
  worker: v.optional(text),
  task: v.optional(text),
  activity: v.optional(text),
  attributes: v.optional(attributes),
  accept: v.optional(text),
  reject: v.optional(text),
  wrapUp: v.optional(text),
  complete: v.optional(text),
  priority: v.optional(priority),
  cancel: v.optional(v.literal(true, 'must be true.')),
});

const expectation = object({
  task: text,
  at: v.optional(duration),
  by: v.optional(duration),
  never: v.optional(conditionsOnly),
  ...conditions,
});

const routingTest = object({
  name: text,
  workers: v.optional(byName('worker', worker)),
  tasks: byName('task', task),
  do: v.optional(list(action)),
  expect: list(expectation),
  until: v.optional(duration),
});

export const testFileSchema = object({
  config: v.optional(text),
  workers: v.optional(byName('worker', worker)),
  tests: list(routingTest),
});

export type TestFile = v.InferOutput<typeof testFileSchema>;
export type RoutingTest = TestFile['tests'][number];
export type Action = v.InferOutput<typeof action>;
export type Expectation = v.InferOutput<typeof expectation>;
export type Conditions = v.InferOutput<typeof conditionsOnly>;
