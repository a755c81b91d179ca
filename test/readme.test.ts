import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { VARIABLES } from '../src/server/config.js';

const file = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const read = (path: string) => readFileSync(file(path), 'utf8');
const readme = read('README.md');

test("the README's first program is examples/quick-start.ts, and has at most ten lines", () => {
  const [, program = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(program).toBe(read('examples/quick-start.ts'));
  expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
});

test('a stranger reads what it is, how to install it and a program, in this order and on the first screen', () => {
  const place = (text: string) => readme.indexOf(text);
  const [what, install, code] = [place('Build servers'), place('npm install taskrouter-kit'), place('```ts')];
  expect(what).toBeGreaterThan(0);
  expect(install).toBeGreaterThan(what);
  expect(code).toBeGreaterThan(install);
  expect(readme.slice(0, code).split('\n').length).toBeLessThan(15);
});

test('the two commands of the README are scripts of the package', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const name of ['dev', 'test']) {
    expect(readme).toMatch(new RegExp(`^npm ci && npm (run )?${name} `, 'm'));
    expect(scripts).toHaveProperty(name);
  }
});

test("the README's test of routing is examples/escalation.test.ts", () => {
  expect(readme).toContain(`\`\`\`ts\n${read('examples/escalation.test.ts')}\`\`\``);
});

test('the README names every command there is, and no other', () => {
  const [, named = ''] = /`taskrouter-kit ([a-z |]+)`/.exec(readme) ?? [];
  const declared = ['endpoint', 'local', 'workspace'].map((group) =>
    read(`src/cli/command-line/${group}.ts`),
  );
  const commands = [...declared.join().matchAll(/\.command\('([a-z]+)'\)/g)].map(([, name]) => name!);
  expect(named.split(' | ').toSorted()).toEqual(commands.toSorted());
});

test('docs/configuration.md has a row for every variable, and for no other', () => {
  const rows = read('docs/configuration.md').match(/^\| `[A-Z].*?\|/gm) ?? [];
  const named = rows.flatMap((row) => [...row.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!));
  expect(named.toSorted()).toEqual([...VARIABLES].toSorted());
});

test('the picture of dev is there, is small, and shows no colours a page could not draw', () => {
  expect(readme).toContain('](docs/dev.svg)');
  expect(statSync(file('docs/dev.svg')).size).toBeLessThan(20_000);
  expect(read('docs/dev.svg')).not.toContain('\u001b');
});

test('every link to a file of this project leads to one, and to a heading that is there', () => {
  const pages = readdirSync(file('docs')).filter((name) => name.endsWith('.md'));
  for (const page of [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...pages.map((name) => `docs/${name}`),
  ]) {
    for (const [, link, heading] of read(page).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)) {
      const target =
        link === '' ? file(page) : fileURLToPath(new URL(link!, new URL(`../${page}`, import.meta.url)));
      expect(existsSync(target), `${page}: ${link}`).toBe(true);
      if (heading) expect(headings(readFileSync(target, 'utf8')), `${page}: #${heading}`).toContain(heading);
    }
  }
});

/** The anchors of a page's headings, as GitHub makes them. */
const headings = (page: string): readonly string[] =>
  [...page.matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
    text!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
