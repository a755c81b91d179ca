import { ConfigurationError } from 'taskrouter-kit';
import { createEmulator, type EmulatorOptions } from 'taskrouter-kit/emulator';
import { describe, expect, test } from 'vitest';
import { start } from './open.js';

const given = (options: object) => options as EmulatorOptions;

describe('the options of createEmulator', () => {
  test.each([
    [{ dataFiles: 'x' }, 'createEmulator: there is no option "dataFiles". Did you mean "dataFile"?'],
    [{ unconfirmedParamters: true }, 'Did you mean "unconfirmedParameters"?'],
    [{ colour: 1 }, 'createEmulator: there is no option "colour". Options: clock, accountSid'],
    [
      { choices: { maxAssignment: 3 } },
      'createEmulator choices: there is no option "maxAssignment". Did you',
    ],
    [{ choices: { maxAssignments: 0 } }, 'maxAssignments is not a whole number above 0'],
    [{ choices: { purgeAfterMs: '5m' } }, 'purgeAfterMs is not a number of milliseconds'],
    [{ choices: { noContent: 'ignore' } }, "noContent is not 'defer' or 'fail'"],
    [
      { choices: { stepTimeoutsFrom: 'created' } },
      "stepTimeoutsFrom is not 'filter-entered' or 'task-created'",
    ],
    [{ choices: { afterReservationTimeout: 1 } }, "afterReservationTimeout is not 'same-step'"],
    [{ choices: { lenientExpressions: 'no' } }, 'lenientExpressions is not true or false'],
    [{ choices: { callbackBackof: false } }, 'Did you mean "callbackBackoff"?'],
    [{ apiKeys: 'SK' }, 'apiKeys is not an object of secrets by SID'],
    [{ allowHosts: 'emulator' }, 'allowHosts is not a list of host names'],
    [{ allowHosts: [1] }, 'allowHosts holds 1, which is not a host'],
    [{ clock: 'virtul' }, "clock is not 'real' or 'virtual'"],
    [{ port: 70_000 }, 'port is not a port from 0 to 65535, or false'],
    [{ port: '8080' }, 'port is not a port'],
    [{ log: false }, 'log is not an object with the methods'],
    [{ log: { info() {} } }, 'log is not an object with the methods'],
    [{ fetch: 'x' }, 'fetch is not a function'],
    [{ host: '' }, 'host is empty'],
    [{ seed: '7' }, 'seed is not a number'],
    [{ dataFile: '' }, 'dataFile is empty'],
    [{ phones: { does: 'anser' } }, "Did you mean 'answer'?"],
    [{ phones: { does: 'answer', afterMS: 1 } }, 'Did you mean "afterMs"?'],
    [{ phones: { does: 'not answer', talkMs: 1 } }, 'phones \'not answer\': there is no option "talkMs"'],
    [{ phones: { does: 'answer', afterMs: Number.NaN } }, 'afterMs must be a number of milliseconds'],
    [[], 'createEmulator: the options must be an object'],
  ])('%j is refused', async (options, message) => {
    const error = await createEmulator(given(options)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toContain(message);
  });

  test('never show the value of one that may be a secret', async () => {
    await expect(createEmulator(given({ authToken: ['s3cret'] }))).rejects.toThrow(
      /^((?!s3cret).)*authToken is not((?!s3cret).)*$/,
    );
  });

  test('may be undefined, one by one', async () => {
    await expect(
      start({ clock: undefined, port: undefined, phones: undefined, choices: undefined }),
    ).resolves.toBeDefined();
  });
});

describe('other options of an emulator', () => {
  test('are refused when they are not known, with the near miss', async () => {
    const emulator = await start();
    emulator.seed({ taskQueues: { Q: {} }, workflows: { W: { defaultQueue: 'Q' } } });
    expect(() => emulator.createTask({ atributes: {} } as object)).toThrow(
      'createTask: there is no option "atributes". Did you mean "attributes"?',
    );
    const task = emulator.createTask();
    expect(() => emulator.until(task, { withinMS: 1 } as object)).toThrow('Did you mean "withinMs"?');
    expect(() => emulator.trouble({ dublicate: true } as object)).toThrow('Did you mean "duplicate"?');
    expect(() => emulator.trouble({ drop: { time: 1 } } as object)).toThrow('Did you mean "times"?');
    expect(emulator.troubles()).toEqual({});
  });

  test('a rule for phones that returns no behaviour is reported, and the reservation is left alone', async () => {
    const errors: unknown[] = [];
    const nothing = () => {};
    const emulator = await start({
      phones: () => ({ does: 'anser' }) as never,
      fetch: async () => Response.json({ instruction: 'dequeue', from: '+15005550006' }),
      log: {
        debug: nothing,
        info: nothing,
        warn: nothing,
        error: (fields) => errors.push((fields as { readonly error: unknown }).error),
      },
    });
    emulator.seed({
      workers: { Ann: { activity: 'Available', attributes: { contact_uri: '+15005550007' } } },
      taskQueues: { Q: {} },
      workflows: { W: { defaultQueue: 'Q', assignmentCallbackUrl: 'http://127.0.0.1:1/' } },
    });
    const task = emulator.createTask({ attributes: { call_sid: `CA${'0'.repeat(32)}` } });
    await emulator.quiet();
    expect(String(errors[0])).toContain("Did you mean 'answer'?");
    expect((await emulator.until(task).isReserved()).assignmentStatus).toBe('reserved');
  });
});
