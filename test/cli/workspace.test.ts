import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportCommand } from '../../src/cli/export.js';
import { lintCommand } from '../../src/cli/lint.js';
import { plan } from '../../src/cli/plan.js';
import { captured } from './output.js';
import { run } from './running.js';

const folder = mkdtempSync(join(tmpdir(), 'workspace-cli-'));
let emulator: Emulator;
let env: Record<string, string>;
beforeAll(async () => {
  emulator = await createEmulator();
  env = {
    TWILIO_ACCOUNT_SID: emulator.accountSid,
    TWILIO_AUTH_TOKEN: emulator.authToken,
    TASKROUTER_BASE_URL: emulator.url,
  };
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await emulator.close();
});

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

async function taskrouter(...args: string[]) {
  const running = run(args, env);
  const code = await running.exited;
  return { code, out: running.stdout(), err: running.stderr() };
}

const YAML = `# a comment
friendlyName: CLI
taskQueues:
  Support: { targetWorkers: "level = 2" }
workflows:
  Calls: { defaultQueue: Support }
`;

/** In this process, where a command needs no process of its own. */
const here = (command: () => Promise<number>) => captured(command);

describe('the command line', () => {
  test('plans, refuses to apply where nobody can answer, applies, and is in sync', async () => {
    const config = file('a.yaml', YAML);
    const planned = await taskrouter('plan', config, '--detailed-exitcode', '--json');
    expect(planned.code).toBe(2);
    expect(JSON.parse(planned.out)).toMatchObject({ format: 1, inSync: false, summary: { create: 3 } });
    const refused = await taskrouter('apply', config);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('Add --auto-approve') });
    expect(emulator.workspaces.size).toBe(0);
    const applied = await taskrouter('apply', config, '--auto-approve');
    expect(applied).toMatchObject({
      code: 0,
      out: expect.stringMatching(/created workflow "Calls"\n3 done\./),
    });
    expect(applied.out + applied.err).not.toContain(emulator.authToken);
    Object.assign(process.env, env);
    expect(await here(() => plan(config, { detailedExitcode: true }))).toMatchObject({
      code: 0,
      output: expect.stringContaining('No changes'),
    });
    const exported = await here(() => exportCommand({ workspace: 'CLI' }));
    expect(exported).toMatchObject({ code: 0, output: expect.stringContaining('friendlyName: CLI') });
    for (const name of Object.keys(env)) delete process.env[name];
  }, 120_000);

  test('ends with 1 for any error under --detailed-exitcode', async () => {
    const config = file('b.yaml', 'taskQueues: { A: { targetWorker: x } }\n');
    const bad = await taskrouter('plan', config, '--detailed-exitcode');
    expect(bad).toMatchObject({ code: 1, out: '' });
    expect(bad.err).toBe(
      `${config}:1:20: taskQueues.A.targetWorker: is not a key here. Did you mean "targetWorkers"?\n`,
    );
  }, 60_000);

  test('lints, and mends what is safe in the file with everything else left as it is', async () => {
    const config = file('c.yaml', YAML);
    const lint = (path: string, options = {}) =>
      here(() => lintCommand(path, { ignore: [], handlerActivity: [], ...options }, '0'));
    expect(await lint(config, { strict: true })).toMatchObject({
      code: 1,
      output: expect.stringContaining(`${config}:4:14 info single-equals`),
    });
    const { output } = await lint(config, { sarif: true });
    expect(JSON.parse(output).runs[0].results[0]).toMatchObject({ ruleId: 'single-equals', level: 'note' });
    expect(await lint(config, { fix: true })).toMatchObject({
      code: 0,
      output: expect.stringContaining('1 fixed.'),
    });
    expect(readFileSync(config, 'utf8')).toBe(YAML.replace('level = 2', 'level == 2'));
    const script = file(
      'd.ts',
      "export default { taskQueues: { A: { targetWorkers: 'level = 2' } } }; // stays\n",
    );
    await lint(script, { fix: true });
    expect(readFileSync(script, 'utf8')).toContain("{ targetWorkers: 'level == 2' } } }; // stays");
  });

  test('overwrites no file without --force', async () => {
    const out = file('e.yaml', 'mine\n');
    await expect(exportCommand({ workspace: 'CLI', out })).rejects.toThrow('already exists');
    expect(readFileSync(out, 'utf8')).toBe('mine\n');
  });
});
