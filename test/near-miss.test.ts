import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigurationError } from '../src/errors.js';
import { nearMiss, nearMisses, refuseUnknownKeys } from '../src/near-miss.js';

const KNOWN = ['authToken', 'deadlineMs', 'onDeadline', 'store', 'storeTimeoutMs'];

test('a letter too many, one missing, one changed, two swapped and another case are near', () => {
  for (const word of ['deadlinesMs', 'dedlineMs', 'deadlineMz', 'daedlineMs', 'DEADLINEMS', 'deadline_ms']) {
    expect(nearMiss(word, KNOWN), word).toBe('deadlineMs');
  }
});

test('a word that resembles none has no near miss, and a short one is not near everything', () => {
  expect(nearMiss('retries', KNOWN)).toBeUndefined();
  expect(nearMiss('xy', ['ab', 'cd'])).toBeUndefined();
  expect(nearMiss('', KNOWN)).toBeUndefined();
});

test('the nearest comes first, at most three', () => {
  expect(nearMisses('stor', ['star', 'store', 'storm', 'story', 'far away'])).toEqual([
    'star',
    'store',
    'storm',
  ]);
});

test('a word of any length is answered at once', () => {
  expect(nearMisses('x'.repeat(1_000_000), KNOWN)).toEqual([]);
});

test('one change to a known name of some length is always told', () => {
  fc.assert(
    fc.property(fc.constantFrom(...KNOWN), fc.nat(), fc.constantFrom('', 'q', '_'), (name, place, letter) => {
      const at = place % name.length;
      const slip = name.slice(0, at) + letter + name.slice(at + 1);
      fc.pre(!KNOWN.includes(slip));
      expect(() => refuseUnknownKeys({ [slip]: 1 }, KNOWN, 'it')).toThrow(`Did you mean "${name}"?`);
    }),
  );
});

test('unknown keys are refused, with the near miss or with all options', () => {
  const refuse = (options: unknown) => () => refuseUnknownKeys(options, KNOWN, 'createTaskRouter');
  expect(refuse(undefined)).not.toThrow();
  expect(refuse({ store: 1 })).not.toThrow();
  expect(refuse({ deadlineMS: 1 })).toThrow(
    new ConfigurationError(
      'bad-option',
      'createTaskRouter: there is no option "deadlineMS". Did you mean "deadlineMs"?',
    ),
  );
  expect(refuse({ retries: 1 })).toThrow(
    'there is no option "retries". Options: authToken, deadlineMs, onDeadline, store, storeTimeoutMs.',
  );
  for (const other of [null, [], 'text', 7, true, () => 1]) {
    expect(refuse(other), String(other)).toThrow('createTaskRouter: the options must be an object.');
  }
});
