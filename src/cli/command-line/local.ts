import { type Command, Option } from 'commander';
import { collect, environmentOption, localTaskRouter, port, seed, share, wholeNumber } from './options.js';
import { version } from './version.js';

const EMULATE_EXAMPLES = `
Examples:
  $ taskrouter-kit emulate --data taskrouter.json
  $ taskrouter-kit emulate --config taskrouter.config.ts --env staging
  $ taskrouter-kit emulate --clock virtual --choice lenientExpressions=false
  $ curl -X POST http://127.0.0.1:8080/_emulator/clock -d advance=2m`;

const DEV_EXAMPLES = `
Examples:
  $ taskrouter-kit dev                                    handlers/ and a sample contact centre
  $ taskrouter-kit dev my-handlers --config support.yaml  your own handlers and workspace
  $ taskrouter-kit dev --url http://localhost:3000/taskrouter --write-env .env.local
  $ taskrouter-kit dev --once                             one task of each kind, then exit: for CI`;

const TRIGGER_EXAMPLES = `
Examples:
  $ taskrouter-kit trigger call
  $ taskrouter-kit trigger chat --attributes '{"language":"es"}'
  $ taskrouter-kit trigger refund --workflow 'Back office'   presets/refund.json

Your own presets are files in presets/: JSON, YAML, or TypeScript with a default export, with any of
workflow, preset, taskChannel, attributes, priority and timeout.`;

const TOKEN_EXAMPLES = `
Pass the token to twilio-taskrouter, with the two options ebServer and wsServer: docs/worker-sdk.md. The emulator at --url
signs it with its first API key.

Examples:
  $ taskrouter-kit token --worker Ann
  $ taskrouter-kit token --worker Ann --role supervisor --ttl 600
  $ taskrouter-kit token --role admin      can read the workspace, for the SDK's Workspace class`;

const STAFF_EXAMPLES = `
They accept what the assignment callback leaves open and answer the phones it rings. In dev, all workers are already played.

Examples:
  $ taskrouter-kit staff
  $ taskrouter-kit staff --worker Ann --worker Bob --answers 5s --rejects 0.2
  $ taskrouter-kit staff --url http://127.0.0.1:9090 --works 3m --breaks 0 --json`;

const EXPLAIN_EXAMPLES = `
Examples:
  $ taskrouter-kit explain WT0123456789abcdef0123456789abcdef --url http://127.0.0.1:8080
  $ taskrouter-kit explain --config taskrouter.config.ts --task attributes.json --at 3m   the path a task would take`;

const MCP_EXAMPLES = `
It speaks MCP over standard input and output, for a client that starts it. The tools use the emulator at --url, else at
TASKROUTER_BASE_URL, else at http://127.0.0.1:8080; it may be started later. Clients that speak HTTP need no command:
the emulator answers under /mcp.

Examples:
  $ npx taskrouter-kit mcp
  $ taskrouter-kit mcp --url http://127.0.0.1:8080`;

const PROXY_EXAMPLES = `
The command's requests to taskrouter.twilio.com and event-bridge.twilio.com go to the local TaskRouter, whatever language it
is written in. Other hosts are refused, so that a trial reaches nothing real. docs/emulator.md shows what to run in each language.

Examples:
  $ taskrouter-kit proxy -- python route_calls.py
  $ taskrouter-kit proxy -- twilio api:taskrouter:v1:workspaces:list
  $ taskrouter-kit proxy --pass-others --url http://127.0.0.1:9090 -- npm start`;

