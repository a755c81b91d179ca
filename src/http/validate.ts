import { body, type ValidationChain } from 'express-validator';
import type { AssignmentForm, EventForm } from '../callbacks/form.js';
import type { FormPairs } from '../signature/index.js';
import { ASSIGNMENT_TABLE, brokenRule, EVENT_TABLE, type FieldTable, readFields } from './fields.js';
import type { FieldProblem } from './problem.js';

/** A form that keeps every rule, or each field that does not. */
export type Validated<F> = { readonly form: F } | { readonly errors: readonly FieldProblem[] };

/**
 * Validation by express-validator, on a plain `{ body }` so that it serves every adapter. Its chains cost time for each
 * field. So one walk over the form checks every rule first, and express-validator runs only if a rule is broken, to name
 * every bad field. Both use the same table, and neither ever repeats a value.
 */
function createValidator<F>(
  table: FieldTable,
  formOf: (sent: ReadonlyArray<string | undefined>, pairs: FormPairs) => F,
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

/** Without a prototype, so that a parameter called `__proto__` is like any other. */
function valuesByName(pairs: FormPairs): Record<string, string[]> {
  const values: Record<string, string[]> = Object.create(null);
  for (const [name, value] of pairs) {
    values[name] ??= [];
    values[name].push(value);
  }
  return values;
}

/** Checks an assignment callback's parameters. An empty value counts as absent. */
export const validateAssignment = createValidator<AssignmentForm>(ASSIGNMENT_TABLE, (sent, pairs) => ({
  pairs,
  AccountSid: sent[0] || undefined,
  WorkspaceSid: sent[1]!,
  WorkflowSid: sent[2] || undefined,
  TaskQueueSid: sent[3] || undefined,
  WorkerSid: sent[4]!,
  WorkerAttributes: sent[5] || undefined,
  TaskSid: sent[6]!,
  TaskAttributes: sent[7] || undefined,
  TaskAge: sent[8] || undefined,
  TaskPriority: sent[9] || undefined,
  ReservationSid: sent[10]!,
  Timestamp: sent[11] || undefined,
}));

/** Checks the parameters that all event callbacks share. */
export const validateEvent = createValidator<EventForm>(EVENT_TABLE, (sent, pairs) => ({
  pairs,
  EventType: sent[0]!,
  AccountSid: sent[1] || undefined,
  WorkspaceSid: sent[2] || undefined,
  Sid: sent[3] || undefined,
  ResourceSid: sent[4] || undefined,
  TimestampMs: sent[5] || undefined,
  Timestamp: sent[6] || undefined,
  TaskSid: sent[7] || undefined,
}));
