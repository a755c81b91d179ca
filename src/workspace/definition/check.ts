import * as v from 'valibot';
import { DefinitionError, type DefinitionPath, type DefinitionProblem } from './error.js';
import { expandDefinition } from './expand.js';
import { brokenReferences } from './references.js';
import { type CheckedDefinition, workspaceSchema } from './schema.js';
import type { WorkspaceDefinition } from './types.js';
import { writtenOut } from './written-out.js';

/**
 * Checks a definition: keys and values, names that refer to something, and that each workflow says once how to route.
 * Named expressions and variables are written out; expressions are read where they are used.
 *
 * @returns the definition with times in seconds.
 * @throws {DefinitionError} with every problem and its path.
 * @example
 * checkDefinition({ workflows: { Calls: { defaultQueue: 'Suport' } }, taskQueues: { Support: {} } });
 * // DefinitionError: workflows.Calls.defaultQueue: the definition has no task queue named "Suport". Did you mean "Support"?
 */
export function checkDefinition(definition: WorkspaceDefinition): CheckedDefinition {
  const lost = unusableNames(definition);
  if (lost.length > 0) throw new DefinitionError(lost);
  const checked = checkForm(expandDefinition(definition));
  const broken = brokenReferences(checked);
  if (broken.length > 0) throw new DefinitionError(broken);
  return checked;
}

/**
 * The first part of {@link checkDefinition}: keys and values of a definition that is written out.
 * @throws {DefinitionError} with every problem and its path.
 */
export function checkForm(definition: unknown): CheckedDefinition {
  const parsed = v.safeParse(workspaceSchema, definition);
  if (!parsed.success) throw new DefinitionError(parsed.issues.map(problemOf));
  return writtenOut(parsed.output);
}

function problemOf(issue: v.BaseIssue<unknown>): DefinitionProblem {
  const path: DefinitionPath = (issue.path ?? []).map(({ key }) =>
    typeof key === 'number' ? key : String(key),
  );
  const message =
    path.length === 0 && issue.message.startsWith('must be')
      ? `The definition ${issue.message}`
      : issue.message;
  return { path, message };
}

/** Names that an object of names cannot hold, or that the check of its form passes over. */
const UNUSABLE = ['__proto__', 'constructor', 'prototype'];

/** @returns a problem for each name that cannot be one. */
export function unusableNames(definition: unknown): readonly DefinitionProblem[] {
  if (typeof definition !== 'object' || definition === null) return [];
  return Object.entries(definition).flatMap(([kind, entries]) =>
    typeof entries === 'object' && entries !== null
      ? UNUSABLE.filter((name) => Object.hasOwn(entries, name)).map((name) => ({
          path: [kind, name],
          message: 'cannot be a name in a definition: choose another one.',
        }))
      : [],
  );
}
