import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from 'taskrouter-kit';
import { afterAll, describe, expect, test } from 'vitest';
import { loadHandlers } from '../../src/server/load-handlers.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A folder with an index of handlers in it. */
function folderWith(source: string, name = 'index.js'): string {
  const folder = mkdtempSync(join(tmpdir(), 'taskrouter-kit-'));
  folders.push(folder);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, name), source);
  return folder;
}

const OTHERWISE = "{ kind: 'otherwise', handler: { instruction: 'defer' } }";

describe('loadHandlers', () => {
  test('loads the shipped handlers by default, in the order they are listed in', async () => {
    const handlers = await loadHandlers();
    const names = handlers.map((one) => (one.kind === 'assignment' ? one.match.name : one.kind));
    expect(names).toEqual([
      'unreachable-worker',
      'voice-dequeue',
      'voice-conference',
      'chat',
      'event',
      'otherwise',
    ]);
  });

  test('loads the folder it is told', async () => {
    const folder = folderWith(`export default [${OTHERWISE}];`);
    expect(await loadHandlers(folder)).toEqual([{ kind: 'otherwise', handler: { instruction: 'defer' } }]);
  });

  test.each([
    ['no default export', 'export const handlers = [];', /has no default export\. Write: export default/],
    ['no array', `export default ${OTHERWISE};`, /a default export that is not an array/],
    [
      'an element that is no definition',
      `export default [${OTHERWISE}, () => {}];`,
      /Element 1 .* is not a definition/,
    ],
    [
      'no otherwise',
      "export default [{ kind: 'event', types: 'a.b', handler() {} }];",
      /defineOtherwise\(defer\(\)\)/,
    ],
    ['an error of its own', "throw new Error('no CRM');", /cannot be loaded: no CRM/],
  ])('refuses %s', async (_what, source, message) => {
    const error = await loadHandlers(folderWith(source)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toMatch(message);
  });

  test('keeps the cause of a failed import', async () => {
    const folder = folderWith("throw new TypeError('no CRM');");
    await expect(loadHandlers(folder)).rejects.toMatchObject({ cause: { message: 'no CRM' } });
  });

  test('says which file it looked for', async () => {
    const folder = folderWith('', 'handlers.js');
    await expect(loadHandlers(folder)).rejects.toThrow(/no index\.ts or index\.js in .*Set HANDLERS_DIR/);
  });
});
