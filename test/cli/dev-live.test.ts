import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accept, createTaskRouter, defer } from 'taskrouter-kit';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Running, run } from './running.js';

// Several processes at once, each with a compiler.
vi.setConfig({ testTimeout: 120_000 });

const root = mkdtempSync(join(tmpdir(), 'dev-live-'));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
/** A folder of its own to work in, with files by their paths. */
function project(files: Readonly<Record<string, string>>) {
  const folder = join(root, String(folders++));
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  mkdirSync(folder);
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { folder, write, path: (path: string) => join(folder, path) };
}

/** Handlers that accept everything under a name. */
const accepting = (name: string, more = '') => `
  import { accept, defer, defineAssignment, defineOtherwise } from 'taskrouter-kit';
  ${more}
  export default [defineAssignment({ name: '${name}' }, accept()), defineOtherwise(defer())];`;

const QUIET = ['--no-feed', '--port', '0', '--emulator-port', '0'];

/** `taskrouter dev` in a folder; resolves when it is up. */
async function dev(cwd: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const running = run(['dev', ...QUIET, ...args], env, cwd);
  const [, url] = await running.shows(/trigger call --url (\S+)/);
  /** Waits for what comes after all that was shown. */
  const shows = (pattern: RegExp) => {
    const from = running.stdout().length;
    return running.shows(new RegExp(`^[\\s\\S]{${from}}[\\s\\S]*?${pattern.source}`));
  };
  return { ...running, url: url!, next: shows };
}

async function trigger(
  url: string,
  cwd: string,
  ...args: readonly string[]
): Promise<Running & { code: number | null }> {
  const command = run(['trigger', ...args, '--url', url], {}, cwd);
  return { ...command, code: await command.exited };
}

