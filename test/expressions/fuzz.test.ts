import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compileExpression,
  type Expression,
  ExpressionError,
  judge,
  type Operand,
  parseExpression,
  printExpression,
} from '../../src/expressions/index.js';

/** More with `FUZZ_RUNS=1000000`. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 50_000);

const ident = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_$]{0,6}$/);
/** After a dot a name may begin with a digit. */
const segment = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_$]{0,6}$/);
const bareIdent = ident.filter((word) => !/^(and|or|in|not|has|contains|true|false|null)$/i.test(word));
const span = { start: 0, end: 0 };
const path = fc
  .tuple(bareIdent, fc.array(fc.oneof(segment, fc.nat(99)), { maxLength: 3 }))
  .map(([first, rest]): Operand => ({ kind: 'path', segments: [first, ...rest], ...span }));
const literal = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.string({ unit: fc.constantFrom('\\', "'", '"', 'a'), maxLength: 6 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  .map((value): Operand => ({ kind: 'literal', value, ...span }));
const list = fc
  .array(fc.oneof(literal, path), { maxLength: 3 })
  .map((items): Operand => ({ kind: 'list', items, ...span }));
const operand = fc.oneof(path, literal, list);
const comparison = fc
  .tuple(
    operand,
    fc.constantFrom('==', '!=', '>', '>=', '<', '<=', 'CONTAINS', 'HAS', 'IN', 'NOT IN'),
    operand,
  )
  .map(([left, operator, right]): Expression => ({ kind: 'comparison', operator, left, right, ...span }));
const expression = fc.letrec<{ tree: Expression; junction: Expression }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, comparison, tie('junction')),
  junction: fc
    .tuple(fc.constantFrom('and', 'or'), fc.array(tie('tree'), { minLength: 2, maxLength: 4 }))
    .map(([kind, terms]): Expression => ({ kind, terms, ...span })),
})).tree;

/** Without places, which printing does not keep. */
const shape = (node: unknown): unknown =>
  JSON.parse(JSON.stringify(node, (key, value) => (key === 'start' || key === 'end' ? undefined : value)));

test('what is printed is read back as the same expression', () => {
  fc.assert(
    fc.property(expression, (tree) => {
      const printed = printExpression(tree);
      const read = parseExpression(printed);
      expect(shape(read)).toEqual(shape(tree));
      expect(printExpression(read)).toBe(printed);
    }),
    { numRuns: Math.min(numRuns, 2_000) },
  );
});

test('judging an expression comes to what running it comes to', () => {
  fc.assert(
    fc.property(expression, fc.dictionary(bareIdent, fc.jsonValue()), (tree, task) => {
      const compiled = compileExpression(printExpression(tree), 'filter');
      const scope = { task: task as Record<string, never> };
      expect(judge(compiled, scope).result).toBe(compiled.test(scope));
    }),
    { numRuns: Math.min(numRuns, 2_000) },
  );
});

/** Pieces that come close to being expressions. */
const piece = fc.constantFrom(
  ...[
    'a',
    'worker.x',
    'task.y',
    'workers.available',
    "'s'",
    '"',
    "'",
    '1',
    '-2.5',
    'true',
    'null',
    '[',
    ']',
    '(',
    ')',
  ],
  ...[
    '==',
    '=',
    '!=',
    '>',
    '<',
    '>=',
    '>-',
    '<-',
    ' IN ',
    ' NOT IN ',
    ' HAS ',
    ' contains ',
    ' AND ',
    ' or ',
    ' not ',
  ],
  ...[
    '.',
    ',',
    ' ',
    '\n',
    '\\',
    '-',
    '!',
    '#',
    '*',
    '! =',
    '9a',
    '$',
    '_',
    '9'.repeat(20),
    '\u0000',
    'é',
    '\ud800',
  ],
);

test('any text is an expression or an error with a place: no hang, no other error', () => {
  const contexts = ['queue', 'filter', 'target', 'skip_if'] as const;
  const text = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, fc.constantFrom(...contexts), fc.boolean(), (source, context, lenient) => {
      try {
        const { warnings } = compileExpression(source, context, { lenient });
        if (!lenient && warnings.length > 0) throw new Error('a strict reading warns of nothing');
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        if (error.offset < 0 || error.offset > source.length)
          throw new Error('the place is outside the text');
        if (!error.excerpt.endsWith('^')) throw new Error('the excerpt has no caret');
      }
    }),
    { numRuns },
  );
}, 600_000);
