import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadDefinition } from '../../src/workspace/index.js';
import { locateInScript } from '../../src/workspace/locate.js';

const folder = mkdtempSync(join(tmpdir(), 'definition-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** A file of its own folder; returns its path. */
function file(name: string, text: string): string {
  const path = join(folder, String(count++));
  mkdirSync(path);
  writeFileSync(join(path, name), text);
  return join(path, name);
}

async function refusal(path: string, modules = {}): Promise<string> {
  const error: unknown = await loadDefinition(path, modules).then(
    () => new Error('it was taken'),
    (caught: unknown) => caught,
  );
  return String(error instanceof Error ? error.message : error).replaceAll(`${path}`, 'FILE');
}

const SAME = { taskQueues: { 'Support EN': {} }, workflows: { Calls: { defaultQueue: 'Support EN' } } };

describe('loadDefinition', () => {
  test.each([
    ['a.json', JSON.stringify(SAME)],
    ['a.yaml', 'taskQueues:\n  Support EN: {}\nworkflows:\n  Calls:\n    defaultQueue: Support EN\n'],
    ['a.YML', 'taskQueues: { Support EN: {} }\nworkflows: { Calls: { defaultQueue: Support EN } }\n'],
    [
      'a.ts',
      `type Name = string;\nconst queue: Name = 'Support EN';\nexport default { taskQueues: { [queue]: {} }, workflows: { Calls: { defaultQueue: queue } } } as const;`,
    ],
    ['bom.json', `\uFEFF${JSON.stringify(SAME)}`],
    ['bom.yaml', `\uFEFF${JSON.stringify(SAME)}`],
    ['a.mjs', `export default ${JSON.stringify(SAME)};`],
    ['a.cjs', `module.exports = ${JSON.stringify(SAME)};`],
    ['a.js', `export default Promise.resolve(${JSON.stringify(SAME)});`],
  ])('reads %s', async (name, text) => {
    expect((await loadDefinition(file(name, text))).definition).toEqual(SAME);
  });

  test('reads a TypeScript file and what it imports anew each time', async () => {
    const path = file('a.ts', `import name from './name.js';\nexport default { friendlyName: name };`);
    const beside = path.replace('a.ts', 'name.ts');
    writeFileSync(beside, "export default 'one' as string;");
    expect((await loadDefinition(path)).definition.friendlyName).toBe('one');
    writeFileSync(beside, "export default 'two' as string;");
    expect((await loadDefinition(path)).definition.friendlyName).toBe('two');
  });

  test('gives a script the modules of this process', async () => {
    const path = file(
      'a.ts',
      "import { name } from 'taskrouter-kit/workspace';\nexport default { friendlyName: name };",
    );
    const { definition } = await loadDefinition(path, { 'taskrouter-kit/workspace': { name: 'shared' } });
    expect(definition.friendlyName).toBe('shared');
  });

  test('lets YAML anchors and merges stand', async () => {
    const text =
      'workers:\n  Ann: &w\n    activity: Available\n  Ben:\n    <<: *w\n    attributes: { a: 1 }\n';
    expect((await loadDefinition(file('a.yaml', text))).definition.workers).toEqual({
      Ann: { activity: 'Available' },
      Ben: { activity: 'Available', attributes: { a: 1 } },
    });
  });

  test.each([
    [
      'the line of a value',
      'a.yaml',
      'workflows:\n  Calls:\n    defaultQueue: Nobody\n',
      /^FILE:3:5: workflows\.Calls\.defaultQueue: the definition has no/,
    ],
    [
      'the line of a misspelt key',
      'a.yaml',
      'workers:\n  Ann:\n    activty: x\n',
      /^FILE:3:5: workers\.Ann\.activty: .*"activity"\?$/,
    ],
    [
      'the line of an item',
      'a.yaml',
      'workflows:\n  Calls:\n    filters:\n      - expression: a\n        targets:\n          - que: x\n',
      /^FILE:6:13: workflows\.Calls\.filters\[0\]\.targets\[0\]\.que: .*"queue"\?/,
    ],
    [
      'the line of what lacks something',
      'a.yaml',
      'workflows:\n  Calls: {}\n',
      /^FILE:2:3: workflows\.Calls: says nothing/,
    ],
    [
      'the line in JSON',
      'a.json',
      '{\n  "workers": {\n    "Ann": 3\n  }\n}',
      /^FILE:3:5: workers\.Ann: must be an object with activity/,
    ],
    ['a slip in YAML', 'a.yaml', 'workers:\n  Ann: [\n', /^FILE:3:1: /],
    ['a slip in JSON', 'a.json', '{\n  "workers": {},\n}', /^FILE:3:1: Expected double-quoted property name/],
    ['JSON that ends too early', 'a.json', '{\n  "workers": {', /^FILE:2:\d+: /],
    [
      'a key that is there twice, in JSON',
      'a.json',
      '{\n  "workers": {},\n  "workers": {}\n}',
      /^FILE:3:3: .*unique/,
    ],
    ['a key that is there twice, in YAML', 'a.yaml', 'workers: {}\nworkers: {}\n', /^FILE:2:1: .*unique/],
    [
      'a number and a text that are one key',
      'a.yaml',
      'workers: { 1: {}, "1": {} }\n',
      /^FILE:1:19: .*unique/,
    ],
    [
      'a list as a key',
      'a.yaml',
      'workers:\n  ? [a]\n  : {}\n',
      /^FILE:2:5: A key must be a string\. Put it into quotes\.$/,
    ],
    [
      'the first hundred of very many problems',
      'a.yaml',
      Array.from({ length: 150 }, (_, index) => `${index === 0 ? 'workers:\n' : ''}  Ann${index}: 3\n`).join(
        '',
      ),
      /\nFILE:101:3: workers\.Ann99: must be an object [^\n]*\nAnd 50 more\.$/,
    ],
    ['a tag nobody knows', 'a.yaml', 'friendlyName: !Ref x\n', /^FILE:1:15: Unresolved tag/],
    ['an empty file', 'a.yaml', '', /^FILE: is empty\. Start with/],
    ['an empty file of JSON', 'a.json', ' \n', /^FILE: is empty\. Start with/],
    ['a byte order mark alone', 'a.yaml', '\uFEFF', /^FILE: is empty\. Start with/],
    [
      'a tag, and what to write',
      'a.yaml',
      'workers: !!js/function "x"\n',
      /^FILE:1:10: Unresolved tag: .*Write the value itself, without a tag/,
    ],
    [
      'a placeholder without quotes',
      'a.yaml',
      'workflows: { W: { defaultQueue: ${env.QUEUE} } }\n',
      /^FILE:1:\d+: .*Quote a string that contains \$\{…\}/,
    ],
    ['brackets without end', 'a.yaml', '['.repeat(100_000), /^FILE:1:\d+: has too many levels/],
    [
      'levels without end',
      'a.json',
      `{"workers":{"Ann":{"attributes":${'[1,'.repeat(150)}1${']'.repeat(150)}}}}`,
      /^FILE:1:20: workers\.Ann\.attributes: has more than 100 levels/,
    ],
    [
      'aliases that multiply',
      'a.yaml',
      `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}\n`,
      /^FILE:1:1: is too large: expanded, it has more than 20,000,000 characters\..*aliases/,
    ],
    ['an alias of nothing', 'a.yaml', 'workers: *who\n', /^FILE.*: .*[Uu]nresolved alias.*who/],
    [
      'named expressions that multiply',
      'a.yaml',
      `expressions:\n  e0: level == 1\n${Array.from({ length: 40 }, (_, i) => `  e${i + 1}: \${e${i}} AND \${e${i}}`).join('\n')}\ntaskQueues: { Q: { targetWorkers: '\${e40}' } }\n`,
      /^FILE:\d+:3: expressions\.e\d+: is too long: expanded, it has more than 1,000,000 characters/,
    ],
    [
      'an object that holds itself',
      'a.mjs',
      'const a = {}; a.a = a; export default { workers: { Ann: { attributes: a } } };',
      /^FILE.*: workers\.Ann\.attributes: has more than 100 levels, or contains itself/,
    ],
    ['a file of comments', 'a.yaml', '# nothing\n', /^FILE: is empty\. Start with/],
    [
      'two documents',
      'a.yaml',
      'taskQueues: {}\n---\nworkers: {}\n',
      /^FILE:2:1: A second document begins here/,
    ],
    [
      'the short name of a key',
      'a.yaml',
      'queues: {}\n',
      /^FILE:1:1: queues: is not a key here\. Did you mean "taskQueues"\?/,
    ],
    [
      'a promise that is rejected',
      'a.mjs',
      'export default Promise.reject(new Error("no net"));',
      /^FILE: cannot be loaded: no net/,
    ],
    [
      'a slip in TypeScript',
      'a.ts',
      'export default {\n  workers: ,\n};',
      /^FILE: cannot be loaded: .*FILE:2:11$/s,
    ],
    ['an error of its own', 'a.ts', "throw new Error('no base');", /^FILE: cannot be loaded: no base$/],
    [
      'no default export',
      'a.ts',
      'export const workers = {};',
      /^FILE: has no default export\. Write: export default/,
    ],
    ['a file of another kind', 'a.toml', '', /is not a workspace file: its name must end in \.ts, /],
  ])('says %s', async (_what, name, text, message) => {
    expect(await refusal(file(name, text))).toMatch(message);
  });

  test('takes line ends of Windows, and a value that many share', async () => {
    const workers = Array.from({ length: 200 }, (_, i) => `  W${i}: { channels: *c }`);
    const text = ['workers:', '  A: { channels: &c { voice: { capacity: 2 } } }', ...workers, ''].join(
      '\r\n',
    );
    const { definition, locate } = await loadDefinition(file('a.yaml', text));
    expect(definition.workers).toMatchObject({ W0: { channels: { voice: { capacity: 2 } } } });
    expect(locate(['workers', 'W0'])).toEqual({ line: 3, column: 3 });
  });

  test.each(['a.yaml', 'a.json', 'a.ts'])('reads no huge %s', async (name) => {
    const path = file(name, '');
    truncateSync(path, 20_000_000);
    expect(await refusal(path)).toBe(
      'The workspace file FILE: It has 20,000,000 bytes; 10,000,000 are read at most. Is it the right file?',
    );
  });

  test('says that a file is not UTF-8', async () => {
    const path = file('a.yaml', '');
    writeFileSync(path, '\uFEFFtaskQueues: {}\r\n', 'utf16le');
    expect(await refusal(path)).toMatch(/It is not UTF-8\. Save it in that encoding\.$/);
  });

  test('says that there is no such file', async () => {
    expect(await refusal(join(folder, 'none.yaml'))).toMatch(/There is no such file\.$/);
  });
});

describe('locateInScript', () => {
  const text = `
    const queue = { targetWorkers: 'a ==' };
    const definition = {
      taskQueues: { queue, 'Support EN': { targetWorkers: 'b' } },
      workflows: define({ Calls: { filters: [{ targets: [{}, { timeout: 1 }] }] } }),
    } as const satisfies object;
    export default definition;`;
  // TypeScript is found from this file on.
  const locate = locateInScript(import.meta.filename, text);

  test.each([
    [['taskQueues', 'Support EN', 'targetWorkers'], "targetWorkers: 'b'"],
    [['taskQueues', 'queue', 'targetWorkers'], "targetWorkers: 'a =='"],
    [['workflows', 'Calls', 'filters', 0, 'targets', 1, 'timeout'], 'timeout: 1'],
    [['workflows', 'Calls', 'nothing'], 'Calls:'],
  ])('finds %j', (path, found) => {
    const { line, column } = locate(path)!;
    expect(text.split('\n')[line - 1]!.slice(column - 1)).toMatch(found);
  });

  test('finds nothing where no TypeScript is installed', () => {
    expect(locateInScript(join(folder, 'a.ts'), text)(['taskQueues'])).toBeUndefined();
  });
});
