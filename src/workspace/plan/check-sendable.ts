import {
  compileExpression,
  type ExpressionContext,
  ExpressionError,
  parseOrderBy,
} from '../../expressions/index.js';
import { expressionsIn } from '../definition/expressions-in.js';
import {
  type CheckedDefinition,
  DefinitionError,
  type DefinitionPath,
  type DefinitionProblem,
  workflowConfiguration,
} from '../definition/index.js';

/** twilio.com/docs/taskrouter/limits; names of queues and workflows are not documented, and get the same. */
const LIMITS = { name: 64, attributes: 4_096, configuration: 1_038_576, activities: 100, taskQueues: 5_000 };

/**
 * Checks what Twilio would refuse in the middle of an apply, so that nothing is sent of a definition that cannot be applied
 * as a whole. An expression with a slip that Twilio takes passes; `lint` tells of those.
 *
 * @throws {DefinitionError} with every problem and its path.
 */
export function checkSendable(definition: CheckedDefinition): void {
  const problems: DefinitionProblem[] = [];
  const refuse = (path: DefinitionPath, message: string) => problems.push({ path, message });
  const name = (path: DefinitionPath, text: string) => {
    if (text.length > LIMITS.name)
      refuse(
        path,
        `the name has ${text.length} characters; Twilio accepts ${LIMITS.name} at most. Shorten it.`,
      );
  };
  if (definition.friendlyName !== undefined) name(['friendlyName'], definition.friendlyName);
  for (const kind of ['activities', 'taskChannels', 'taskQueues', 'workers', 'workflows'] as const) {
    const names = Object.keys(definition[kind] ?? {});
    for (const one of names) name([kind, one], one);
    const most =
      kind === 'activities' ? LIMITS.activities : kind === 'taskQueues' ? LIMITS.taskQueues : undefined;
    if (most !== undefined && names.length > most)
      refuse([kind], `has ${names.length} entries; a workspace can have ${most} at most.`);
  }
  const lower = new Map<string, string>();
  for (const one of Object.keys(definition.workers ?? {})) {
    const other = lower.get(one.toLowerCase());
    if (other !== undefined)
      refuse(
        ['workers', one],
        `differs from ${JSON.stringify(other)} only in case; to TaskRouter it is the same name.`,
      );
    lower.set(one.toLowerCase(), one);
  }
  for (const [one, { attributes }] of Object.entries(definition.workers ?? {})) {
    const length = JSON.stringify(attributes ?? {}).length;
    if (length > LIMITS.attributes)
      refuse(
        ['workers', one, 'attributes'],
        `have ${length} characters as JSON; Twilio accepts ${LIMITS.attributes} at most.`,
      );
  }
  for (const [one, channel] of Object.entries(definition.taskChannels ?? {})) {
    if (channel.friendlyName !== undefined) name(['taskChannels', one, 'friendlyName'], channel.friendlyName);
    if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(one))
      refuse(
        ['taskChannels', one],
        'a unique name has only letters, digits, _ and $, and does not begin with a digit.',
      );
  }
  for (const [one, workflow] of Object.entries(definition.workflows ?? {})) {
    // A SID is 34 characters long, whatever the name.
    const bytes = Buffer.byteLength(workflowConfiguration(workflow, () => 'WQ'.padEnd(34, '0')));
    if (bytes > LIMITS.configuration)
      refuse(
        ['workflows', one],
        `its configuration has ${bytes} bytes; Twilio accepts ${LIMITS.configuration} at most.`,
      );
  }
  for (const { path, text, context } of expressionsIn(definition)) {
    const problem = context === 'order_by' ? orderProblem(text) : expressionProblem(text, context);
    if (problem !== undefined) refuse(path, problem);
  }
  if (problems.length > 0) throw new DefinitionError(problems);
}

function expressionProblem(text: string, context: ExpressionContext): string | undefined {
  // An empty one is allowed: it matches nobody.
  if (text.trim() === '' && context === 'queue') return undefined;
  return problemOf(() => compileExpression(text, context, { lenient: true }));
}

const orderProblem = (text: string) => problemOf(() => parseOrderBy(text));

function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return `${error.message}\n${error.excerpt}`;
  }
}
