import type { Expression, Operand, Path } from './ast.js';
import { type AnyScope, type CompiledExpression, compileOperand } from './compiler.js';
import type { ExpressionContext, Scopes } from './context.js';
import { typeMismatch } from './mismatch.js';
import { printExpression, printPath } from './printer.js';
import { comparison, type JsonValue } from './values.js';

/** Every path of an expression, in the order of the text, repetitions included. */
export function pathsOf(node: Expression | Operand): Path[] {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.terms.flatMap(pathsOf);
    case 'comparison':
      return [...pathsOf(node.left), ...pathsOf(node.right)];
    case 'list':
      return node.items.flatMap(pathsOf);
    case 'path':
      return [node];
    case 'literal':
      return [];
  }
}

/**
 * The names an expression asks for, each once, as they are written.
 * @example names(parseExpression("worker.skills HAS task.skill AND task.skill != 'x'")) // ['worker.skills', 'task.skill']
 */
export function names(expression: Expression): string[] {
  return [...new Set(pathsOf(expression).map((path) => printPath(path.segments)))];
}

/** One comparison, what it came to, and what its names were. */
export interface Judgement {
  readonly text: string;
  readonly result: boolean;
  /** Names that had no value. */
  readonly missing: readonly string[];
  /** Names that had one; absent: none had, or it was not asked for. */
  readonly values?: readonly { readonly name: string; readonly value: JsonValue }[];
  /** Why the types of the two sides keep it from being true; absent: it is not the types, or it was not asked for. */
  readonly mismatch?: string;
}

/**
 * Runs an expression and tells which comparisons decided: of a true OR its first true side, of a false AND its first
 * false one, otherwise all.
 * @param withValues Tells the values of their names too, and where types are the cause. Default: false.
 */
export function judge<C extends ExpressionContext>(
  compiled: CompiledExpression<C>,
  scope: Scopes[C],
  withValues = false,
): { readonly result: boolean; readonly reasons: readonly Judgement[] } {
  const visit = (node: Expression): { result: boolean; reasons: Judgement[] } => {
    if (node.kind === 'comparison') {
      const { context, options } = compiled;
      const read = (operand: Operand) => compileOperand(operand, context)(scope as AnyScope);
      const compare = comparison(node.operator, options.coerceNumericStrings ?? false);
      const [left, right] = [read(node.left), read(node.right)];
      const result = compare(left, right);
      const named = [...new Map(pathsOf(node).map((path) => [printPath(path.segments), read(path)]))].map(
        ([name, value]) => ({ name, value }),
      );
      const values = withValues ? named.filter(({ value }) => value !== null) : [];
      const mismatch = withValues && !result ? typeMismatch(node, left, right) : undefined;
      const judgement: Judgement = {
        text: printExpression(node),
        result,
        missing: named.filter(({ value }) => value === null).map(({ name }) => name),
        ...(values.length > 0 ? { values } : {}),
        ...(mismatch === undefined ? {} : { mismatch }),
      };
      return { result, reasons: [judgement] };
    }
    const decisive = node.kind === 'or';
    const reasons: Judgement[] = [];
    for (const term of node.terms) {
      const judged = visit(term);
      if (judged.result === decisive) return judged;
      reasons.push(...judged.reasons);
    }
    return { result: !decisive, reasons };
  };
  return visit(compiled.ast);
}

/**
 * The names of an expression that have a value in none of the scopes: misspelt, or nobody has them.
 * @example missingNames(compileExpression("tier == 'gold'", 'filter'), tasks.map((task) => ({ task })))
 */
export function missingNames<C extends ExpressionContext>(
  compiled: CompiledExpression<C>,
  scopes: readonly Scopes[C][],
): string[] {
  const absent = pathsOf(compiled.ast).filter((path) => {
    const read = compileOperand(path, compiled.context);
    return scopes.every((scope) => read(scope as AnyScope) === null);
  });
  return [...new Set(absent.map((path) => printPath(path.segments)))];
}
