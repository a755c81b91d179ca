import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as workspace from 'taskrouter-kit/workspace';
import {
  exportWorkspace,
  lint,
  loadDefinition,
  printDefinition,
  type WorkspaceDefinition,
} from 'taskrouter-kit/workspace';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { account } from './account.js';
import { randomDefinition, seeded } from './random-definition.js';

const FILE = fileURLToPath(new URL('../../examples/customer-support/taskrouter.config.ts', import.meta.url));
const one = account();
const another = account();

test('the example is applied, planned empty, exported, and the same on another account', async () => {
  const { definition } = await loadDefinition(FILE, { 'taskrouter-kit/workspace': workspace });
  expect(await one.apply(definition)).toMatchObject({ left: 0, kept: 0 });
  expect((await one.plan(definition)).plan.changes).toEqual([]);
  const { definition: exported, warnings } = await exportWorkspace(one.client, 'Customer Support');
  expect(warnings).toEqual([]);
  expect((await one.plan(exported)).plan.changes).toEqual([]);
  await another.apply(exported);
  expect((await another.plan(exported)).plan.changes).toEqual([]);
  expect((await another.plan(definition)).plan.changes).toEqual([]);
  expect(await exportWorkspace(another.client, 'Customer Support')).toEqual({
    definition: exported,
    warnings,
  });
});

test('the example has no finding, and is the code of the page', async () => {
  const { definition } = await loadDefinition(FILE, { 'taskrouter-kit/workspace': workspace });
  expect(lint(definition)).toEqual([]);
  const page = readFileSync(new URL('../../docs/workspace.md', import.meta.url), 'utf8');
  expect(page).toContain(`\`\`\`ts\n${readFileSync(FILE, 'utf8')}\`\`\``);
});

describe('an export', () => {
  test.each([0, 1, 2, 3])(
    'of random workspace %i is planned empty there and elsewhere, in every format',
    async (seed) => {
      const definition = randomDefinition(seeded(1_000 + seed), `Exported ${seed}`);
      await one.apply(definition);
      const { definition: exported } = await exportWorkspace(one.client, `Exported ${seed}`);
      expect((await one.plan(exported)).plan.changes).toEqual([]);
      await another.apply(exported);
      expect((await another.plan(definition)).plan.changes).toEqual([]);
      expect(parse(printDefinition(exported, 'yaml'))).toEqual(exported);
      expect(JSON.parse(printDefinition(exported, 'json'))).toEqual(exported);
      const script = printDefinition(exported, 'ts').replace(/^.*defineWorkspace\(/s, 'return (');
      expect(new Function(script)()).toEqual(exported);
    },
  );

  test('keeps what a definition has no words for, in Twilio’s own form', async () => {
    const { sid } = await one.client.workspaces.create({ friendlyName: 'Odd' });
    const inside = one.client.workspace(sid);
    const queue = await inside.taskQueues.create({ friendlyName: 'A' });
    const configuration = {
      task_routing: {
        filters: [{ expression: 'a == 1', targets: [{ queue: queue.sid, legacy: true }], note: 'x' }],
        default_filter: { queue: queue.sid, expression: '1==1' },
      },
    };
    await inside.workflows.create({ friendlyName: 'W', configuration: configuration as never });
    const { definition } = await exportWorkspace(one.client, sid);
    expect(definition.workflows?.W).toMatchObject({
      configuration: {
        task_routing: {
          filters: [{ expression: 'a == 1', targets: [{ queue: 'A', legacy: true }], note: 'x' }],
          default_filter: { queue: 'A' },
        },
      },
    });
    expect((await one.plan(definition)).plan.changes).toEqual([]);
    await another.apply(definition);
    expect((await another.plan(definition)).plan.changes).toEqual([]);
  });

  test('keeps what looks like a placeholder as the text it is, through a file', async () => {
    const { sid } = await one.client.workspaces.create({ friendlyName: 'Literal' });
    const inside = one.client.workspace(sid);
    const queue = await inside.taskQueues.create({ friendlyName: 'Q ${x}', targetWorkers: "a == '$${x}'" });
    const attributes = { note: '${env.HOME}, ${x} and ${' };
    await inside.workers.create({ friendlyName: 'Ann', attributes });
    const filter = { filter_friendly_name: '${env.HOME}', expression: "a == '${env.HOME}'" };
    await inside.workflows.create({
      friendlyName: 'W',
      configuration: { task_routing: { filters: [{ ...filter, targets: [{ queue: queue.sid }] }] } },
    });
    const { definition } = await exportWorkspace(one.client, sid);
    expect((await one.plan(definition)).plan.changes).toEqual([]);
    const folder = mkdtempSync(join(tmpdir(), 'literal-'));
    for (const format of ['yaml', 'json'] as const) {
      const file = join(folder, `a.${format}`);
      writeFileSync(file, printDefinition(definition, format));
      const loaded = await loadDefinition(file);
      expect(loaded.definition.workers!.Ann!.attributes).toEqual(attributes);
      expect((await one.plan(loaded.definition)).plan.changes, format).toEqual([]);
    }
    rmSync(folder, { recursive: true });
  });

  test('warns of a SID in an expression, and refuses names that two have', async () => {
    const definition: WorkspaceDefinition = {
      friendlyName: 'Sids',
      taskQueues: { A: { targetWorkers: `activity_sid == 'WA${'0'.repeat(32)}'` } },
    };
    await one.apply(definition);
    expect((await exportWorkspace(one.client, 'Sids')).warnings).toEqual([
      expect.stringContaining('contains a SID'),
    ]);
    const [found] = await one.client.workspaces.list({ friendlyName: 'Sids' }).all();
    await one.client.workspace(found!.sid).taskQueues.create({ friendlyName: 'A' });
    await expect(exportWorkspace(one.client, 'Sids')).rejects.toThrow('Several task queues are named "A"');
    await expect(exportWorkspace(one.client, 'Sid')).rejects.toThrow('Did you mean "Sids"?');
  });
});
