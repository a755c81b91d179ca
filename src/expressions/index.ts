/** TaskRouter's expression language: read it, print it, run it, explain it. Knows nothing of the emulator. */
export type {
  Comparison,
  Expression,
  Junction,
  List,
  Literal,
  Operand,
  Operator,
  Path,
  Span,
} from './ast.js';
export { type CompiledExpression, type CompileOptions, compileExpression, valueAt } from './compiler.js';
export type { ExpressionChannel, ExpressionContext, ExpressionWorker, Scopes } from './context.js';
export { ExpressionError } from './error.js';
export { type Judgement, judge, missingNames, names, pathsOf } from './inspect.js';
export { printValue } from './mismatch.js';
export { type OrderClause, orderKey, parseOrderBy } from './order-by.js';
export { parseExpression, readExpression } from './parser.js';
export { printExpression, printOperand, printPath } from './printer.js';
export type { JsonObject, JsonValue } from './values.js';
