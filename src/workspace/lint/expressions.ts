import {
  type Comparison,
  compileExpression,
  type Expression,
  ExpressionError,
  type JsonObject,
  type JsonValue,
  type Operand,
  parseOrderBy,
  printPath,
  readExpression,
  valueAt,
} from '../../expressions/index.js';
import { nearMiss } from '../../near-miss.js';
import { type DefinedExpression, expressionsIn } from '../definition/expressions-in.js';
import { OWN_ACTIVITIES, OWN_CHANNELS } from '../definition/index.js';
import type { LintContext } from './types.js';

/** Everything about the expressions of a definition, one by one. */
export function checkExpressions(context: LintContext): void {
  for (const one of expressionsIn(context.definition)) {
    if (one.context === 'order_by') checkOrder(context, one);
    else checkExpression(context, one, one.context);
  }
}

function checkOrder({ workers, report }: LintContext, { path, text }: DefinedExpression): void {
  try {
    for (const { segments, text: name } of parseOrderBy(text)) {
      const bad = workers
        .map((attributes) => valueAt(attributes as JsonObject, segments))
        .find((value) => value !== null && !Number.isInteger(value));
      if (bad === undefined) continue;
      const message = `${name} is ${kindOf(bad)} for some worker, and TaskRouter orders by integers only: it then ignores the whole order. Make it an integer.`;
      const start = text.indexOf(name);
      report('order-by-not-integer', path, message, { span: { start, end: start + name.length } });
    }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report('syntax', path, `${error.problem}.`, { span: { start: error.offset, end: error.offset + 1 } });
  }
}

type Context = Exclude<DefinedExpression['context'], 'order_by'>;

function checkExpression(lint: LintContext, one: DefinedExpression, context: Context): void {
  const { text } = one;
  // An empty one is allowed: it matches nobody.
  if (text.trim() === '' && context === 'queue') return;
  let ast: Expression | undefined;
  try {
    ast = compileExpression(text, context).ast;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    ast = reportSyntax(lint, one, error);
  }
  if (!ast) return;
  for (const comparison of comparisonsOf(readExpression(text, true).expression)) {
    checkEquals(lint, one, comparison);
    checkTypes(lint, one, context, comparison);
    checkNames(lint, one, context, comparison);
  }
}

/** Says what is wrong with the syntax; returns the expression where it can be read all the same. */
function reportSyntax({ report }: LintContext, { path, text }: DefinedExpression, error: ExpressionError) {
  const { offset, problem } = error;
  const span = { start: offset, end: Math.min(offset + 1, text.length) };
  const [before, rest] = [text.slice(0, offset), text.slice(offset)];
  if (problem.includes('a hyphen') || /^-\d/.test(rest) || /[A-Za-z0-9_$]-$/.test(before)) {
    report(
      'hyphen-in-name',
      path,
      "A name cannot contain a hyphen: TaskRouter does not find the attribute, or refuses the expression. Use _ in the attribute's name instead.",
      { span },
    );
    return undefined;
  }
  if (
    /[A-Za-z_][\w$]*\s+$/.test(before) &&
    /^[A-Za-z_]/.test(rest) &&
    problem.includes('expecting an OPERATOR')
  ) {
    report('blank-in-name', path, "A name cannot contain a space. Use _ in the attribute's name instead.", {
      span,
    });
    return undefined;
  }
  if (problem.includes('space inside the operator')) {
    const after = text.replaceAll(/([!=<>])\s+=/g, (whole, sign: string, at: number) =>
      inText(text, at) ? whole : `${sign}=`,
    );
    report('blank-in-operator', path, `${upper(problem)}.`, {
      span,
      fix: { kind: 'value', before: text, after },
    });
    return read(text);
  }
  const lenient = read(text);
  if (lenient) {
    report(
      'text-after-expression',
      path,
      'There is text after the end of the expression, and TaskRouter most likely ignores it. Remove it, or join it with AND or OR.',
      { span: { start: offset, end: text.length } },
    );
    return lenient;
  }
  report('syntax', path, `${upper(problem)}.`, { span });
  return undefined;
}

function read(text: string): Expression | undefined {
  try {
    return readExpression(text, true).expression;
  } catch {
    return undefined;
  }
}

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Whether a place is inside a string of the expression. */
function inText(source: string, at: number): boolean {
  let quote = '';
  for (let index = 0; index < at; index += 1) {
    const char = source[index]!;
    if (quote === '') quote = char === "'" || char === '"' ? char : '';
    else if (char === '\\') index += 1;
    else if (char === quote) quote = '';
  }
  return quote !== '';
}

function* comparisonsOf(node: Expression): Generator<Comparison> {
  if (node.kind === 'comparison') yield node;
  else for (const term of node.terms) yield* comparisonsOf(term);
}

function checkEquals(
  { report }: LintContext,
  { path, text }: DefinedExpression,
  comparison: Comparison,
): void {
  const { left, right } = comparison;
  const between = text.slice(left.end, right.start);
  if (between.trim() !== '=') return;
  const start = left.end + between.indexOf('=');
  const after = allEqualsDoubled(text);
  report(
    'single-equals',
    path,
    'TaskRouter treats = as ==. Write ==, so that nobody reads it as an assignment.',
    {
      span: { start, end: start + 1 },
      fix: { kind: 'value', before: text, after },
    },
  );
}

