/** Shared by every copy of this package: a file may load another one than the command that reads it. */
const KEY = Symbol.for('taskrouter-kit.written-out');
const shared = globalThis as { [KEY]?: WeakSet<object> };
shared[KEY] ??= new WeakSet();
const WRITTEN_OUT = shared[KEY];

/** Whether the placeholders of a definition are written out. What looks like one in it then stands for itself. */
export const isWrittenOut = (definition: object): boolean => WRITTEN_OUT.has(definition);

export function writtenOut<T extends object>(definition: T): T {
  WRITTEN_OUT.add(definition);
  return definition;
}

/** A definition that was made of another one is written out if that is. */
export const likewise = <T extends object>(made: T, from: object): T =>
  isWrittenOut(from) ? writtenOut(made) : made;

/** A text as a definition has it that means exactly this: with `$${…}` for `${…}`. */
export const literal = (text: string): string => text.replaceAll(/\$\{[^{}]*\}/g, (one) => `$${one}`);
