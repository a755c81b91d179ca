import { body, type ValidationChain } from 'express-validator';
import type { AssignmentForm, EventForm } from '../callbacks/form.js';
import type { FormPairs } from '../signature/index.js';
import { ASSIGNMENT_TABLE, brokenRule, EVENT_TABLE, type FieldTable, readFields } from './fields.js';
import type { FieldProblem } from './problem.js';

/** A form that keeps every rule, or each field that does not. */
export type Validated<F> = { readonly form: F } | { readonly errors: readonly FieldProblem[] };

/**
 * Validation by express-validator, on a plain `{ body }` so that it serves every adapter. Its chains cost per field, so
 * it is asked only about a form that breaks some rule, to name every bad field; that a form breaks none is found in one
 * walk over it. Both judge by the same table, and neither ever repeats a value.
 */
function createValidator<F>(
  table: FieldTable,
  formOf: (fields: ReadonlyMap<string, string>, pairs: FormPairs) => F,
) {
  const chains: readonly ValidationChain[] = table.fields.map((field) =>
    body(field.name).custom((values: readonly string[] = []) => {
      const rule = brokenRule(field, values);
      if (rule !== undefined) throw new Error(rule);
      return true;
    }),
  );

  async function nameErrors(pairs: FormPairs): Promise<{ errors: readonly FieldProblem[] }> {
    const request = { body: valuesByName(pairs) };
    const results = await Promise.all(chains.map((chain) => chain.run(request)));
    const errors = results.flatMap((result, index) =>
      result.array().map((error) => ({ field: table.fields[index]!.name, rule: String(error.msg) })),
    );
    return { errors };
  }

  return (pairs: FormPairs): Validated<F> | Promise<Validated<F>> => {
    const fields = readFields(table, pairs);
    return fields ? { form: formOf(fields, pairs) } : nameErrors(pairs);
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