describe.concurrent('dev with handlers of one’s own', () => {
  test('takes up a save, keeps what was before while a save is wrong, and bears a folder that goes and comes', async () => {
    const { folder, write, path } = project({ 'handlers/index.js': accepting('first') });
    const command = await dev(folder);
    expect(await trigger(command.url, folder, 'call')).toMatchObject({ code: 0 });
    await command.shows(/call 1 +callback +first -> 200 accept/);

    let taken = command.next(/Handlers taken up/);
    write('handlers/index.js', accepting('second'));
    await taken;

    let refused = command.next(/index\.js:\d+:\d+\s+The previous handlers keep running/);
    write('handlers/index.js', accepting('third', 'const x = ;'));
    await refused;
    refused = command.next(/can never run[\s\S]*?The previous handlers keep running/);
    write('handlers/index.js', accepting('third').replace('[', '[defineAssignment({}, accept()), '));
    await refused;
    refused = command.next(/does not say what happens[\s\S]*?The previous handlers keep running/);
    write('handlers/index.js', 'export default [];');
    await refused;
    refused = command.next(/The previous handlers keep running/);
    rmSync(path('handlers'), { recursive: true });
    await refused;
    await trigger(command.url, folder, 'call');
    await command.shows(/call 2 +callback +second -> 200 accept/);

    taken = command.next(/Handlers taken up/);
    write('handlers/index.js', accepting('fourth'));
    await taken;
    await trigger(command.url, folder, 'chat');
    await command.shows(/chat 3 +callback +fourth -> 200 accept/);
    expect(await command.stop('SIGINT')).toBe(0);
    expect(command.stderr()).toBe('');
  });

  test('checks types before a save is taken up, in files beside too', async () => {
    const { folder, write } = project({
      'package.json': '{"type":"module"}',
      'handlers/index.ts': accepting('first', "import { limit } from '../limit.js';\nvoid limit;"),
      'limit.ts': 'export const limit: number = 1;',
    });
    const { compiler } = await withTypeScript(folder);
    expect(compiler).toBe(true);
    const command = await dev(folder);
    await command.shows(/types checked by TypeScript \d/);
    let refused = command.next(/limit\.ts\(1,14\): error TS2322[\s\S]*?The previous handlers keep running/);
    write('limit.ts', "export const limit: number = 'one';");
    await refused;
    const taken = command.next(/Handlers taken up: limit\.ts/);
    write('limit.ts', 'export const limit: number = 2;');
    await taken;
    refused = command.next(/error TS\d+[\s\S]*?The previous handlers keep running/);
    write('handlers/index.ts', accepting('second', 'const wrong: string = 1;'));
    await refused;
    await trigger(command.url, folder, 'call');
    await command.shows(/call 1 +callback +first -> 200 accept/);
    await command.stop('SIGTERM');
  });

  test('runs TypeScript where no compiler is installed, and says that types are not checked', async () => {
    const { folder, write } = project({
      'handlers.ts': accepting('first', 'const wrong: string = 1; void wrong;'),
    });
    const command = await dev(folder);
    await command.shows(/TypeScript is not installed here: types are not checked/);
    const taken = command.next(/Handlers taken up/);
    write('handlers.ts', accepting('second', 'type A = 1;'));
    await taken;
    await command.stop('SIGTERM');
  });

  test('ends callbacks under way on the handlers they began with', async () => {
    const slow = (name: string) => `
      import { accept, defer, defineAssignment, defineOtherwise } from 'taskrouter-kit';
      const wait = async () => {
        console.log('began ${name}');
        await new Promise((resolve) => setTimeout(resolve, 1500));
        return accept();
      };
      export default [defineAssignment({ name: '${name}' }, wait), defineOtherwise(defer())];`;
    const { folder, write } = project({ 'handlers/index.js': slow('old') });
    const command = await dev(folder);
    void trigger(command.url, folder, 'call');
    await command.shows(/began old/);
    write('handlers/index.js', slow('new'));
    await command.shows(/Handlers taken up/);
    await command.shows(/call 1 +callback +old -> 200 accept/);
    expect(command.stdout()).not.toContain('began new');
    await command.stop('SIGTERM');
  });

  test('bears an error that nobody caught, and a file that is never loaded', async () => {
    const { folder, write } = project({ 'handlers/index.mjs': accepting('first') });
    const { stop, url, next } = await dev(folder);
    const uncaught = next(/Uncaught error: in production it stops the endpoint[\s\S]*Error: forgotten/);
    write('handlers/index.mjs', accepting('second', "void Promise.reject(new Error('forgotten'));"));
    await uncaught;
    const tooLong = next(/not loaded after 10 s[\s\S]*The previous handlers keep running/);
    write('handlers/index.mjs', accepting('third', 'await new Promise(() => {});'));
    await tooLong;
    const answered = next(/second -> 200 accept/);
    await trigger(url, folder, 'chat');
    await answered;
    const taken = next(/Handlers taken up/);
    write('handlers/index.mjs', accepting('fourth'));
    await taken;
    expect(await stop('SIGINT')).toBe(0);
  });

  test('gives handlers the REST client, names and deferred decisions, on the local TaskRouter', async () => {
    const { folder } = project({
      'handlers/index.js': `
        import { accept, defer, defineAssignment, defineEvent, defineOtherwise } from 'taskrouter-kit';
        export default [
          defineAssignment({ name: 'by name', queue: 'Support' }, () => defer(async ({ client, task }) => {
            console.log('fetched', (await client.tasks.fetch(task.sid)).assignmentStatus, process.env.TASKROUTER_BASE_URL);
            return accept();
          })),
          defineOtherwise(defer()),
        ];`,
    });
    const real = {
      TWILIO_AUTH_TOKEN: 'f'.repeat(32),
      TWILIO_ACCOUNT_SID: `AC${'f'.repeat(32)}`,
      TASKROUTER_BASE_URL: 'https://example.com',
    };
    const command = await dev(folder, [], real);
    await trigger(command.url, folder, 'chat');
    const [, status, base] = await command.shows(/fetched (\w+) (\S+)/);
    expect([status, base]).toEqual(['reserved', command.url]);
    await command.shows(/chat 1 +deferred +by name -> accept applied by REST/);
    expect(command.stdout()).not.toContain('f'.repeat(32));
    await command.stop('SIGTERM');
  });

  test('ends with 2 where there are no handlers, and shows ten lines to begin with', async () => {
    const { folder } = project({});
    for (const args of [[], ['nowhere/']]) {
      const command = run(['dev', ...QUIET, ...args, '--once'], {}, folder);
      // In a clone, the shipped handlers stand in for what is not there.
      const code = await command.exited;
      if (args.length > 0) {
        expect(code).toBe(2);
        expect(command.stderr()).toMatch(
          /There is no \S+nowhere\. Write handlers\/index\.ts:[\s\S]*defineOtherwise/,
        );
      }
    }
  });

  test('--json prints one object a line, and nothing else', async () => {
    const { folder } = project({ 'handlers/index.js': accepting('first') });
    const command = run(['dev', ...QUIET, '--json', '--once'], {}, folder);
    await command.exited;
    const lines = command
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({
      event: 'started',
      workspace: 'sample centre',
      accountSid: expect.stringMatching(/^AC/),
    });
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: 'step',
        task: 'call 1',
        step: 'callback',
        handler: 'first',
        verdict: 'ran',
        status: 200,
        instruction: 'accept',
      }),
    );
    const steps = lines.filter(({ task }) => task === 'call 1').map(({ step }) => step);
    expect(steps.slice(0, 4)).toEqual(['created', 'queued', 'reserved', 'callback']);
  });
});

