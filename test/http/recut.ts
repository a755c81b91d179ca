import fc from 'fast-check';
import type { FormPairs } from 'taskrouter-kit';
import { formTail } from '../../src/signature/sign.js';

/** A signed request as far as its signature sees it: what follows the host, and the sorted parameters. */
export interface Signed {
  readonly target: string;
  readonly pairs: FormPairs;
}

/** The text that is signed, from the path on. */
export const textOf = ({ target, pairs }: Signed): string => target + formTail(pairs);

const WORDS =
  /[A-Z][a-z]+(?=[A-Z{\d])|AccountSid|(?:Workspace|Workflow|TaskQueue|Worker|Task|Reservation|Resource)?Sid|Timestamp(?:Ms)?|(?:Task|Worker)Attributes|Task[A-Z]/g;

/**
 * Copies of a request with its boundaries moved, by the same signature: cuts are taken away from the genuine ones and
 * put near words that look like names, at random, and also into the path and query.
 */
export function recutsOf(genuine: Signed, paths: readonly string[]): fc.Arbitrary<Signed | undefined> {
  const text = textOf(genuine);
  const start = genuine.target.length;
  const sorted = [...genuine.pairs].sort(([a], [b]) => (a < b ? -1 : 1));
  const cuts: number[] = [];
  let at = start;
  for (const [name, value] of sorted) {
    cuts.push(at, at + name.length);
    at += name.length + value.length;
  }
  const words = [...text.matchAll(WORDS)].flatMap(({ index, 0: word }) => [index, index + word.length]);
  const near = fc
    .tuple(fc.constantFrom(...words, ...cuts), fc.constantFrom(0, 0, 0, 0, 1, -1, 2, 3, 34, 36))
    .map(([place, by]) => place + by);
  const anywhere = fc.nat({ max: text.length });
  const targets = [
    ...paths.filter((path) => text.startsWith(path)).map((path) => fc.constant(path.length)),
    ...(genuine.target.includes('?') ? [near] : []),
  ];
  return fc
    .record({
      targetEnd: fc.oneof({ weight: 6, arbitrary: fc.constant(start) }, ...targets),
      dropped: fc.uniqueArray(fc.nat({ max: sorted.length - 1 }), { maxLength: 6 }),
      // A parameter whose name and value become the beginning of the next one's name.
      merged: fc.option(fc.nat({ max: sorted.length - 2 }), { freq: 1 }),
      moved: fc.array(fc.tuple(fc.nat({ max: sorted.length - 1 }), near), { maxLength: 3 }),
      added: fc.array(fc.tuple(near, fc.oneof(near, anywhere, fc.integer({ min: 0, max: 20 }))), {
        maxLength: 4,
      }),
    })
    .map(({ targetEnd, dropped, merged, moved, added }) => {
      const segments = new Map<number, number>();
      for (let pair = 0; pair < sorted.length; pair++) {
        if (!dropped.includes(pair)) segments.set(cuts[2 * pair]!, cuts[2 * pair + 1]!);
      }
      if (merged !== null) {
        segments.set(cuts[2 * merged]!, cuts[2 * merged + 3]!);
        segments.delete(cuts[2 * merged + 2]!);
      }
      for (const [pair, place] of moved)
        if (segments.has(cuts[2 * pair]!)) segments.set(cuts[2 * pair]!, place);
      for (const [begin, end] of added) segments.set(begin, end < begin ? begin + end : end);
      segments.set(targetEnd, segments.get(targetEnd) ?? cuts.find((cut) => cut > targetEnd) ?? text.length);
      const begins = [...segments.keys()]
        .filter((begin) => begin >= targetEnd && begin < text.length)
        .sort((a, b) => a - b);
      const pairs = begins.map((begin, index): readonly [string, string] => {
        const end = begins[index + 1] ?? text.length;
        const cut = Math.min(end, Math.max(begin, segments.get(begin)!));
        return [text.slice(begin, cut), text.slice(cut, end)];
      });
      const recut = { target: text.slice(0, targetEnd), pairs };
      return textOf(recut) === text ? recut : undefined;
    });
}
