import { body, type ValidationChain } from 'express-validator';
import type { FormPairs } from '../signature/index.js';
import { ASSIGNMENT_FIELDS, brokenRule, EVENT_FIELDS, type Field } from './fields.js';
import type { FieldProblem } from './problem.js';

/**
 * Validation by express-validator, on a plain `{ body }` so that it serves every adapter. Its chains cost time for each
 * field. So one walk over the form checks every rule first (parameters.ts), and express-validator runs only if a rule is
 * broken, to name every bad field. Both use the same table, and neither ever repeats a value.
 */
function createNaming(fields: readonly Field[]): (pairs: FormPairs) => Promise<readonly FieldProblem[]> {
  const chains: readonly ValidationChain[] = fields.map((field) =>
    body(field.name).custom((values: readonly string[] = []) => {
      const rule = brokenRule(field, values);
      if (rule !== undefined) throw new Error(rule);
      return true;
    }),
  );
  return async (pairs) => {
    const request = { body: valuesByName(pairs) };
    const results = await Promise.all(chains.map((chain) => chain.run(request)));
    return results.flatMap((result, index) =>
      result.array().map((error) => ({ field: fields[index]!.name, rule: String(error.msg) })),
    );
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

/** Names every parameter of an assignment callback that breaks its rule. */
export const wrongInAssignment = createNaming(ASSIGNMENT_FIELDS);

/** Names every parameter of an event callback that breaks its rule. */
export const wrongInEvent = createNaming(EVENT_FIELDS);
