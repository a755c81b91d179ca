/** The operators, in the one spelling each is printed with. */
export type Operator = '==' | '!=' | '>' | '>=' | '<' | '<=' | 'CONTAINS' | 'HAS' | 'IN' | 'NOT IN';

/** A place in the source: UTF-16 offsets, the end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Expression = Junction | Comparison;

/** Two or more terms joined by the same word. */
export interface Junction extends Span {
  readonly kind: 'and' | 'or';
  readonly terms: readonly Expression[];
}

export interface Comparison extends Span {
  readonly kind: 'comparison';
  readonly operator: Operator;
  readonly left: Operand;
  readonly right: Operand;
}

export type Operand = Literal | List | Path;

export interface Literal extends Span {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null;
}

export interface List extends Span {
  readonly kind: 'list';
  readonly items: readonly Operand[];
}

/** `worker.skills[0].name` is `['worker', 'skills', 0, 'name']`. */
export interface Path extends Span {
  readonly kind: 'path';
  readonly segments: readonly [string, ...(string | number)[]];
}
