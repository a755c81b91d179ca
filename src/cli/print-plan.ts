import { type FieldChange, KIND_WORDS, type Plan, type PlanChange } from '../workspace/index.js';
import { paint, print, type Style } from './print.js';

const MARKS: Readonly<Record<PlanChange['action'], readonly [string, Style]>> = {
  create: ['+', 'green'],
  update: ['~', 'yellow'],
  rename: ['>', 'cyan'],
  delete: ['-', 'red'],
};
const CAUSES = { drift: ' (changed outside of the definition)', definition: '', unknown: '' } as const;
/** More fields than this are counted, not shown. */
const MOST_FIELDS = 40;
const LONGEST = 120;

/** Prints a plan for people. */
export function printPlan({ workspace, changes, inSync, summary }: Plan): void {
  const kept = summary.kept === 0 ? '' : ` ${stay(summary.kept)}`;
  if (inSync) {
    print(`No changes: the workspace ${JSON.stringify(workspace.name)} is as defined.${kept}`);
    return;
  }
  print(
    paint(
      'bold',
      `Workspace ${JSON.stringify(workspace.name)}${workspace.sid === null ? ', which does not exist yet' : ` (${workspace.sid})`}`,
    ),
  );
  print();
  for (const change of changes) printChange(change);
  const counts = (['create', 'update', 'rename', 'delete'] as const)
    .filter((action) => summary[action] > 0)
    .map((action) => `${summary[action]} to ${action}`);
  const blocked = changes.filter(({ blockedBy }) => blockedBy !== undefined).length;
  print();
  print(`${counts.join(', ')}${blocked === 0 ? '' : `; ${blocked} blocked`}.${kept}`);
}

const stay = (count: number) =>
  `${count} not in the definition ${count === 1 ? 'stays' : 'stay'}; --prune deletes them where it can.`;

function printChange({ action, kind, name, from, fields, cause, blockedBy }: PlanChange): void {
  const [mark, style] = MARKS[action];
  const was = from === undefined ? '' : `${JSON.stringify(from)} to `;
  print(
    `${paint(style, `${mark} ${action} ${KIND_WORDS[kind]} ${was}${JSON.stringify(name)}`)}${CAUSES[cause]}`,
  );
  for (const field of fields.slice(0, MOST_FIELDS)) printField(field, action === 'create');
  if (fields.length > MOST_FIELDS) print(`    … and ${fields.length - MOST_FIELDS} more fields`);
  if (blockedBy !== undefined) print(`    ${paint('red', 'blocked:')} ${blockedBy}`);
}

function printField({ path, before, after }: FieldChange, created: boolean): void {
  if (created || before === null) print(`    ${paint('green', '+')} ${path}: ${shown(after)}`);
  else if (after === null) print(`    ${paint('red', '-')} ${path}: ${shown(before)}`);
  else print(`    ${paint('yellow', '~')} ${path}: ${shown(before)} ${paint('dim', '->')} ${shown(after)}`);
}

/** One line of a value; a string without quotes where it is plain. */
function shown(value: unknown): string {
  const text = typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
