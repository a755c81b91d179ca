import { describe, expect, test } from 'vitest';
import { readChoices } from '../../src/cli/emulator-choices.js';
import { UsageError } from '../../src/cli/failure.js';

describe('--choice', () => {
  test('takes words, flags and numbers', () => {
    expect(readChoices([])).toEqual({});
    expect(
      readChoices(['lenientExpressions=false', 'callbackBackoff=true', 'noContent=fail', 'maxAssignments=5']),
    ).toEqual({ lenientExpressions: false, callbackBackoff: true, noContent: 'fail', maxAssignments: 5 });
  });

  test.each([
    ['lenientExpresions=false', 'there is no choice "lenientExpresions". Did you mean lenientExpressions?'],
    ['LenientExpressions=false', 'Did you mean lenientExpressions?'],
    ['toString=1', 'Choices: afterReservationTimeout, '],
    ['lenientExpressions', 'write lenientExpressions=true or lenientExpressions=false.'],
    ['lenientExpressions=no', 'write lenientExpressions=true or lenientExpressions=false.'],
    ['stepTimeoutsFrom=filter', 'stepTimeoutsFrom=filter-entered or stepTimeoutsFrom=task-created or'],
    ['maxAssignments=-1', 'write maxAssignments= and a whole number'],
    ['maxAssignments=0', 'write maxAssignments= and a whole number'],
    ['purgeAfterMs=1e3', 'write purgeAfterMs= and a whole number'],
    ['', 'there is no choice ""'],
  ])('%s is refused', (pair, message) => {
    expect(() => readChoices([pair])).toThrow(UsageError);
    expect(() => readChoices([pair])).toThrow(message);
  });
});
