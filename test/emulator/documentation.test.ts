import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { FAULT_NAMES } from '../../src/emulator/vocabulary.js';
import { run } from '../cli/running.js';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const page = read('docs/emulator.md');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block]) => block!);

describe('docs/emulator.md', () => {
  test('shows the programs of examples/, which are tests', () => {
    expect(blocks('ts')).toEqual([
      read('examples/official-client.test.ts'),
      read('examples/escalation.test.ts'),
    ]);
  });

  test('has a command for every route under /_emulator', () => {
    const routes = [...read('src/emulator/api/control.ts').matchAll(/router\.(get|post)\(\s*'([^']+)'/g)];
    expect(routes.length).toBeGreaterThan(5);
    const commands = blocks('sh').join('').split('\n');
    for (const [, method, path] of routes) {
      const route = `/_emulator${path!.replace(':sid', '$TASK')}`;
      const shown = commands.filter((line) => line.split(' ').some((word) => word.endsWith(route)));
      const posts = shown.filter((line) => line.includes(' -d '));
      expect(
        method === 'post' ? posts.length : shown.length - posts.length,
        `${method} ${path}`,
      ).toBeGreaterThan(0);
    }
  });

  test('has a row for every key of a workspace definition', () => {
    const definition = read('src/workspace/definition/types.ts').split("Twilio's workflow configuration")[0]!;
    const keys = [...definition.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, key]) => key!);
    expect(keys.length).toBeGreaterThan(25);
    const rows = page.split('### Every key of a workspace definition')[1]!.split('\n## ')[0]!;
    const named = new Set([...rows.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => name!.split(/[.[\]]+/)));
    expect(keys.filter((key) => !named.has(key))).toEqual([]);
  });

  test('names every switch, and no other', () => {
    const names = [...page.matchAll(/^\| `(\w+)` \| (a callback|the emulator|REST|another)/gm)].map(
      ([, name]) => name,
    );
    expect(names).toEqual(FAULT_NAMES);
  });

  describe('every command of it', () => {
    let output: string;

    beforeAll(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'documentation-'));
      const [start, ...commands] = blocks('sh');
      const args = start!
        .trim()
        .replace('taskrouter.json', join(folder, 'taskrouter.json'))
        .split(' ')
        .slice(2);
      const emulator = run([...args, '--port', '0']);
      const [, url] = await emulator.shows(/emulate {2}(\S+)/);
      const [, sid, token] = await emulator.shows(/SID=(\w+)\n +TWILIO_AUTH_TOKEN=(\w+)\n/);
      // A refusal is to fail the script, and each command is to be seen.
      writeFileSync(join(folder, '.curlrc'), 'fail\nsilent\nshow-error\nwrite-out = "\\n"\n');
      const script = commands
        .join('')
        .replace('http://127.0.0.1:8080', url!)
        .replaceAll('npx taskrouter-kit', `"${process.execPath}" --import tsx src/cli/main.ts`);
      const bash = spawn('bash', ['-e', '-x', '-o', 'pipefail', '-c', script], {
        cwd: fileURLToPath(root),
        env: { PATH: process.env.PATH, CURL_HOME: folder, TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token },
      });
      const [stdout, stderr, [code]] = await Promise.all([
        text(bash.stdout),
        text(bash.stderr),
        once(bash, 'close'),
      ]);
      output = `${stdout}\n${stderr}`;
      expect(code, output).toBe(0);
      expect(await emulator.stop('SIGINT')).toBe(0);
      rmSync(folder, { recursive: true });
    });

    test('does what the page says', () => {
      expect(output).toMatch(/^Task WT\w{32} is pending/m);
      expect(output.match(/^Task WT\w{32} is pending/gm)).toHaveLength(2);
      expect(output).toMatch(/^\{"taskSid":"WT/m);
      const [before, after] = [...output.matchAll(/"now":"([^"]+)"/g)].map(([, now]) => Date.parse(now!));
      expect(after! - before!).toBe(120_000);
      expect(output).toContain('{"deliveries":[]}');
      expect(output).toContain('{"entries":[]}');
      expect(output).toContain('{"duplicate":true,"drop":2}');
      expect(output).toContain('{"drop":2,"delay":3}');
    });
  });
});
