import { body, type ValidationChain } from 'express-validator';
import type { AssignmentForm, EventForm } from '../callbacks/forms.js';
import type { FormPairs } from '../signature/index.js';
import { ASSIGNMENT_TABLE, brokenRule, EVENT_TABLE, type FieldTable, readFields } from './fields.js';
import type { FieldProblem } from './problem.js';

/** A form that keeps every rule, or each field that does not. */
export type Validated<F> = { readonly form: F } | { readonly errors: readonly FieldProblem[] };

/**
 * Validation by express-validator, on a plain `{ body }` so that it serves every adapter. It costs per field, so a
 * good request passes ONE validator over the whole body; only after a failure does each field get its own, from the
 * same table, to name every bad one. Neither ever repeats a value.
 */
function createValidator<F>(
  table: FieldTable,
  formOf: (fields: ReadonlyMap<string, string>, pairs: FormPairs) => F,
) {
  const whole = body().custom((pairs: FormPairs, { req }) => {
    req.fields = readFields(table, pairs);
    return req.fields !== undefined;
  });
  const each: readonly ValidationChain[] = table.fields.map((field) =>
    body(field.name).custom((values: readonly string[] = []) => {
      const rule = brokenRule(field, values);
      if (rule !== undefined) throw new Error(rule);
      return true;
    }),
  );

  return async (pairs: FormPairs): Promise<Validated<F>> => {
    const request: { body: unknown; fields?: ReadonlyMap<string, string> } = { body: pairs };
    await whole.run(request);
    if (request.fields) return { form: formOf(request.fields, pairs) };

    const named = { body: valuesByName(pairs) };
    const results = await Promise.all(each.map((chain) => chain.run(named)));
    const errors = results.flatMap((result, index) =>
      result.array().map((error) => ({ field: table.fields[index]!.name, rule: String(error.msg) })),
    );
    return { errors };
  };
}

/** Without a prototype, so that a parameter called `__proto__` is one like any other. */
function valuesByName(pairs: FormPairs): Record<string, string[]> {
  const values: Record<string, string[]> = Object.create(null);
  for (const [name, value] of pairs) {
    values[name] ??= [];
    values[name].push(value);
  }
  return values;
}

/** Checks an assignment callback's parameters. */
export const validateAssignment = createValidator<AssignmentForm>(ASSIGNMENT_TABLE, (fields, pairs) => ({
  pairs,
  AccountSid: given(fields, 'AccountSid'),
  WorkspaceSid: fields.get('WorkspaceSid')!,
  WorkflowSid: given(fields, 'WorkflowSid'),
  TaskQueueSid: given(fields, 'TaskQueueSid'),
  WorkerSid: fields.get('WorkerSid')!,
  WorkerAttributes: given(fields, 'WorkerAttributes'),
  TaskSid: fields.get('TaskSid')!,
  TaskAttributes: given(fields, 'TaskAttributes'),
  TaskAge: given(fields, 'TaskAge'),
  TaskPriority: given(fields, 'TaskPriority'),
  ReservationSid: fields.get('ReservationSid')!,
  Timestamp: given(fields, 'Timestamp'),
}));

/** Checks what every event callback has in common. */
export const validateEvent = createValidator<EventForm>(EVENT_TABLE, (fields, pairs) => ({
  pairs,
  EventType: fields.get('EventType')!,
  AccountSid: given(fields, 'AccountSid'),
  WorkspaceSid: given(fields, 'WorkspaceSid'),
  Sid: given(fields, 'Sid'),
  ResourceSid: given(fields, 'ResourceSid'),
  TimestampMs: given(fields, 'TimestampMs'),
  Timestamp: given(fields, 'Timestamp'),
  TaskSid: given(fields, 'TaskSid'),
}));

/** An empty value says nothing: absent. */
function given(fields: ReadonlyMap<string, string>, name: string): string | undefined {
  return fields.get(name) || undefined;
}
