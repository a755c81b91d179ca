import type { Request } from 'express';
import { ConfigurationError } from '../../errors.js';
import { nearMiss } from '../../near-miss.js';
import { notFound } from '../engine/refusal.js';

export function one(request: Request, name: string): string | undefined {
  const value = request.query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Words of a list in the query, with commas between them. @throws {ConfigurationError} with the near miss */
export function words(
  request: Request,
  name: string,
  known: readonly string[],
): readonly string[] | undefined {
  const given = one(request, name)?.split(',');
  for (const word of given ?? []) {
    if (known.includes(word)) continue;
    const meant = nearMiss(word, known);
    const hint = meant === undefined ? `It is one of ${known.join(', ')}.` : `Did you mean ${meant}?`;
    throw new ConfigurationError(
      'bad-query',
      `There is no ${name} ${JSON.stringify(word.slice(0, 100))}. ${hint}`,
    );
  }
  return given;
}

/** @throws {EngineRefusal} 404 for what is no number of a delivery. */
export function deliveryId({ params }: Request): number {
  const id = String(params.id);
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw notFound(`/Deliveries/${id}`);
}

/** A whole number in the query. @throws {ConfigurationError} */
function integer(request: Request, name: string, most: number): number | undefined {
  const value = request.query[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^\d{1,15}$/.test(value) && Number(value) <= most) return Number(value);
  throw new ConfigurationError('bad-query', `${name} must be a whole number, at most ${most}.`);
}

const mostOnPage = 1_000;
const usualOnPage = 100;
const largest = Number.MAX_SAFE_INTEGER;

/** Takes what fits, from `source`, which begins with the newest. */
export function pageFrom<T extends { readonly seq: number }>(
  request: Request,
  known: readonly string[],
  source: (before: number | undefined) => Iterable<T>,
  fits: (item: T) => boolean,
): { readonly items: readonly T[]; readonly next: number | null } {
  for (const name of Object.keys(request.query)) {
    if (known.includes(name)) continue;
    const meant = nearMiss(name, known);
    const hint = meant === undefined ? `There are ${known.join(', ')}.` : `Did you mean ${meant}?`;
    throw new ConfigurationError('bad-query', `There is no parameter ${name.slice(0, 100)}. ${hint}`);
  }
  const limit = integer(request, 'limit', mostOnPage) ?? usualOnPage;
  if (limit === 0) throw new ConfigurationError('bad-query', `limit must be from 1 to ${mostOnPage}.`);
  const after = integer(request, 'after', largest) ?? 0;
  const items: T[] = [];
  for (const item of source(integer(request, 'before', largest))) {
    if (item.seq <= after) break;
    if (!fits(item)) continue;
    if (items.length === limit) return { items, next: items.at(-1)!.seq };
    items.push(item);
  }
  return { items, next: null };
}
