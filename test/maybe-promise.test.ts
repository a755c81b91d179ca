import { expect, test } from 'vitest';
import { chain, notify } from '../src/maybe-promise.js';

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('boom');
    },
  ],
  ['rejects', async () => Promise.reject(new Error('boom'))],
])('a listener that %s is told of, and nothing else comes of it', async (_how, listener) => {
  const failures: unknown[] = [];
  notify(listener, 'news', (error) => failures.push(error));
  await expect.poll(() => failures).toEqual([new Error('boom')]);
});

test('what only has a then() goes on with its value, and what follows can be caught', async () => {
  // biome-ignore lint/suspicious/noThenProperty: query builders and other realms make such
  const thenable = { then: (resolve: (value: number) => void) => resolve(1) };
  await expect(chain(thenable as unknown as Promise<number>, (value) => value + 1)).resolves.toBe(2);
  const failing = chain(thenable as unknown as Promise<number>, () => {
    throw new Error('boom');
  });
  await expect(failing).rejects.toThrow('boom');
});