/** The commands of the local TaskRouter. `finish` takes the exit code. */
export function localCommands(root: Command, finish: (code: number) => void): void {
  root.commandsGroup('The local TaskRouter:');

  root
    .command('dev')
    .description(
      'run your handlers or your app against a TaskRouter on this machine, and show what happens to each task',
    )
    .argument('[handlers]', 'a folder with index.ts or index.js, or a single file (default: handlers/)')
    .option('--url <url>', 'use an app that is already running: the URL where it mounts the router')
    .option(
      '--config <file>',
      'the workspace, as TypeScript, JavaScript, YAML or JSON (default: taskrouter.config.*)',
    )
    .addOption(environmentOption())
    .addOption(
      new Option('--port <port>', 'where the endpoint listens (default: 3000, or a free port)').argParser(
        port,
      ),
    )
    .addOption(
      new Option(
        '--emulator-port <port>',
        'where the TaskRouter listens (default: 8080, or a free port)',
      ).argParser(port),
    )
    .option('--write-env <file>', 'write account, token, workspace and URL of the TaskRouter to this file')
    .option('--no-feed', 'create no sample tasks')
    .option('--once', 'stop after one task of each kind; exit code 0 if all of them finished')
    .option('--json', 'print one JSON object per line')
    .addHelpText('after', DEV_EXAMPLES)
    .action(async (handlers, options) => {
      const code = await (await import('../dev.js')).dev(handlers, options);
      if (code !== undefined) finish(code);
    });

  root
    .command('emulate')
    .description('run a local TaskRouter: REST API, routing and signed callbacks')
    .addOption(new Option('--port <port>', 'where to listen').argParser(port).default(8_080))
    .addOption(
      new Option('--account-sid <sid>', 'the account (default: a new one, printed at start-up)').env(
        'TWILIO_ACCOUNT_SID',
      ),
    )
    .addOption(
      new Option(
        '--auth-token <token>',
        'its Auth Token; prefer the variable (default: a new one, printed at start-up)',
      ).env('TWILIO_AUTH_TOKEN'),
    )
    .option(
      '--api-key <SID:secret>',
      'accept this API key too; prefer the variables; may be repeated',
      collect,
      [],
    )
    .option('--allow-host <name>', 'answer /_emulator under this host name too; may be repeated', collect, [])
    .option(
      '--allow-origin <origin>',
      'let web pages of this origin connect as agents, or * for any; may be repeated',
      collect,
      [],
    )
    .option('--data <file>', 'keep the state in this file across restarts')
    .option('--config <file>', 'start with the workspace in this file: TypeScript, JavaScript, YAML or JSON')
    .addOption(environmentOption())
    .addOption(
      new Option('--clock <clock>', 'virtual: time moves only with POST /_emulator/clock')
        .choices(['real', 'virtual'])
        .default('real'),
    )
    .option(
      '--choice <name=value>',
      'set a choice from docs/emulator-fidelity.md; may be repeated',
      collect,
      [],
    )
    .option('--unconfirmed-parameters', 'add names and the channel to assignment callbacks')
    .addHelpText('after', EMULATE_EXAMPLES)
    .action(async (options) => (await import('../emulate.js')).emulate(options));

  root
    .command('trigger')
    .description('create a task in a running dev or emulate')
    .argument('<preset>', 'call, chat, sms, ticket, or the name of a file in presets/')
    .addOption(localTaskRouter())
    .option('--attributes <JSON>', 'JSON merged over the attributes of the preset, or @file')
    .option('--workflow <name>', 'name or SID (default: the only workflow)')
    .option('--channel <name>', 'unique name of the task channel')
    .addOption(new Option('--priority <number>').argParser(wholeNumber))
    .option('--json', 'print the task as JSON')
    .addHelpText('after', TRIGGER_EXAMPLES)
    .action(async (preset, options) =>
      finish(await (await import('../trigger.js')).trigger(preset, options)),
    );

  root
    .command('token')
    .description('make an access token for an agent of a running dev or emulate')
    .option('--worker <name>', 'friendly name or SID of the worker')
    .addOption(
      new Option('--role <role>', 'default: worker, or admin without a worker').choices([
        'worker',
        'supervisor',
        'admin',
      ]),
    )
    .addOption(
      new Option('--ttl <seconds>', 'how long it is valid, up to 86400 (default: 3600)').argParser(
        wholeNumber,
      ),
    )
    .option('--workspace <sid>', 'the workspace, if there are several')
    .addOption(localTaskRouter())
    .addHelpText('after', TOKEN_EXAMPLES)
    .action(async (options) => finish(await (await import('../token.js')).token(options)));

  root
    .command('staff')
    .description('add simulated agents to a running dev or emulate: they answer, reject, work, take breaks')
    .option('--worker <name>', 'friendly name or SID; may be repeated (default: all)', collect, [])
    .option('--answers <time>', 'mean time until an offer or a phone is answered (default: 3s)')
    .option('--works <time>', 'mean length of a conversation, or of the work on a task (default: 1m)')
    .option('--wraps-up <time>', 'mean time to wrap up (default: 10s)')
    .option('--rests <time>', 'mean length of a break (default: 1m)')
    .addOption(
      new Option(
        '--rejects <share>',
        'share of offers that are rejected, from 0 to 1 (default: 0.05)',
      ).argParser(share),
    )
    .addOption(
      new Option('--misses <share>', 'share of offers that are left to time out (default: 0)').argParser(
        share,
      ),
    )
    .addOption(
      new Option(
        '--breaks <share>',
        'share of tasks after which an agent takes a break (default: 0.1)',
      ).argParser(share),
    )
    .addOption(
      new Option('--seed <number>', 'the same seed draws the same values (default: 1)').argParser(seed),
    )
    .option('--json', 'print one JSON object per line')
    .addOption(localTaskRouter())
    .addHelpText('after', STAFF_EXAMPLES)
    .action(async (options) => finish(await (await import('../staff.js')).staff(options)));

  root
    .command('explain')
    .description('explain why a task is where it is: in a running emulator, or from a workspace file alone')
    .argument('[taskSid]', "the task's SID, as printed by the emulator")
    .addOption(localTaskRouter())
    .option('--config <file>', 'explain from this workspace file, without an emulator')
    .addOption(environmentOption())
    .option('--task <JSON>', 'with --config: the attributes of the task, as JSON or the file that holds it')
    .option('--at <time>', 'with --config: how long after creation, such as 3m (default: at once)')
    .option('--workflow <name>', 'with --config: its workflow (default: the only one)')
    .option('--channel <name>', 'with --config: unique name of its task channel')
    .addHelpText('after', EXPLAIN_EXAMPLES)
    .action(async (taskSid, options) =>
      finish(await (await import('../explain.js')).explain(taskSid, options)),
    );

  root
    .command('mcp')
    .description('run an MCP server for a running dev or emulate: tools to create, explain and move tasks')
    .option('--url <url>', 'where the emulator is; default: TASKROUTER_BASE_URL, then http://127.0.0.1:8080')
    .addHelpText('after', MCP_EXAMPLES)
    .action(async (options) => finish(await (await import('../mcp.js')).mcp(options, version())));

  root
    .command('proxy')
    .description('run a command against the local TaskRouter, through its own HTTPS proxy')
    .argument('<command...>', 'the command and its arguments, after --')
    .addOption(localTaskRouter())
    .option('--pass-others', 'pass on requests to other hosts instead of refusing them')
    .passThroughOptions()
    .addHelpText('after', PROXY_EXAMPLES)
    .action(async (command, options) => finish(await (await import('../proxy.js')).proxy(command, options)));
}
