import type { Expression, Operand, Path } from './ast.js';
import {
  type ExpressionContext,
  type ExpressionWorker,
  nameProblem,
  operatorProblem,
  type Scopes,
} from './context.js';
import { ExpressionError } from './error.js';
import { readExpression } from './parser.js';
import { comparison, type JsonObject, type JsonValue } from './values.js';

export interface CompileOptions {
  /** Does `'6'` compare as 6? Default: false. */
  readonly coerceNumericStrings?: boolean;
  /** Does it take what only live configurations hold, with a warning? See {@link readExpression}. Default: false. */
  readonly lenient?: boolean;
}

/** An expression ready to run. */
export interface CompiledExpression<C extends ExpressionContext> {
  readonly source: string;
  readonly context: C;
  readonly ast: Expression;
  readonly options: CompileOptions;
  /** What `lenient` let pass, each with its place. */
  readonly warnings: readonly ExpressionError[];
  test(scope: Scopes[C]): boolean;
}

/** Any scope: a context's own check of names makes sure that an expression only touches what its scope has. */
export interface AnyScope {
  readonly task?: JsonObject;
  readonly worker?: ExpressionWorker;
  readonly workers?: (name: string) => number;
}

type Test = (scope: AnyScope) => boolean;
export type Evaluate = (scope: AnyScope) => JsonValue;

/**
 * Reads an expression and turns it into a function. Compile once, test often.
 *
 * @throws {ExpressionError} when the text is no expression, or holds a name or operator that its context does not know.
 * @example
 * const target = compileExpression('worker.skills HAS task.skill', 'target');
 * target.test({ task: { skill: 'fr' }, worker });
 */
export function compileExpression<C extends ExpressionContext>(
  source: string,
  context: C,
  options: CompileOptions = {},
): CompiledExpression<C> {
  const { expression, warnings } = readExpression(source, options.lenient ?? false);
  const ast = context === 'queue' ? withoutPrefix(expression) : expression;
  check(ast, source, context);
  return { source, context, ast, options, warnings, test: compileTest(ast, context, options) };
}

/** In `TargetWorkers` and lists of workers `worker.team` is `team`: published samples write both. */
function withoutPrefix<N extends Expression | Operand>(node: N): N;
function withoutPrefix(node: Expression | Operand): Expression | Operand {
  switch (node.kind) {
    case 'and':
    case 'or':
      return { ...node, terms: node.terms.map((term) => withoutPrefix(term)) };
    case 'comparison':
      return { ...node, left: withoutPrefix(node.left), right: withoutPrefix(node.right) };
    case 'list':
      return { ...node, items: node.items.map((item) => withoutPrefix(item)) };
    case 'path': {
      const [first, second, ...rest] = node.segments;
      return first === 'worker' && typeof second === 'string'
        ? { ...node, segments: [second, ...rest] }
        : node;
    }
    case 'literal':
      return node;
  }
}

function check(node: Expression | Operand, source: string, context: ExpressionContext): void {
  switch (node.kind) {
    case 'and':
    case 'or':
      for (const term of node.terms) check(term, source, context);
      return;
    case 'comparison': {
      const problem = operatorProblem(context, node);
      if (problem) throw new ExpressionError(source, node.left.end, problem);
      check(node.left, source, context);
      check(node.right, source, context);
      return;
    }
    case 'list':
      for (const item of node.items) check(item, source, context);
      return;
    case 'path': {
      const problem = nameProblem(context, node);
      if (problem) throw new ExpressionError(source, node.start, problem);
      return;
    }
    case 'literal':
      return;
  }
}

function compileTest(node: Expression, context: ExpressionContext, options: CompileOptions): Test {
  if (node.kind === 'comparison') {
    const left = compileOperand(node.left, context);
    const right = compileOperand(node.right, context);
    const compare = comparison(node.operator, options.coerceNumericStrings ?? false);
    return (scope) => compare(left(scope), right(scope));
  }
  const terms = node.terms.map((term) => compileTest(term, context, options));
  return node.kind === 'and'
    ? (scope) => terms.every((term) => term(scope))
    : (scope) => terms.some((term) => term(scope));
}

/** The value of one operand; a path that leads nowhere is null. */
export function compileOperand(operand: Operand, context: ExpressionContext): Evaluate {
  switch (operand.kind) {
    case 'literal': {
      const { value } = operand;
      return () => value;
    }
    case 'list': {
      const items = operand.items.map((item) => compileOperand(item, context));
      return (scope) => items.map((item) => item(scope));
    }
    case 'path':
      return compilePath(operand, context);
  }
}

function compilePath({ segments }: Path, context: ExpressionContext): Evaluate {
  const [first, ...rest] = segments;
  switch (context) {
    case 'filter':
      return (scope) => valueAt(scope.task!, segments);
    case 'queue':
      return compileWorkerPath(segments);
    case 'skip_if':
      return (scope) => scope.workers!(String(rest[0]));
    case 'target':
      return first === 'task' ? (scope) => valueAt(scope.task!, rest) : compileWorkerPath(rest);
  }
}

/** The four worker fields and `channel.<unique name>.<number>` come before attributes of the same name. */
function compileWorkerPath(segments: readonly (string | number)[]): Evaluate {
  const [first, second, third] = segments;
  if (segments.length === 1) {
    switch (first) {
      case 'sid':
        return (scope) => scope.worker!.sid;
      case 'friendly_name':
        return (scope) => scope.worker!.friendlyName;
      case 'activity_sid':
        return (scope) => scope.worker!.activitySid;
      case 'activity_name':
        return (scope) => scope.worker!.activityName;
    }
  }
  const field = segments.length === 3 && first === 'channel' ? channelField(third) : undefined;
  if (field === undefined) return (scope) => valueAt(scope.worker!.attributes, segments);
  const channel = String(second);
  return (scope) => {
    const channelValues = scope.worker!.channel(channel);
    return channelValues ? channelValues[field] : valueAt(scope.worker!.attributes, segments);
  };
}

function channelField(name: string | number | undefined) {
  switch (name) {
    case 'configured_capacity':
      return 'configuredCapacity';
    case 'assigned_tasks':
      return 'assignedTasks';
    case 'available_capacity_percentage':
      return 'availableCapacityPercentage';
    default:
      return undefined;
  }
}

/** Follows a path through attributes. Own properties only, so that no name reaches JavaScript's own objects. */
export function valueAt(root: JsonObject, segments: readonly (string | number)[]): JsonValue {
  let value: JsonValue = root;
  for (const segment of segments) {
    if (value === null || typeof value !== 'object') return null;
    if (typeof segment === 'number' ? !Array.isArray(value) : Array.isArray(value)) return null;
    if (!Object.hasOwn(value, segment)) return null;
    value = (value as JsonObject)[segment] ?? null;
  }
  return value;
}
