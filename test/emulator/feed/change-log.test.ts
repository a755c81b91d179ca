import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChangeLog } from '../../../src/emulator/feed/change-log.js';

test('a change log holds every item once, at its last change, whatever changes and goes', () => {
  const step = fc.record({ id: fc.nat({ max: 30 }), remove: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), fc.nat({ max: 500 }), (steps, from) => {
      const log = new ChangeLog<{ id: number; seq: number }>();
      const known = new Map<number, { id: number; seq: number }>();
      let seq = 0;
      for (const { id, remove } of steps) {
        const item = known.get(id) ?? { id, seq: 0 };
        if (remove && known.has(id)) {
          log.remove(item);
          known.delete(id);
        } else {
          seq += 1;
          log.touch(item, seq);
          known.set(id, item);
        }
      }
      const expected = [...known.values()].sort((a, b) => b.seq - a.seq);
      expect([...log.newest()]).toEqual(expected);
      expect([...log.newest(from)]).toEqual(expected.filter((item) => item.seq < from));
      const since = expected.filter((item) => item.seq > from);
      expect(log.since(from, 5)).toEqual({
        items: since.slice(0, 5).reverse(),
        more: Math.max(0, since.length - 5),
      });
    }),
  );
});