function allEqualsDoubled(text: string): string {
  const places = [...comparisonsOf(readExpression(text, true).expression)].flatMap(({ left, right }) => {
    const between = text.slice(left.end, right.start);
    return between.trim() === '=' ? [left.end + between.indexOf('=')] : [];
  });
  return places
    .toSorted((a, b) => b - a)
    .reduce((all, at) => `${all.slice(0, at)}==${all.slice(at + 1)}`, text);
}

/** What an operand is in the samples; none where it is not a name, or nobody has it. */
function samplesOf(
  { tasks, workers }: LintContext,
  context: Context,
  operand: Operand,
): readonly JsonValue[] {
  if (operand.kind !== 'path' || context === 'skip_if') return [];
  const [first, ...below] = operand.segments;
  const prefixed = first === 'worker' || first === 'task';
  const from = context === 'filter' || (context === 'target' && first === 'task') ? tasks : workers;
  const segments =
    context === 'target' || (context === 'queue' && prefixed && below.length > 0) ? below : operand.segments;
  return from.map((one) => valueAt(one as JsonObject, segments)).filter((value) => value !== null);
}

function checkTypes(
  lint: LintContext,
  { path }: DefinedExpression,
  context: Context,
  comparison: Comparison,
): void {
  const { operator, left, right, start, end } = comparison;
  const span = { start, end };
  const [of, to] = [samplesOf(lint, context, left), samplesOf(lint, context, right)];
  const name = left.kind === 'path' ? printPath(left.segments) : 'it';
  const text = of.some((value) => typeof value === 'string');
  if (operator === 'HAS' && text) {
    lint.report(
      'has-on-text',
      path,
      `${name} is a string, but HAS searches a list: it is never true. Use == or CONTAINS, or make the attribute a list.`,
      { span },
    );
  }
  if (operator === 'CONTAINS' && of.some(Array.isArray)) {
    lint.report(
      'contains-on-list',
      path,
      `${name} is a list, but CONTAINS searches a string: it is never true. Use HAS.`,
      { span },
    );
  }
  const ordering = ['>', '>=', '<', '<='].includes(operator);
  const literal = right.kind === 'literal' ? right.value : undefined;
  if (ordering && isNumericText(literal)) {
    lint.report(
      'number-as-text',
      path,
      `${operator} compares strings character by character here. Write the number without quotes.`,
      { span },
    );
  } else if (['==', '!='].includes(operator) || ordering) {
    const numbers = typeof literal === 'number' || to.some((value) => typeof value === 'number');
    if (numbers && of.some(isNumericText)) {
      lint.report(
        'number-as-text',
        path,
        `${name} is a number stored as a string, and does not compare with a number. Store it as a number.`,
        { span },
      );
    } else if (isNumericText(literal) && of.some((value) => typeof value === 'number')) {
      lint.report(
        'number-as-text',
        path,
        `${name} is a number, and does not compare with a string. Write the number without quotes.`,
        { span },
      );
    }
  }
}

const isNumericText = (value: unknown) => typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);

/** Names of activities, workers and channels in expressions, of the kinds that the definition has. */
function checkNames(
  lint: LintContext,
  { path }: DefinedExpression,
  context: Context,
  comparison: Comparison,
): void {
  const { definition, report } = lint;
  for (const operand of [comparison.left, comparison.right]) {
    if (operand.kind !== 'path') continue;
    const worker =
      operand.segments[0] === 'worker'
        ? operand.segments.slice(1)
        : context === 'queue'
          ? operand.segments
          : [];
    const [field, channel] = worker;
    const span = { start: operand.start, end: operand.end };
    if (field === 'channel' && worker.length === 3 && definition.taskChannels !== undefined) {
      const known = [...OWN_CHANNELS, ...Object.keys(definition.taskChannels)];
      if (!known.includes(String(channel)))
        report('unknown-channel', path, unknown('task channel', String(channel), known), { span });
    }
    if (worker.length !== 1) continue;
    const other = operand === comparison.left ? comparison.right : comparison.left;
    const values = textsOf(other);
    const known =
      field === 'activity_name' && definition.activities !== undefined
        ? ([
            'unknown-activity',
            'activity',
            [...OWN_ACTIVITIES, ...Object.keys(definition.activities)],
          ] as const)
        : field === 'friendly_name' && definition.workers !== undefined
          ? (['unknown-worker', 'worker', Object.keys(definition.workers)] as const)
          : undefined;
    if (!known || !['==', '!=', 'IN', 'NOT IN'].includes(comparison.operator)) continue;
    for (const value of values) {
      if (!known[2].includes(value))
        report(known[0], path, unknown(known[1], value, known[2]), {
          span: { start: other.start, end: other.end },
        });
    }
  }
}

const textsOf = (operand: Operand): readonly string[] =>
  operand.kind === 'list'
    ? operand.items.flatMap(textsOf)
    : operand.kind === 'literal' && typeof operand.value === 'string'
      ? [operand.value]
      : [];

function unknown(kind: string, name: string, known: readonly string[]): string {
  const meant = nearMiss(name, known);
  const hint =
    meant === undefined ? `It has ${known.join(', ') || 'none'}.` : `Did you mean ${JSON.stringify(meant)}?`;
  return `The definition has no ${kind} named ${JSON.stringify(name)}. ${hint}`;
}

function kindOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string'
    ? 'a string'
    : typeof value === 'number'
      ? 'a number with a fraction'
      : 'true or false';
}
