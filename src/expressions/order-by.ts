import { valueAt } from './compiler.js';
import { ExpressionError } from './error.js';
import type { JsonObject } from './values.js';

/** One clause of `order_by`. */
export interface OrderClause {
  readonly text: string;
  /** Below `worker.`. */
  readonly segments: readonly (string | number)[];
  readonly descending: boolean;
}

const CLAUSE = /^\s*(worker((?:\.[A-Za-z0-9_][A-Za-z0-9_$]*|\[\d+\])+))(?:\s+(asc|desc))?\s*$/i;

/**
 * Reads a target's `order_by`: `worker.path ASC|DESC, ...` (twilio.com/docs/taskrouter/order-workers). Without a
 * direction a clause is ascending.
 *
 * @throws {ExpressionError} with the place of the first clause that cannot be read.
 * @example parseOrderBy('worker.level DESC, worker.skills.fr ASC')
 */
export function parseOrderBy(source: string): OrderClause[] {
  let offset = 0;
  return source.split(',').map((text) => {
    const start = offset;
    offset += text.length + 1;
    const found = CLAUSE.exec(text);
    if (!found) throw new ExpressionError(source, start, 'expecting worker.<attribute> ASC or DESC');
    const [, path = '', below = '', direction = ''] = found;
    const segments = [...below.matchAll(/\.([A-Za-z0-9_$]+)|\[(\d+)\]/g)].map(([, name, index]) =>
      name === undefined ? Number(index) : name,
    );
    return { text: path, segments, descending: direction.toLowerCase() === 'desc' };
  });
}

/**
 * The numbers a worker is ordered by, smallest first, absent last; undefined: an attribute is there but no integer,
 * and the whole `order_by` is then ignored.
 */
export function orderKey(clauses: readonly OrderClause[], attributes: JsonObject): number[] | undefined {
  const key: number[] = [];
  for (const { segments, descending } of clauses) {
    const value = valueAt(attributes, segments);
    if (value !== null && !Number.isInteger(value)) return undefined;
    key.push(value === null ? Number.POSITIVE_INFINITY : descending ? -Number(value) : Number(value));
  }
  return key;
}
