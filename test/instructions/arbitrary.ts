import fc from 'fast-check';
import { accept, call, conference, dequeue, redirect, reject } from '../../src/instructions/build.js';
import { FIELDS, type Field, type InstructionName } from '../../src/instructions/fields.js';
import type { Instruction } from '../../src/instructions/types.js';

const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 32, maxLength: 32 });
const text = fc.string({ unit: 'binary', minLength: 1 }).filter((value) => value.trim() !== '');

function anyValueOf({ kind, values = [] }: Field): fc.Arbitrary<unknown> {
  switch (kind) {
    case 'text':
      return text;
    case 'activity':
      return hex.map((digits) => `WA${digits}`);
    case 'callSid':
      return hex.map((digits) => `CA${digits}`);
    case 'url':
      return fc.webUrl({ withFragments: true, withQueryParameters: true });
    case 'flag':
      return fc.boolean();
    case 'word':
      return fc.constantFrom(
        ...values.map((word) => (word === 'true' || word === 'false' ? word === 'true' : word)),
      );
    case 'list':
      return fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });
    case 'seconds':
      return fc.integer({ min: 1, max: 999 });
    case 'participants':
      return fc.integer({ min: 2, max: 250 });
  }
}

function optionsOf(name: InstructionName): fc.Arbitrary<object> {
  const fields = FIELDS[name];
  const values = Object.fromEntries(fields.map((field) => [field.option, anyValueOf(field)]));
  const needed = fields.filter((field) => field.required || name === 'reject').map((field) => field.option);
  return fc
    .tuple(
      fc.record(values, { requiredKeys: needed }),
      fc.dictionary(
        fc.stringMatching(/^zz_[a-z]{1,8}$/),
        fc.oneof(
          text,
          fc.boolean(),
          fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
        ),
        { maxKeys: 3 },
      ),
    )
    .map(([options, passthrough]) =>
      Object.keys(passthrough).length > 0 ? { ...options, passthrough: { ...passthrough } } : options,
    );
}

/** Every instruction a builder can make for a callback: SIDs, not names, and a reject with its activity. */
export const instruction: fc.Arbitrary<Instruction> = fc.oneof(
  optionsOf('accept').map((options) => accept(options)),
  optionsOf('reject').map((options) => reject(options)),
  optionsOf('dequeue').map((options) => dequeue(options)),
  optionsOf('call').map((options) => call(options as Parameters<typeof call>[0])),
  optionsOf('redirect').map((options) => redirect(options as Parameters<typeof redirect>[0])),
  optionsOf('conference').map((options) => conference(options)),
);
