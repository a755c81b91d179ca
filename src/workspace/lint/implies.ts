import {
  type Comparison,
  compileExpression,
  type Expression,
  type Operand,
  printExpression,
  printPath,
} from '../../expressions/index.js';

/** An expression prepared for many comparisons with others. */
export type Condition =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | {
      readonly kind: 'and' | 'or';
      readonly terms: readonly Condition[];
      readonly paths: ReadonlySet<string>;
      readonly equalities: Equalities;
    }
  | Atom;

/** The values that names must have for it to be true. Most pairs of filters are told apart by these alone. */
type Equalities = ReadonlyMap<string, unknown>;
const NONE: Equalities = new Map();

interface Atom {
  readonly kind: 'atom';
  readonly text: string;
  readonly path: string | undefined;
  readonly operator: Comparison['operator'];
  /** The values of a literal or a list of literals on the right; undefined: it is none. */
  readonly values: readonly (string | number | boolean | null)[] | undefined;
  readonly paths: ReadonlySet<string>;
  readonly equalities: Equalities;
}

/** Folds what is constant, and reads the rest into a form that is quick to compare. */
export function conditionOf(node: Expression): Condition {
  if (node.kind === 'comparison') return atomOf(node);
  const [neutral, final] =
    node.kind === 'and' ? (['always', 'never'] as const) : (['never', 'always'] as const);
  const terms = node.terms
    .map(conditionOf)
    .filter(({ kind }) => kind !== neutral)
    .flatMap((term) => (term.kind === node.kind ? term.terms : [term]));
  if (terms.some(({ kind }) => kind === final)) return { kind: final };
  if (terms.length === 0) return { kind: neutral };
  if (terms.length === 1) return terms[0]!;
  if (node.kind === 'and' && contradicts(terms)) return { kind: 'never' };
  return {
    kind: node.kind,
    terms,
    paths: new Set(terms.flatMap((term) => ('paths' in term ? [...term.paths] : []))),
    equalities:
      node.kind === 'and'
        ? new Map(terms.flatMap((term) => ('equalities' in term ? [...term.equalities] : [])))
        : NONE,
  };
}

function atomOf(node: Comparison): Condition {
  const { left, right, operator } = node;
  const paths = new Set([...pathsIn(left), ...pathsIn(right)]);
  if (paths.size === 0) {
    return {
      kind: compileExpression(printExpression(node), 'filter').test({ task: {} }) ? 'always' : 'never',
    };
  }
  const path = left.kind === 'path' ? printPath(left.segments) : undefined;
  const values = literals(right);
  const equality = operator === '==' && path !== undefined && values !== undefined;
  return {
    kind: 'atom',
    text: printExpression(node),
    path,
    operator,
    values,
    paths,
    equalities: equality ? new Map([[path, values[0]]]) : NONE,
  };
}

const pathsIn = (operand: Operand): readonly string[] =>
  operand.kind === 'path'
    ? [printPath(operand.segments)]
    : operand.kind === 'list'
      ? operand.items.flatMap(pathsIn)
      : [];

function literals(operand: Operand): Atom['values'] {
  if (operand.kind === 'literal') return [operand.value];
  if (operand.kind !== 'list') return undefined;
  const values = operand.items.map((item) => (item.kind === 'literal' ? item.value : undefined));
  return values.includes(undefined) ? undefined : (values as Atom['values']);
}

/** Two different values for one name. */
function contradicts(terms: readonly Condition[]): boolean {
  const known = new Map<string, unknown>();
  return terms.some((term) => {
    if (term.kind !== 'atom' || term.operator !== '==' || term.path === undefined || !term.values)
      return false;
    const [value] = term.values;
    if (known.has(term.path) && known.get(term.path) !== value) return true;
    known.set(term.path, value);
    return false;
  });
}

/**
 * Whether whatever fits `a` surely fits `b` too. False means only that it cannot be told.
 */
export function implies(a: Condition, b: Condition): boolean {
  if (b.kind === 'always' || a.kind === 'never') return true;
  if (a.kind === 'always' || b.kind === 'never') return false;
  for (const [path, value] of b.equalities) {
    const own = a.equalities.get(path);
    if (own !== undefined && own !== value) return false;
  }
  if (b.kind !== 'or') for (const path of b.paths) if (!a.paths.has(path)) return false;
  if (a.kind === 'or') return a.terms.every((term) => implies(term, b));
  if (b.kind === 'and') return b.terms.every((term) => implies(a, term));
  if (b.kind === 'or' && b.terms.some((term) => implies(a, term))) return true;
  if (a.kind === 'and') return a.terms.some((term) => implies(term, b));
  return a.kind === 'atom' && b.kind === 'atom' && atomImplies(a, b);
}

function atomImplies(a: Atom, b: Atom): boolean {
  if (a.text === b.text) return true;
  if (a.path === undefined || a.path !== b.path || !a.values || !b.values) return false;
  if (a.operator === '==' || a.operator === 'IN') return a.values.every((value) => holds(b, value));
  const [x] = a.values;
  const [y] = b.values;
  if (typeof x !== 'number' || typeof y !== 'number') return false;
  switch (`${a.operator} ${b.operator}`) {
    case '> >':
    case '> >=':
    case '>= >=':
      return x >= y;
    case '>= >':
      return x > y;
    case '< <':
    case '< <=':
    case '<= <=':
      return x <= y;
    case '<= <':
      return x < y;
    default:
      return false;
  }
}

/** Whether one value, which is not null unless it says so, fits a comparison. */
function holds({ operator, values }: Atom, value: string | number | boolean | null): boolean {
  const [other] = values!;
  switch (operator) {
    case '==':
      return value === other;
    case '!=':
      return value !== other;
    case 'IN':
      return value !== null && values!.includes(value);
    case 'NOT IN':
      return !values!.includes(value);
    case 'CONTAINS':
      return typeof value === 'string' && typeof other === 'string' && value.includes(other);
    case '>':
      return comparable(value, other) && value! > other!;
    case '>=':
      return comparable(value, other) && value! >= other!;
    case '<':
      return comparable(value, other) && value! < other!;
    case '<=':
      return comparable(value, other) && value! <= other!;
    default:
      return false;
  }
}

const comparable = (a: unknown, b: unknown) =>
  typeof a === typeof b && (typeof a === 'number' || typeof a === 'string');
