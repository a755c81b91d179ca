import { mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPlan, StateFile, type WorkspaceDefinition } from 'taskrouter-kit/workspace';
import { afterAll, describe, expect, test } from 'vitest';
import { account, clientOf } from './account.js';

const folder = mkdtempSync(join(tmpdir(), 'state-'));
afterAll(() => rmSync(folder, { recursive: true }));
const own = account();

const path = (name: string) => join(folder, name);
const file = (name: string, text: string) => {
  writeFileSync(path(name), text);
  return path(name);
};

/** As the command does it: reads the file, plans, applies, writes the file. */
async function applyWith(name: string, definition: WorkspaceDefinition, settleMs = 1) {
  const state = await StateFile.read(name);
  const planned = await own.plan(definition, { recorded: (sid) => state.of(sid) });
  return applyPlan(clientOf(own.emulator), planned, {
    settleMs,
    previous: (sid) => state.of(sid),
    record: (sid, kinds) => state.write(sid, kinds),
  });
}

const recordIn = (name: string) =>
  JSON.parse(readFileSync(name, 'utf8')) as { readonly workspaces: Readonly<Record<string, unknown>> };

describe('a state file', () => {
  test('keeps what two applies at once record of two workspaces', async () => {
    const name = path('both.json');
    const made = await Promise.all([
      applyWith(name, { friendlyName: 'State 1', taskQueues: { A: {} } }),
      applyWith(name, { friendlyName: 'State 2', taskQueues: { A: {}, B: {}, C: {} } }),
    ]);
    expect(Object.keys(recordIn(name).workspaces).sort()).toEqual(
      made.map(({ workspaceSid }) => workspaceSid).sort(),
    );
  });

  test('names what is there after two applies at once of one workspace', async () => {
    const name = path('one.json');
    const definition = { friendlyName: 'State 3', taskQueues: { A: {}, B: {} }, workers: { Ann: {} } };
    await own.client.workspaces.create({ friendlyName: 'State 3' });
    await Promise.all([applyWith(name, definition, 300), applyWith(name, definition, 300)]);
    const state = await StateFile.read(name);
    const { plan, found } = await own.plan(definition, { recorded: (sid) => state.of(sid) });
    expect(plan.changes).toEqual([]);
    const recorded = state.of(plan.workspace.sid!)!;
    for (const kind of ['taskQueues', 'workers'] as const)
      for (const [one, { sid }] of Object.entries(recorded[kind]!)) expect(sid).toBe(found[kind].get(one));
  });

  test('of another workspace tells nothing about this one, and stays', async () => {
    const name = path('other.json');
    const other = { friendlyName: 'State 4', taskQueues: { A: {} } };
    const { workspaceSid } = await applyWith(name, other);
    const state = await StateFile.read(name);
    const { plan } = await own.plan(
      { ...other, friendlyName: 'State 5' },
      { recorded: (sid) => state.of(sid) },
    );
    expect(plan.changes.map(({ action, cause }) => [action, cause])).toEqual([
      ['create', 'definition'],
      ['create', 'definition'],
    ]);
    await applyWith(name, { ...other, friendlyName: 'State 5' });
    expect(Object.keys(recordIn(name).workspaces)).toContain(workspaceSid);
  });

  test.each([
    ['is empty', ''],
    ['ends in the middle', '{"format":1,"workspaces":{"WS'],
    ['is of another format', '{"format":2,"workspaces":{}}'],
    ['is a workspace file', '{"taskQueues":{}}'],
    ['holds a list for a record', '{"format":1,"workspaces":{"WS":{"taskQueues":{"A":[]}}}}'],
  ])('that %s is refused', async (_what, text) => {
    const name = file('bad.json', text);
    await expect(StateFile.read(name)).rejects.toThrow(
      `${name} is not a state file of taskrouter apply. Name another file, or delete this one`,
    );
  });

  test('may begin with a byte order mark, and be a link, which it stays', async () => {
    const target = file('target.json', '\uFEFF{"format":1,"workspaces":{}}\r\n');
    symlinkSync(target, path('link.json'));
    const state = await StateFile.read(path('link.json'));
    await state.checkWritable();
    await state.write('WS1', {});
    expect(readlinkSync(path('link.json'))).toBe(target);
    expect(recordIn(target).workspaces).toEqual({ WS1: {} });
  });

  test('that cannot be written is known before anything is changed', async () => {
    const state = await StateFile.read(path('none/state.json'));
    await expect(state.checkWritable()).rejects.toThrow('state.json cannot be written (ENOENT).');
  });

  test('that cannot be written does not hide why an apply failed', async () => {
    const planned = await own.plan({ friendlyName: 'State 6', taskQueues: { A: {} } });
    const failing = applyPlan(own.client, planned, {
      onStep: ({ change }) => {
        if (change.kind === 'taskQueue') throw new Error('the reason');
      },
      record: () => Promise.reject(new Error('no record')),
    });
    await expect(failing).rejects.toThrow('the reason');
  });
});
