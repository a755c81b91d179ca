import type { Explanation, FilterExplanation, WorkerExplanation } from './explain-types.js';
import { iso, phrase } from './phrases.js';

/**
 * An explanation as text for a terminal.
 * @param maxWorkers How many workers are listed; the others are counted. Default: 20.
 * @example console.log(formatExplanation(engine.explain(workspaceSid, taskSid)))
 */
export function formatExplanation(explanation: Explanation, maxWorkers = 20): string {
  const { workers, decisions, droppedDecisions, unknownNames } = explanation;
  const lines = [
    `Task ${explanation.taskSid} is ${explanation.assignmentStatus}, workflow ${explanation.workflowName}`,
    ...explanation.now.map((line) => `  ${line}`),
    'Filters, for the task as it is now',
    ...explanation.filters.flatMap(filterLines),
    'Workers, as they are now',
    ...workers.slice(0, maxWorkers).map(workerLine),
    ...(workers.length > maxWorkers ? [`  and ${workers.length - maxWorkers} more`] : []),
    'What happened',
    ...(droppedDecisions > 0 ? [`  ${droppedDecisions} earlier decisions are no longer kept`] : []),
    ...decisions.map(({ at, text }) => `  ${iso(at)} ${text}`),
    ...unknownNames.map(
      ({ name, where }) => `Note: ${name} in ${where} has no value anywhere; is it spelt correctly?`,
    ),
  ];
  return lines.join('\n');
}

function filterLines({ name, expression, matches, reasons, targets }: FilterExplanation): string[] {
  const why = reasons.length > 0 ? `: ${phrase(reasons)}` : '';
  // Only the default filter has no expression, and it is asked when no other matches.
  const verdict = matches ? 'matches' : expression === null ? 'is not asked' : 'does not match';
  return [
    `  ${name} ${verdict}${why}`,
    ...targets.map(({ queueName, fate }, index) => `    target ${index + 1}, queue ${queueName}: ${fate}`),
  ];
}

function workerLine({ workerName, eligible, why }: WorkerExplanation): string {
  return `  ${workerName}: ${eligible ? 'eligible' : why.join('; ')}`;
}