/** Lets a folder find this project's TypeScript, as an installed one would be. */
async function withTypeScript(folder: string): Promise<{ readonly compiler: boolean }> {
  const { symlinkSync } = await import('node:fs');
  const { createRequire } = await import('node:module');
  const own = createRequire(import.meta.url).resolve('typescript/package.json');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(own, '..'), join(folder, 'node_modules/typescript'));
  return { compiler: existsSync(join(folder, 'node_modules/typescript/package.json')) };
}

/** An app on a port of its own; `start` makes it listen. */
function app(listener: Parameters<typeof createServer>[1]) {
  const server = createServer(listener);
  onTestFinished(() => void server.close().closeAllConnections());
  return {
    start: (port: number) =>
      new Promise<number>((resolve) => {
        server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
      }),
  };
}

/** A port nobody listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('dev with an app of one’s own', () => {
  test('waits for it, signs for it, and has the names of its handlers where it uses this package', async () => {
    const { folder, path } = project({ '.env': 'MINE=1\nTWILIO_AUTH_TOKEN=of-production' });
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/hooks`;
    const command = run(
      ['dev', '--no-feed', '--emulator-port', '0', '--url', url, '--write-env', path('.env')],
      {},
      folder,
    );
    const [, taskRouter] = await command.shows(/trigger call --url (\S+)/);
    expect(command.stdout()).toMatch(/Nothing answers at \S+ \(ECONNREFUSED\): start your app there/);
    expect(command.stdout()).toMatch(/\.env sets TWILIO_AUTH_TOKEN on other lines too: the last line counts/);

    const env = readFileSync(path('.env'), 'utf8');
    expect(env.startsWith('MINE=1\nTWILIO_AUTH_TOKEN=of-production\n# taskrouter dev: begin')).toBe(true);
    const token = /TWILIO_AUTH_TOKEN=(\w{32})$/m.exec(env)![1]!;
    const router = createTaskRouter({ authToken: token, basePath: '/hooks' })
      .onAssignment({ name: 'from the app' }, accept())
      .otherwise(defer());
    await app(router.node()).start(port);
    await command.shows(/Your app answers at/);
    await trigger(taskRouter!, folder, 'call');
    await command.shows(/call 1 +callback +from the app -> 200 accept/);
    await command.stop('SIGINT');

    // A second start has the same account, so that the app goes on; and its lines replace those before.
    const again = run(
      ['dev', '--no-feed', '--emulator-port', '0', '--url', url, '--write-env', path('.env')],
      {},
      folder,
    );
    const [, second] = await again.shows(/trigger call --url (\S+)/);
    await trigger(second!, folder, 'call');
    await again.shows(/call 1 +callback +from the app -> 200 accept/);
    await again.stop('SIGINT');
    expect(readFileSync(path('.env'), 'utf8').match(/TWILIO_AUTH_TOKEN/g)).toHaveLength(2);
  });

  test('drives an app that knows nothing of this package, on the routes its workspace file names', async () => {
    const paths: string[] = [];
    const port = await app((request, response) => {
      paths.push(request.url!);
      response.setHeader('content-type', 'application/json').end('{"instruction":"accept"}');
    }).start(0);
    const origin = `http://127.0.0.1:${port}`;
    const { folder } = project({
      'taskrouter.config.yaml': `
taskQueues: { All: {} }
workers: { Ann: { activity: Available, channels: { voice: { capacity: 5 } } } }
workflows:
  Own: { defaultQueue: All, assignmentCallbackUrl: "${origin}/assign-me" }
  Production: { defaultQueue: All, assignmentCallbackUrl: "https://hooks.example.com/assignment" }
`,
    });
    const command = run(['dev', '--emulator-port', '0', '--url', `${origin}/taskrouter`], {}, folder);
    const [, url] = await command.shows(/trigger call --url (\S+)/);
    const which = await trigger(url!, folder, 'call');
    expect([which.code, which.stderr()]).toEqual([
      1,
      expect.stringContaining('name one with workflow: Own, Production'),
    ]);
    await trigger(url!, folder, 'call', '--workflow', 'Own');
    await command.shows(/call 1 +callback +- \(the app does not say\) -> 200 accept/);
    await trigger(url!, folder, 'call', '--workflow', 'Production');
    await command.shows(/call 2 +callback/);
    expect(paths.filter((path) => path.includes('assign'))).toEqual(['/assign-me', '/taskrouter/assignment']);
    await command.stop('SIGINT');
  });

  test.each([
    [['handlers', '--url', 'http://127.0.0.1:1/'], /Give handlers, or --url/],
    [['--url', 'http://127.0.0.1:1/', '--port', '0'], /--port is where the endpoint listens/],
    [['--url', 'localhost:3000'], /--url must be where your app mounts the router/],
  ])('refuses %j with 2', async (args, message) => {
    const command = run(['dev', ...args]);
    expect(await command.exited).toBe(2);
    expect(command.stderr()).toMatch(message);
  });
});

describe('dev with a workspace file', () => {
  const centre = (queue: string) => `
taskQueues:
  ${queue}: {}
workers:
  Ann: { activity: Available }
workflows:
  Help: { defaultQueue: ${queue} }
`;

  test('takes up a save in place, and goes on with what was before while it is wrong or gone', async () => {
    const { folder, write, path } = project({
      'handlers/index.js': accepting('first'),
      'w.yaml': centre('One'),
    });
    const command = await dev(folder, ['--config', 'w.yaml']);
    await trigger(command.url, folder, 'ticket');
    // The workspace has no channel `ticket`.
    await command.shows(/ticket 1 +created +WT\w+ on default[\s\S]*ticket 1 +queued +One/);
    let refused = command.next(
      /w\.yaml:7:11: workflows\.Help\.defaultQueue: .*\s+The previous workspace stays in use/,
    );
    write('w.yaml', centre('One').replace('defaultQueue: One', 'defaultQueue: Two'));
    await refused;
    refused = command.next(/The previous workspace stays in use/);
    rmSync(path('w.yaml'));
    await refused;
    const taken = command.next(/Workspace taken up: w\.yaml/);
    write('w.yaml', centre('Two'));
    await taken;
    await trigger(command.url, folder, 'chat');
    await command.shows(/chat 2 +queued +Two/);
    await command.stop('SIGTERM');
  });

  test('ends with 2 when the file is wrong at the start, and with 2 when it is not there', async () => {
    const { folder } = project({
      'handlers/index.js': accepting('first'),
      'w.json': '{ "workers": { "Ann": 1 } }',
    });
    const [wrong, none] = ['w.json', 'none.json'].map((file) =>
      run(['dev', ...QUIET, '--config', file], {}, folder),
    );
    expect([await wrong!.exited, wrong!.stderr()]).toEqual([
      2,
      expect.stringMatching(/^w\.json:1:16: workers\.Ann: must be/),
    ]);
    expect([await none!.exited, none!.stderr()]).toEqual([
      2,
      expect.stringContaining('There is no such file'),
    ]);
  });

  test('--once makes one task of each preset in presets/, with the values of --env, and ends with 0', async () => {
    const { folder } = project({
      'handlers/index.js': accepting('first'),
      'w.yaml': centre('One').replace('defaultQueue: One', 'defaultQueue: "${env.QUEUE}"'),
      '.env.trial': 'QUEUE=One',
      'presets/refund.json': '{ "attributes": { "type": "refund" } }',
      'presets/visit.ts': "export default () => ({ attributes: { type: 'visit' as const } });",
    });
    const options = [...QUIET, '--config', 'w.yaml', '--once'];
    const command = run(['dev', ...options, '--env', 'trial'], {}, folder);
    const misspelt = run(['dev', ...options, '--env', 'trail'], {}, folder);
    expect([await misspelt.exited, misspelt.stderr()]).toEqual([
      2,
      expect.stringContaining('has no environment "trail". Did you mean "trial"?'),
    ]);
    expect([await command.exited, command.stderr()]).toEqual([0, '']);
    expect(command.stdout()).toMatch(/refund \d +completed/);
    expect(command.stdout()).toMatch(/visit \d +completed/);
  });
});

describe('--write-env', () => {
  test('ends with 1 when the file cannot be written, and makes a new one for the owner alone', async () => {
    const { folder, path } = project({ 'handlers/index.js': accepting('first') });
    const missing = run(['dev', ...QUIET, '--once', '--write-env', 'none/.env'], {}, folder);
    expect([await missing.exited, missing.stderr()]).toEqual([
      1,
      expect.stringMatching(/^--write-env: none\/\.env cannot be written \(ENOENT\)/),
    ]);
    await run(['dev', ...QUIET, '--once', '--write-env', '.env.local'], {}, folder).exited;
    expect(statSync(path('.env.local')).mode & 0o777).toBe(0o600);
  });
});

describe('trigger', () => {
  test.each([
    ['a preset nothing has', ['chta'], 2, /There is no preset "chta"\. Did you mean "chat"\?/],
    ['attributes that are none', ['chat', '--attributes', '[1]'], 2, /--attributes must be a JSON object/],
    [
      'a file that is not there',
      ['chat', '--attributes', '@none.json'],
      2,
      /the file none\.json cannot be read/,
    ],
    [
      'a preset with a misspelt key',
      ['bad'],
      2,
      /presets\/bad\.yaml: there is no option "atributes"\. Did you mean "attributes"/,
    ],
    ['a preset that is no YAML', ['broken'], 2, /^presets\/broken\.yaml:1:\d+: /],
    [
      'a TaskRouter that is not there',
      ['chat'],
      1,
      /Nothing answers at http:\/\/127\.0\.0\.1:1: start taskrouter-kit dev/,
    ],
  ])('refuses %s', async (_what, args, code, message) => {
    const { folder } = project({ 'presets/bad.yaml': 'atributes: {}', 'presets/broken.yaml': 'a: [' });
    const command = await trigger('http://127.0.0.1:1', folder, ...args);
    expect([command.code, command.stderr()]).toEqual([code, expect.stringMatching(message)]);
  });

  test('sends nothing to Twilio', async () => {
    const option = await trigger('https://taskrouter.twilio.com', root, 'chat');
    const variable = run(['trigger', 'chat'], {
      TASKROUTER_BASE_URL: 'https://taskrouter.dublin.ie1.twilio.com',
    });
    const refused = [
      2,
      expect.stringMatching(/points to Twilio, taskrouter\.\S*twilio\.com, .* Nothing was sent/),
    ];
    expect([option.code, option.stderr()]).toEqual(refused);
    expect([await variable.exited, variable.stderr()]).toEqual(refused);
  });

  test('says what is no TaskRouter', async () => {
    const port = await app((_request, response) => response.end('<html>')).start(0);
    const command = await trigger(`http://127.0.0.1:${port}`, root, 'chat');
    expect([command.code, command.stderr()]).toEqual([
      1,
      expect.stringContaining('is not a local TaskRouter'),
    ]);
  });

  test('merges attributes over those of the preset, and finds the TaskRouter by the environment', async () => {
    const emulate = run(['emulate', '--port', '0', '--config', 'src/cli/sample-centre.ts']);
    const [, url] = await emulate.shows(/taskrouter emulate {2}(\S+)/);
    const command = run(['trigger', 'chat', '--attributes', '{"language":"es"}', '--json'], {
      TASKROUTER_BASE_URL: url!,
    });
    expect([await command.exited, command.stderr()]).toEqual([0, '']);
    const task = JSON.parse(command.stdout()) as { readonly attributes: string; readonly workflow: string };
    expect(JSON.parse(task.attributes)).toMatchObject({ type: 'chat', language: 'es' });
    expect(task.workflow).toBe('Who helps');
    await emulate.stop('SIGTERM');
  });
});
