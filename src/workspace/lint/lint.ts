import { refuseUnknownKeys } from '../../near-miss.js';
import {
  brokenReferences,
  type CheckedDefinition,
  checkForm,
  DefinitionError,
  type DefinitionProblem,
  expandDefinition,
  unusableNames,
  type WorkspaceDefinition,
} from '../definition/index.js';
import { checkActivities } from './activities.js';
import { checkExpressions } from './expressions.js';
import { checkRouting } from './routing.js';
import { RULES } from './rules.js';
import type { Finding, LintContext, LintOptions } from './types.js';
import { checkUrls } from './urls.js';

const UNKNOWN = {
  activity: 'unknown-activity',
  'task channel': 'unknown-channel',
  'task queue': 'unknown-queue',
} as const;

/**
 * Finds what is, or may be, wrong with a definition. It reads nothing but what it is given, and never throws for a bad
 * definition: what cannot be used at all is a finding too.
 *
 * @returns the findings in the order of the definition: path, message, place in the expression, and a fix where one is safe.
 * @throws {ConfigurationError} for an option that does not exist.
 * @example
 * lint({ taskQueues: { Support: { targetWorkers: "skill-level > 3" } } })
 * // [{ rule: 'hyphen-in-name', severity: 'error', path: ['taskQueues', 'Support', 'targetWorkers'], span: { start: 5, … }, … }]
 */
export function lint(definition: WorkspaceDefinition, options: LintOptions = {}): readonly Finding[] {
  refuseUnknownKeys(
    options,
    ['samples', 'ignore', 'dialTimeout', 'taskTimeout', 'handlerActivities'],
    'lint',
  );
  const findings: Finding[] = [];
  const ignored = new Set<string>(options.ignore);
  const report: LintContext['report'] = (rule, path, message, more = {}) => {
    if (!ignored.has(rule)) findings.push({ rule, severity: RULES[rule][0], message, path, ...more });
  };
  const read = readable(definition, ({ path, message }) => report('definition', path, message));
  if (!read) return findings;
  for (const { path, message, kind } of brokenReferences(read)) {
    report(kind === undefined ? 'definition' : UNKNOWN[kind], path, message);
  }
  const own = Object.values(read.workers ?? {}).flatMap(({ attributes }) => (attributes ? [attributes] : []));
  const context: LintContext = {
    definition: read,
    options,
    tasks: options.samples?.tasks ?? [],
    workers: [...own, ...(options.samples?.workers ?? [])],
    report,
  };
  checkExpressions(context);
  checkRouting(context);
  checkUrls(context);
  checkActivities(context);
  return findings;
}

function readable(
  definition: WorkspaceDefinition,
  tell: (problem: DefinitionProblem) => void,
): CheckedDefinition | undefined {
  try {
    const lost = unusableNames(definition);
    if (lost.length > 0) throw new DefinitionError(lost);
    return checkForm(expandDefinition(definition));
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    error.problems.forEach(tell);
    return undefined;
  }
}
