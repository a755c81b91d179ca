import { expect, test } from 'vitest';
import { accept, conference, dequeue, reject } from '../../src/instructions/build.js';
import { encodeCallback } from '../../src/instructions/encode.js';
import { lookUpNames, namesIn, withNames } from '../../src/instructions/names.js';
import { WA } from './table.js';

const never = () => {
  throw new Error('nothing to look up');
};

test('friendly names are found wherever an activity may stand, and SIDs are not', () => {
  expect(namesIn(reject({ activity: 'Offline' }))).toStrictEqual([
    { field: 'activity', kind: 'activity', name: 'Offline' },
  ]);
  for (const build of [dequeue, conference]) {
    expect(namesIn(build({ postWorkActivity: 'Wrap-up', from: '+15017122661' }))).toStrictEqual([
      { field: 'postWorkActivity', kind: 'activity', name: 'Wrap-up' },
    ]);
  }
  expect(namesIn(reject({ activity: WA }))).toStrictEqual([]);
  expect(namesIn(accept())).toStrictEqual([]);
});

test('a looked-up name is replaced in a copy, and the copy is frozen', () => {
  const named = dequeue({ postWorkActivity: 'Wrap-up', timeout: 20 });
  const asked: unknown[] = [];
  const resolved = withNames(named, (...args) => {
    asked.push(args);
    return WA;
  });
  expect(asked).toStrictEqual([['activity', 'Wrap-up']]);
  expect(named.postWorkActivity).toBe('Wrap-up');
  expect(Object.isFrozen(resolved)).toBe(true);
  expect(encodeCallback(resolved)).toBe(
    `{"instruction":"dequeue","post_work_activity_sid":"${WA}","timeout":20}`,
  );
});

test('an instruction without names is handed back as it is, with no look-up', () => {
  const plain = reject({ activity: WA });
  expect(withNames(plain, never)).toBe(plain);
});

test('a look-up that fails is passed on', () => {
  expect(() => withNames(reject({ activity: 'Offlin' }), never)).toThrow('nothing to look up');
});

test('names are asked for one after the other, and a promise or a value is as good', async () => {
  const named = conference({ from: '+15550100', postWorkActivity: 'Wrap-up' });
  expect(await lookUpNames(named, () => WA)).toMatchObject({ postWorkActivity: WA });
  expect(await lookUpNames(named, async () => WA)).toMatchObject({ postWorkActivity: WA });
  expect(await lookUpNames(accept(), never)).toStrictEqual(accept());
  await expect(lookUpNames(named, async () => never())).rejects.toThrow('nothing to look up');
});
