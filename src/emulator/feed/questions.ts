import * as v from 'valibot';
import { ConfigurationError } from '../../errors.js';
import { nearMiss } from '../../near-miss.js';
import type { EvaluateRequest, LogRequest, WhatIfRequest } from './types.js';

const text = v.string('must be a string');
const object = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);
const number = v.pipe(v.number('must be a number'), v.finite('must be a number'));

/** Keys that are not known are refused, with the near miss. */
function keys<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries);
  return v.strictObject(entries, (issue) => {
    // An own key that is not known is expected to be never there.
    if (issue.expected === 'never') return unknownKey(String(issue.path?.[0]?.key), known);
    return issue.path !== undefined && issue.received === 'undefined' ? 'is missing' : 'must be an object';
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearMiss(key, known);
  return `is not a key here. ${meant === undefined ? `Keys: ${known.join(', ')}` : `Did you mean "${meant}"?`}`;
}

const whatIfRequest = keys({
  task: v.exactOptional(
    keys({
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
        keys({
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
  after: v.exactOptional(v.union([text, number], 'must be a duration, such as 2m')),
});

const evaluateRequest = keys({
  expression: v.pipe(text, v.maxLength(20_000, 'has at most 20,000 characters')),
  kind: v.picklist(['queue', 'filter', 'target'], 'must be queue, filter or target'),
  task: v.exactOptional(v.union([text, object], 'must be a SID or an object of attributes')),
  worker: v.exactOptional(v.union([text, object], 'must be a name, a SID or an object of attributes')),
  workspaceSid: v.exactOptional(text),
});

const logRequest = keys({
  lines: v.pipe(
    v.array(
      keys({
        level: v.picklist(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error'),
        message: text,
        reservationSid: v.exactOptional(text),
        eventSid: v.exactOptional(text),
      }),
      'must be a list of lines',
    ),
    v.maxLength(1_000, 'has at most 1,000 lines'),
  ),
});

/** @throws {ConfigurationError} `bad-field` with the path of what is wrong. */
export const readLog = (body: unknown): LogRequest => read(logRequest, body);
/** @throws {ConfigurationError} `bad-field` with the path of what is wrong. */
export const readWhatIf = (body: unknown): WhatIfRequest => read(whatIfRequest, body);
/** @throws {ConfigurationError} `bad-field` with the path of what is wrong. */
export const readEvaluation = (body: unknown): EvaluateRequest => read(evaluateRequest, body);

function read<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  const { issues } = result;
  // A misspelt key leaves the right one missing: the misspelling says more.
  const issue = issues.find(({ expected }) => expected === 'never') ?? issues[0];
  const path = (v.getDotPath(issue) ?? 'the body').slice(0, 100);
  throw new ConfigurationError('bad-field', `${path}: ${issue.message.slice(0, 300)}`);
}
