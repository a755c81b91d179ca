import * as v from 'valibot';
import { ConfigurationError } from '../../errors.js';
import type { EvaluateRequest, WhatIfRequest } from './types.js';

const text = v.string('must be a text');
const object = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);
const number = v.pipe(v.number('must be a number'), v.finite('must be a number'));

const whatIfRequest = v.strictObject({
  task: v.exactOptional(
    v.strictObject({
      sid: v.exactOptional(text),
      workspaceSid: v.exactOptional(text),
      workflow: v.exactOptional(text),
      attributes: v.exactOptional(object),
      priority: v.exactOptional(number),
      taskChannel: v.exactOptional(text),
    }),
  ),
  workers: v.exactOptional(
    v.pipe(
      v.array(
        v.strictObject({
          worker: text,
          activity: v.exactOptional(text),
          attributes: v.exactOptional(object),
          capacity: v.exactOptional(v.record(text, number, 'must be an object of numbers by channel')),
        }),
        'must be a list',
      ),
      v.maxLength(1_000, 'has at most 1,000 entries'),
    ),
  ),
  after: v.exactOptional(v.union([text, number], 'must be a length of time, such as 2m')),
});

const evaluateRequest = v.strictObject({
  expression: v.pipe(text, v.maxLength(20_000, 'has at most 20,000 characters')),
  kind: v.picklist(['queue', 'filter', 'target'], 'must be queue, filter or target'),
  task: v.exactOptional(v.union([text, object], 'must be a SID or an object of attributes')),
  worker: v.exactOptional(v.union([text, object], 'must be a name, a SID or an object of attributes')),
  workspaceSid: v.exactOptional(text),
});

/** @throws ConfigurationError `bad-field` with the path of what is wrong. */
export const readWhatIf = (body: unknown): WhatIfRequest => read(whatIfRequest, body);
/** @throws ConfigurationError `bad-field` with the path of what is wrong. */
export const readEvaluation = (body: unknown): EvaluateRequest => read(evaluateRequest, body);

function read<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? 'the body';
  // A key that is missing, and one that is not known, have the same issue.
  const isMissing = issue.type === 'strict_object' && issue.input === undefined;
  const message = isMissing ? 'is missing' : issue.message;
  throw new ConfigurationError('bad-field', `${path}: ${message.slice(0, 200)}`);
}
