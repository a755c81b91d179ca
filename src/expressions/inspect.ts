import type { Expression, Operand, Path } from './ast.js';
import { type AnyScope, type CompiledExpression, compileOperand } from './compiler.js';
import type { ExpressionContext, Scopes } from './context.js';
import { printExpression, printPath } from './printer.js';
import { comparison } from './values.js';

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

/** One comparison, what it came to, and which of its names had no value. */
export interface Judgement {
  readonly text: string;
  readonly result: boolean;
  readonly missing: readonly string[];
}

/**
 * Runs an expression and tells which comparisons decided: of a true OR its first true side, of a false AND its first
 * false one, otherwise all.
 */
export function judge<C extends ExpressionContext>(
  compiled: CompiledExpression<C>,
  scope: Scopes[C],
): { readonly result: boolean; readonly reasons: readonly Judgement[] } {
  const visit = (node: Expression): { result: boolean; reasons: Judgement[] } => {
    if (node.kind === 'comparison') {
      const { context, options } = compiled;
      const read = (operand: Operand) => compileOperand(operand, context)(scope as AnyScope);
      const compare = comparison(node.operator, options.coerceNumericStrings ?? false);
      const result = compare(read(node.left), read(node.right));
      const missing = pathsOf(node).filter((path) => read(path) === null);
      const text = printExpression(node);
      return {
        result,
        reasons: [{ text, result, missing: missing.map((path) => printPath(path.segments)) }],
      };
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
