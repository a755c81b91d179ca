import * as v from 'valibot';
import { ConfigurationError } from '../../errors.js';
import type { EvaluateRequest, WhatIfRequest } from './types.js';

const text = v.string();
const object = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);
const number = v.pipe(v.number(), v.finite());

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
          capacity: v.exactOptional(v.record(text, number)),
        }),
      ),
      v.maxLength(1_000),
    ),
  ),
  after: v.exactOptional(v.union([text, number])),
});

const evaluateRequest = v.strictObject({
  expression: v.pipe(text, v.maxLength(20_000)),
  kind: v.picklist(['queue', 'filter', 'target']),
  task: v.exactOptional(v.union([text, object])),
  worker: v.exactOptional(v.union([text, object])),
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
  throw new ConfigurationError('bad-field', `${path}: ${issue.message.slice(0, 200)}`);
}
