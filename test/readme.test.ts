import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test("the README's first program is examples/quick-start.ts, and has at most ten lines", () => {
  const [, program = ''] = /```ts\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  expect(program).toBe(read('examples/quick-start.ts'));
  expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
});
