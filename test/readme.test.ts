import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test("the README's first program is examples/quick-start.ts, and has at most ten lines", () => {
  const [, program = ''] = /```ts\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  expect(program).toBe(read('examples/quick-start.ts'));
  expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
});

test("the README's test of routing is examples/escalation.test.ts", () => {
  expect(read('README.md')).toContain(`\`\`\`ts\n${read('examples/escalation.test.ts')}\`\`\``);
});

test('every link to a file of this project leads to one', () => {
  for (const page of [
    'README.md',
    'CONTRIBUTING.md',
    'docs/architecture.md',
    'docs/emulator.md',
    'docs/rest.md',
  ]) {
    for (const [, link] of read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect(existsSync(new URL(link!, new URL(`../${page}`, import.meta.url))), `${page}: ${link}`).toBe(
        true,
      );
    }
  }
});
