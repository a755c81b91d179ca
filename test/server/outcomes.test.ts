import fc from 'fast-check';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createTally, createTimeTally } from '../../src/server/outcomes.js';

/** The labels and value of every sample, read strictly by the rules of the text format. */
function samples(text: string) {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] =
        /^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\]|\\["\\n])*",?)*)\})? (\S+)$/.exec(line) ?? [];
      expect(name, JSON.stringify(line)).toBeDefined();
      const pairs = [...labels.matchAll(/([a-z]+)="((?:[^"\\]|\\["\\n])*)"/g)].map(([, label, written]) => [
        label,
        written!.replace(/\\(["\\n])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)),
      ]);
      return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
    });
}

const label = fc.string({
  unit: fc.constantFrom('a', '"', '\\', '\n', '\u0000', ',', '}', '=', 'ü', '\u2028'),
});

test('whatever characters a value has, its label is that value and its number what was counted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(label, fc.constantFrom('', 'accept'))), async (counted) => {
      const register = new Registry();
      const described = { name: 'counted', help: 'x', labelNames: ['handler', 'instruction'] };
      const tally = createTally(described, register);
      const timed = createTimeTally({ ...described, name: 'took' }, [1, 2], register);
      const expected = new Map<string, number>();
      for (const [handler, instruction] of counted) {
        tally(handler, instruction);
        timed(1.5, handler, instruction);
        const key = JSON.stringify([handler, instruction]);
        expected.set(key, (expected.get(key) ?? 0) + 1);
      }
      // A scrape changes nothing: the second says the same.
      await register.metrics();
      const all = samples(await register.metrics());
      for (const name of ['counted', 'took_count']) {
        const got = all
          .filter((sample) => sample.name === name)
          .map(({ labels, value }) => [JSON.stringify([labels.handler, labels.instruction]), value] as const);
        expect(new Map(got)).toEqual(expected);
        expect(got).toHaveLength(expected.size);
      }
      for (const { labels, value } of all.filter(({ name }) => name === 'took_bucket')) {
        const most = expected.get(JSON.stringify([labels.handler, labels.instruction]));
        expect(value).toBe(labels.le === '1' ? 0 : most);
      }
    }),
    { numRuns: 60 },
  );
});
