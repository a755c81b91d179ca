import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator, type Emulator, type WorkspaceDefinition } from 'taskrouter-kit/emulator';
import { describe, expect, test } from 'vitest';
import { start } from './open.js';

/** One of each kind that live configurations hold. */
const live = {
  workers: { Ann: { activity: 'Available', attributes: { team: 'a' } } },
  taskQueues: { Q: { targetWorkers: "team ! = 'b'" }, Other: { targetWorkers: '1==0' } },
  workflows: {
    W: {
      filters: [
        {
          expression: "* type == 'call', 'sms'",
          targets: [{ queue: 'Q', expression: "worker.team = = 'a'", skipIf: 'workers.available ! = 1' }],
        },
      ],
      defaultQueue: 'Other',
    },
  },
} as const satisfies WorkspaceDefinition;

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const messages = (emulator: Emulator) =>
  emulator.debugger().map(({ level, message }) => `${level}: ${message.slice(0, 75)}`);

describe('lenientExpressions', () => {
  test('takes what live configurations hold, and warns of each with its place', async () => {
    const warned: string[] = [];
    const emulator = await start({
      log: { ...silent, warn: (_fields, message) => void warned.push(message) },
    });
    const { workspaceSid } = emulator.seed(live);
    const task = emulator.createTask({ workspaceSid, attributes: { type: 'call' } });
    await emulator.until(task).isReserved();
    expect(messages(emulator)).toEqual([
      expect.stringContaining("warning: TargetWorkers: line 1, column 6: '! =' is read as !="),
      expect.stringContaining('warning: task_routing.filters[0].expression: line 1, column 1: the leading *'),
      expect.stringContaining('warning: task_routing.filters[0].expression: line 1, column 17:'),
      expect.stringContaining('warning: task_routing.filters[0].targets[0].expression: line 1'),
      expect.stringContaining('warning: task_routing.filters[0].targets[0].skip_if: line 1'),
    ]);
    expect(warned).toHaveLength(5);
  });

  test('warns of the filters of lists too', async () => {
    const emulator = await start({ log: silent });
    const { workspaceSid } = emulator.seed({ workers: { Ann: { attributes: { team: 'a' } } } });
    const list = async (query: string) => {
      const authorization = `Basic ${btoa(`${emulator.accountSid}:${emulator.authToken}`)}`;
      const url = `${emulator.url}/v1/Workspaces/${workspaceSid}/${query}`;
      return (await fetch(url, { headers: { authorization } })).json() as Promise<{ workers: object[] }>;
    };
    const { workers } = await list(`Workers?TargetWorkersExpression=${encodeURIComponent("team ! = 'b'")}`);
    expect(workers).toHaveLength(1);
    await list(`Tasks?EvaluateTaskAttributes=${encodeURIComponent("a == 1, 'b'")}`);
    expect(messages(emulator)).toEqual([
      expect.stringContaining('warning: TargetWorkersExpression: line 1, column 6'),
      expect.stringContaining('warning: EvaluateTaskAttributes: line 1, column 7'),
    ]);
  });

  test('off refuses them, with the place', async () => {
    const emulator = await start({ choices: { lenientExpressions: false } });
    expect(() => emulator.seed(live)).toThrow(/TargetWorkers: line 1, column 6: there is a space inside/);
    expect(() => emulator.seed({ ...live, taskQueues: { Q: {}, Other: {} } })).toThrow(
      /task_routing\.filters\[0\]\.expression: line 1, column 1/,
    );
    expect(emulator.workspaces.size).toBe(0);
    expect(emulator.debugger()).toEqual([]);
  });

  test('off opens a data file that was written with it on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lenient-'));
    const dataFile = join(folder, 'state.json');
    try {
      const before = await createEmulator({ dataFile, log: silent });
      before.seed(live);
      await before.close();
      const after = await createEmulator({ dataFile, choices: { lenientExpressions: false }, log: silent });
      expect(after.workspaces.size).toBe(1);
      await after.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
