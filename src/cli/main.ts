#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ConfigurationError, TaskRouterKitError } from '../errors.js';
import { EXIT, isFailure, UsageError } from './failure.js';

const EXAMPLES = `
Examples:
  $ taskrouter-kit dev                  try the handlers on this machine: no account, no Redis
  $ taskrouter-kit emulate              a TaskRouter on this machine: REST API, routing and signed callbacks
  $ taskrouter-kit serve                the endpoint, configured by environment variables
  $ taskrouter-kit send assignment --url http://127.0.0.1:3000/taskrouter/assignment --task '{"type":"chat"}'
  $ taskrouter-kit doctor request.txt   why does this signature not match?
  $ taskrouter-kit simulate plan.yaml   what would the waiting times be?
  $ taskrouter-kit send --help          options and examples of one command

Exit codes: 0 done, 1 failed or refused, 2 wrong usage or configuration.
Set the Auth Token in TWILIO_AUTH_TOKEN, because other users can see options in the list of processes.`;

const SERVE_EXAMPLES = `
docs/configuration.md lists the environment variables. A missing or misspelt one stops the start with a message.

Examples:
  $ TWILIO_AUTH_TOKEN=… PUBLIC_URL=https://hooks.example.com REDIS_URL=redis://127.0.0.1:6379 taskrouter-kit serve
  $ TWILIO_AUTH_TOKEN=… HANDLERS_DIR=./build/handlers PORT=8080 taskrouter-kit serve
  $ node --env-file=.env node_modules/.bin/taskrouter-kit serve`;

const SEND_EXAMPLES = `
Examples:
  $ taskrouter-kit send assignment --url http://127.0.0.1:3000/taskrouter/assignment --task '{"type":"chat"}'
  $ taskrouter-kit send assignment --url http://127.0.0.1:3000/taskrouter/assignment --task @task.json --set TaskAge=90 --repeat
  $ taskrouter-kit send event --url http://127.0.0.1:3000/taskrouter/events --type task.canceled
  Sign for the URL that Twilio calls, but send past the proxy:
  $ taskrouter-kit send assignment --url http://10.0.0.7:3000/taskrouter/assignment \\
      --public-url https://hooks.example.com/taskrouter/assignment`;

const EMULATE_EXAMPLES = `
Examples:
  $ taskrouter-kit emulate --data taskrouter.json
  $ taskrouter-kit emulate --config taskrouter.config.ts --env staging
  $ taskrouter-kit emulate --clock virtual --choice lenientExpressions=false
  $ curl -X POST http://127.0.0.1:8080/_emulator/clock -d advance=2m`;

const DEV_EXAMPLES = `
Examples:
  $ taskrouter-kit dev                                    handlers/ and a sample contact centre
  $ taskrouter-kit dev my-handlers --config support.yaml  handlers and workspace of your own
  $ taskrouter-kit dev --url http://localhost:3000/taskrouter --write-env .env.local
  $ taskrouter-kit dev --once                             one task of each kind, then end: for CI`;

const TRIGGER_EXAMPLES = `
Examples:
  $ taskrouter-kit trigger call
  $ taskrouter-kit trigger chat --attributes '{"language":"es"}'
  $ taskrouter-kit trigger refund --workflow 'Back office'   presets/refund.json

A preset of your own is a file in presets/: JSON, YAML, or TypeScript with a default export, with any of
workflow, preset, taskChannel, attributes, priority and timeout.`;

const TOKEN_EXAMPLES = `
The token goes to twilio-taskrouter, with the two options ebServer and wsServer: docs/worker-sdk.md. The emulator at --url
signs it with its first API key.

Examples:
  $ taskrouter-kit token --worker Ann
  $ taskrouter-kit token --worker Ann --role supervisor --ttl 600
  $ taskrouter-kit token --role admin      reads the workspace, for the Workspace class of the SDK`;

const STAFF_EXAMPLES = `
They accept what the assignment callback leaves open and answer the phones it rings. In dev everybody plays already.

Examples:
  $ taskrouter-kit staff
  $ taskrouter-kit staff --worker Ann --worker Bob --answers 5s --rejects 0.2
  $ taskrouter-kit staff --url http://127.0.0.1:9090 --works 3m --breaks 0 --json`;

const EXPLAIN_EXAMPLES = `
Examples:
  $ taskrouter-kit explain WT0123456789abcdef0123456789abcdef --url http://127.0.0.1:8080
  $ taskrouter-kit explain --config taskrouter.config.ts --task attributes.json --at 3m   the way a task would take`;

const TEST_EXAMPLES = `
Runs without a network, each test in milliseconds. docs/routing-tests.md has the format. Exit code 1 if a test fails.

Examples:
  $ taskrouter-kit test calls.tests.yaml
  $ taskrouter-kit test tests/*.yaml --coverage
  $ taskrouter-kit test tests/*.yaml --reporter junit > report.xml
  $ taskrouter-kit test calls.tests.yaml --target twilio            in the account, in real time`;

const SIMULATE_EXAMPLES = `
The plan says what arrives and who works; the workspace file says how it is routed. docs/simulation.md has the format
and defines each figure.

Examples:
  $ taskrouter-kit simulate plan.yaml
  $ taskrouter-kit simulate plan.yaml --config taskrouter.config.ts --json
  $ taskrouter-kit simulate plan.yaml --html report.html
  $ taskrouter-kit simulate plan.yaml --compare changed.config.ts   as a comment for a pull request`;

const REPLAY_EXAMPLES = `
The events are what GET …/Workspaces/{Sid}/Events?StartDate=…&EndDate=… answers: all types, every page, as JSON, in one
file or several. docs/simulation.md says how to get them and what is taken from them.

Examples:
  $ taskrouter-kit replay events.json --config changed.config.ts
  $ taskrouter-kit replay page-*.json --service-level 30s --json
  $ taskrouter-kit replay events.json --workflow 'Calls=All calls'   the workflow has another name now`;

const MCP_EXAMPLES = `
It speaks MCP over standard input and output, for a client that starts it. The tools ask the emulator at --url, else at
TASKROUTER_BASE_URL, else at http://127.0.0.1:8080; it may be started later. Clients that speak HTTP need no command:
the emulator answers under /mcp.

Examples:
  $ npx taskrouter-kit mcp
  $ taskrouter-kit mcp --url http://127.0.0.1:8080`;

const PLAN_EXAMPLES = `
Credentials: TWILIO_ACCOUNT_SID, and TWILIO_AUTH_TOKEN or TWILIO_API_KEY and TWILIO_API_SECRET.

Examples:
  $ taskrouter plan                                        taskrouter.config.* against the account
  $ taskrouter plan centre.yaml --env production --prune
  $ taskrouter plan --url http://127.0.0.1:8080 --json     against an emulator
  $ taskrouter plan --detailed-exitcode                    for CI: 0 no changes, 1 error, 2 changes`;

const APPLY_EXAMPLES = `
It can be interrupted or killed at any step: the next apply goes on from there, and nothing is created twice. Deletions
happen only with --prune, never of a queue that a workflow still names, and of what has live tasks only with --force.

Examples:
  $ taskrouter apply
  $ taskrouter apply centre.yaml --env production --state .taskrouter.json
  $ taskrouter apply --auto-approve                        where nobody can answer: CI`;

const EXPORT_EXAMPLES = `
SIDs become names, so that the file can be applied to another account. Names that two resources have must be changed first.

Examples:
  $ taskrouter export --workspace 'Flex Task Assignment' --out taskrouter.config.ts
  $ taskrouter export --workspace WS… --no-workers > centre.yaml`;

const IMPORT_EXAMPLES = `
Examples:
  $ terraform show -json > state.json && taskrouter import state.json --out taskrouter.config.ts
  $ taskrouter import workflows/*.json --map QUEUE_SID_SUPPORT=Support --map WQ0123456789abcdef0123456789abcdef=Sales`;

const SWEEP_EXAMPLES = `
It changes nothing without --apply. A task that moves on meanwhile is left alone.

Examples:
  $ taskrouter sweep --older-than 2h --workspace Support
  $ taskrouter sweep --older-than 2h --worker Alice --apply`;

const LINT_EXAMPLES = `
docs/workspace.md explains each rule. Exit codes: 0 no errors, 1 errors (with --strict: anything), 2 wrong usage.

Examples:
  $ taskrouter lint
  $ taskrouter lint centre.yaml --samples presets --dial-timeout 30s --fix
  $ taskrouter lint --sarif > lint.sarif`;

const PROXY_EXAMPLES = `
The command's requests to taskrouter.twilio.com and event-bridge.twilio.com go to the local TaskRouter, whatever language it
is written in. Other hosts are refused, so that a trial reaches nothing real. docs/emulator.md has a recipe for each language.

Examples:
  $ taskrouter-kit proxy -- python route_calls.py
  $ taskrouter-kit proxy -- twilio api:taskrouter:v1:workspaces:list
  $ taskrouter-kit proxy --pass-others --url http://127.0.0.1:9090 -- npm start`;

const DOCTOR_EXAMPLES = `
The request is one of
  a raw HTTP request: request line, headers, an empty line, the body
  a JSON object { "url": "…", "headers": { … }, "body": "…" or { … } }
  a body alone, with --url and --signature

Examples:
  $ taskrouter-kit doctor request.txt
  $ taskrouter-kit doctor --url https://hooks.example.com/taskrouter/assignment --signature 'RSOYDt4T…' < body.txt`;

/** Each command is loaded when it runs, so that help and the small tools start quickly. */
function program(finish: (code: number) => void): Command {
  const root = new Command('taskrouter-kit')
    .description(
      'Servers for the callbacks of Twilio TaskRouter, and tools to try them. Not affiliated with Twilio.',
    )
    .addHelpText('after', EXAMPLES)
    .enablePositionalOptions()
    .exitOverride();

  root.version(version(), '-V, --version', 'print the version');

  root
    .command('serve')
    .description('answer callbacks with the handlers in HANDLERS_DIR, or with the shipped ones')
    .addHelpText('after', SERVE_EXAMPLES)
    .action(async () => (await import('./serve.js')).serve());

  root
    .command('dev')
    .description(
      'drive your handlers or your app with a TaskRouter on this machine, and show what happens to each task',
    )
    .argument('[handlers]', 'a folder with index.ts or index.js, or a single file (default: handlers/)')
    .option('--url <url>', 'drive an app that is already running: the URL where it mounts the router')
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
      const code = await (await import('./dev.js')).dev(handlers, options);
      if (code !== undefined) finish(code);
    });

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
    .action(async (preset, options) => finish(await (await import('./trigger.js')).trigger(preset, options)));

  root
    .command('emulate')
    .description('run a local TaskRouter: REST API, routing and signed callbacks')
    .addOption(new Option('--port <port>', 'where to listen').argParser(port).default(8_080))
    .addOption(
      new Option('--account-sid <sid>', 'the account (default: a new one, printed at the start)').env(
        'TWILIO_ACCOUNT_SID',
      ),
    )
    .addOption(
      new Option(
        '--auth-token <token>',
        'its Auth Token; prefer the variable (default: a new one, printed at the start)',
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
      'let web pages of this origin call as agents, or * for any; may be repeated',
      collect,
      [],
    )
    .option('--data <file>', 'keep the state in this file across restarts')
    .option('--config <file>', 'start with the workspace in this file: TypeScript, JavaScript, YAML or JSON')
    .addOption(environmentOption())
    .addOption(
      new Option('--clock <clock>', 'virtual: time moves only by POST /_emulator/clock')
        .choices(['real', 'virtual'])
        .default('real'),
    )
    .option(
      '--choice <name=value>',
      'set a choice of docs/emulator-fidelity.md; may be repeated',
      collect,
      [],
    )
    .option('--unconfirmed-parameters', 'add names and the channel to assignment callbacks')
    .addHelpText('after', EMULATE_EXAMPLES)
    .action(async (options) => (await import('./emulate.js')).emulate(options));

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
    .option('--workspace <sid>', 'the workspace, where there are several')
    .addOption(localTaskRouter())
    .addHelpText('after', TOKEN_EXAMPLES)
    .action(async (options) => finish(await (await import('./token.js')).token(options)));

  root
    .command('staff')
    .description('let simulated agents play in a running dev or emulate: answer, reject, work, take breaks')
    .option('--worker <name>', 'friendly name or SID; may be repeated (default: everybody)', collect, [])
    .option('--answers <time>', 'mean time until an offer or a phone is answered (default: 3s)')
    .option('--works <time>', 'mean length of a conversation, or of the work on a task (default: 1m)')
    .option('--wraps-up <time>', 'mean time of wrapping up (default: 10s)')
    .option('--rests <time>', 'mean length of a break (default: 1m)')
    .addOption(
      new Option('--rejects <share>', 'offers that are rejected, from 0 to 1 (default: 0.05)').argParser(
        share,
      ),
    )
    .addOption(
      new Option('--misses <share>', 'offers that are let go by until they time out (default: 0)').argParser(
        share,
      ),
    )
    .addOption(
      new Option('--breaks <share>', 'tasks after which somebody takes a break (default: 0.1)').argParser(
        share,
      ),
    )
    .addOption(
      new Option('--seed <number>', 'the same one draws the same (default: 1)').argParser(wholeNumber),
    )
    .option('--json', 'print one JSON object per line')
    .addOption(localTaskRouter())
    .addHelpText('after', STAFF_EXAMPLES)
    .action(async (options) => finish(await (await import('./staff.js')).staff(options)));

  root
    .command('explain')
    .description('explain why a task is where it is: in a running emulator, or by a workspace file alone')
    .argument('[taskSid]', "the task's SID, as printed by the emulator")
    .addOption(localTaskRouter())
    .option('--config <file>', 'explain by this workspace file, without an emulator')
    .addOption(environmentOption())
    .option('--task <JSON>', 'with --config: the attributes of the task, as JSON or the file that holds it')
    .option('--at <time>', 'with --config: how long after the creation, such as 3m (default: at once)')
    .option('--workflow <name>', 'with --config: its workflow (default: the only one)')
    .option('--channel <name>', 'with --config: unique name of its task channel')
    .addHelpText('after', EXPLAIN_EXAMPLES)
    .action(async (taskSid, options) =>
      finish(await (await import('./explain.js')).explain(taskSid, options)),
    );

  root
    .command('test')
    .description('run routing tests: where tasks go, who is offered them, and when')
    .argument('<files...>', 'YAML or JSON')
    .option('--config <file>', 'the workspace (default: the one that each file names)')
    .addOption(environmentOption())
    .option('--coverage', 'name the filters, targets and skip conditions that no test has reached')
    .addOption(new Option('--reporter <reporter>').choices(['spec', 'junit', 'json']).default('spec'))
    .addOption(
      new Option(
        '--target <target>',
        'twilio: run them in the account, in real time, each in a temporary workspace',
      ).choices(['twilio']),
    )
    .option('--tolerance <time>', 'with --target: how near an instant counts as that instant (default: 2s)')
    .addOption(accountUrl())
    .addHelpText('after', TEST_EXAMPLES)
    .action(async (files, options) => finish(await (await import('./test.js')).test(files, options)));

  root
    .command('simulate')
    .description('simulate whole days: waiting times, service levels and occupancy before anything changes')
    .argument('<plan>', 'what arrives and who works, as YAML or JSON')
    .option('--config <file>', 'the workspace (default: the one that the plan names)')
    .addOption(environmentOption())
    .option('--compare <file>', 'another workspace file, or another plan, over the same days')
    .addOption(new Option('--replications <days>', "how many days (default: the plan's)").argParser(days))
    .addOption(new Option('--seed <number>', "other days (default: the plan's)").argParser(wholeNumber))
    .option('--json', 'print the figures as JSON')
    .addOption(
      new Option('--html <file>', 'write a report with charts, for a browser, to this file').conflicts(
        'json',
      ),
    )
    .addHelpText('after', SIMULATE_EXAMPLES)
    .action(async (plan, options) => finish(await (await import('./simulate.js')).simulate(plan, options)));

  root
    .command('replay')
    .description('replay a day from its exported events: what a changed workflow would have done')
    .argument('<events...>', 'Event resources of Twilio, or of an emulator: JSON')
    .option('--config <file>', 'the workspace (default: taskrouter.config.*)')
    .addOption(environmentOption())
    .option(
      '--workflow <OLD=NEW>',
      'which workflow stands for one of the events; may be repeated',
      collect,
      [],
    )
    .option(
      '--service-level <time>',
      'how soon an answer is in time; may be repeated (default: 20s)',
      collect,
      [],
    )
    .addOption(
      new Option('--seed <number>', 'other draws of what the events do not show (default: 1)').argParser(
        wholeNumber,
      ),
    )
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', REPLAY_EXAMPLES)
    .action(async (files, options) => finish(await (await import('./replay.js')).replay(files, options)));

  root
    .command('mcp')
    .description('be an MCP server for a running dev or emulate: tools to make, explain and move tasks')
    .option('--url <url>', 'where the emulator is; default: TASKROUTER_BASE_URL, then http://127.0.0.1:8080')
    .addHelpText('after', MCP_EXAMPLES)
    .action(async (options) => finish(await (await import('./mcp.js')).mcp(options, version())));

  workspaceCommand(
    root
      .command('plan')
      .description('show what apply would change in a workspace: an account, or an emulator with --url'),
  )
    .option('--detailed-exitcode', 'end with 0 for no changes, 1 for any error, 2 for changes')
    .addHelpText('after', PLAN_EXAMPLES)
    .action(async (file, options) => finish(await (await import('./plan.js')).plan(file, options)));

  workspaceCommand(
    root.command('apply').description('make a workspace what its definition says, after a question'),
  )
    .option('--auto-approve', 'apply without a question')
    .addHelpText('after', APPLY_EXAMPLES)
    .action(async (file, options) => finish(await (await import('./apply.js')).apply(file, options)));

  root
    .command('export')
    .description('write a workspace of an account, or of an emulator, as a workspace file')
    .addOption(accountUrl())
    .option('--workspace <name>', 'name or SID (default: TWILIO_WORKSPACE_SID)')
    .option('--no-workers', 'leave the workers out')
    .option('--out <file>', 'where to write it (default: the standard output)')
    .addOption(formatOption())
    .option('--force', 'overwrite the file')
    .addHelpText('after', EXPORT_EXAMPLES)
    .action(async (options) => finish(await (await import('./export.js')).exportCommand(options)));

  root
    .command('import')
    .description('write a workspace file of what Terraform, workflow templates or the console hold')
    .argument('<files...>', 'terraform show -json, workflow configurations, or resources from the REST API')
    .option(
      '--map <NAME=value>',
      'what a placeholder stands for, or the name of a SID; or a JSON file; may be repeated',
      collect,
      [],
    )
    .option('--workspace <name>', 'of several workspaces, the name or SID of the one that is meant')
    .option('--out <file>', 'where to write it (default: the standard output)')
    .addOption(formatOption())
    .option('--force', 'overwrite the file')
    .addHelpText('after', IMPORT_EXAMPLES)
    .action(async (files, options) =>
      finish(await (await import('./import.js')).importCommand(files, options)),
    );

  root
    .command('sweep')
    .description('show tasks that are stuck in assigned or wrapping, and end them with --apply')
    .requiredOption('--older-than <time>', 'how long nothing has happened to them, such as 2h')
    .addOption(accountUrl())
    .option('--workspace <name>', 'name or SID (default: TWILIO_WORKSPACE_SID)')
    .option('--worker <name>', 'only tasks that this worker holds: name or SID')
    .option('--waiting', 'tasks in pending and reserved too; these are canceled')
    .option('--apply', 'complete them, after a question')
    .option('--auto-approve', 'with --apply: without a question')
    .option('--json', 'print JSON')
    .addHelpText('after', SWEEP_EXAMPLES)
    .action(async (options) => finish(await (await import('./sweep.js')).sweep(options)));

  root
    .command('lint')
    .description('find what is, or may be, wrong with a workspace file')
    .argument('[file]', 'the workspace file (default: taskrouter.config.*)')
    .addOption(environmentOption())
    .option('--fix', 'mend what is safe to mend, in the file')
    .option('--samples <path>', 'attributes of tasks: a JSON file, or a folder of them such as presets/')
    .option('--dial-timeout <time>', 'how long handlers let a phone ring, such as 30s')
    .option('--task-timeout <time>', 'how long tasks may wait (default: 24h)')
    .option(
      '--handler-activity <name>',
      'an activity of reject or postWorkActivity; may be repeated',
      collect,
      [],
    )
    .option('--ignore <rule>', 'leave a rule out; may be repeated', collect, [])
    .option('--strict', 'end with 1 for warnings too')
    .option('--json', 'print JSON')
    .option('--sarif', 'print SARIF 2.1.0')
    .addHelpText('after', LINT_EXAMPLES)
    .action(async (file, options) =>
      finish(await (await import('./lint.js')).lintCommand(file, options, version())),
    );

  root
    .command('proxy')
    .description('run a command whose TaskRouter is the local one, by an HTTPS proxy of its own')
    .argument('<command...>', 'the command and its arguments, after --')
    .addOption(localTaskRouter())
    .option('--pass-others', 'pass requests to other hosts on, instead of refusing them')
    .passThroughOptions()
    .addHelpText('after', PROXY_EXAMPLES)
    .action(async (command, options) => finish(await (await import('./proxy.js')).proxy(command, options)));

  root
    .command('send')
    .description('sign a callback, send it, and say whether Twilio would accept the answer')
    .addArgument(new Argument('<kind>', 'what to send').choices(['assignment', 'event']))
    .requiredOption('--url <url>', 'where to send it')
    .addOption(tokenOption())
    .option('--set <Name=value>', 'add or replace a parameter; the name alone removes it', collect, [])
    .option('--task <JSON>', "the task's attributes, or @file")
    .option('--worker <JSON>', "the worker's attributes, or @file")
    .option('--type <type>', 'the event type', 'task.created')
    .option('--public-url <url>', 'the URL to sign, if a proxy stands between Twilio and the endpoint')
    .addOption(
      new Option('--repeat [times]', 'send the same request again, once or this many times').argParser(times),
    )
    .addHelpText('after', SEND_EXAMPLES)
    .action(async (kind, options) => finish(await (await import('./send.js')).send(kind, options)));

  root
    .command('doctor')
    .description('check the signature of a request, and find the one change that would make it match')
    .argument('[file]', 'the file that holds the request (default: standard input)')
    .option('--url <url>', 'the URL given to Twilio (default: taken from the request)')
    .option('--signature <value>', 'X-Twilio-Signature, if the request has no headers')
    .addOption(tokenOption())
    .addHelpText('after', DOCTOR_EXAMPLES)
    .action(async (file, options) => finish(await (await import('./doctor.js')).doctor(file, options)));

  return root;
}

/** What plan and apply have in common. */
function workspaceCommand(command: Command): Command {
  return command
    .argument('[file]', 'the workspace file (default: taskrouter.config.*)')
    .addOption(environmentOption())
    .addOption(accountUrl())
    .option('--workspace <name>', 'name or SID of the workspace (default: the friendlyName of the file)')
    .option('--prune', 'delete what the file does not have, of the kinds it has')
    .option('--force', 'with --prune: delete what has live tasks too')
    .option('--state <file>', 'remember in this file what was applied, to tell drift and renames')
    .option('--json', 'print JSON');
}

function environmentOption(): Option {
  return new Option('--env <name>', 'the environment whose values the workspace file takes');
}

function formatOption(): Option {
  return new Option('--format <format>', 'default: by the name of the file, else yaml').choices([
    'yaml',
    'json',
    'ts',
  ]);
}

/** Where an account is: Twilio unless told otherwise. */
function accountUrl(): Option {
  return new Option('--url <url>', 'another place than Twilio, such as an emulator').env(
    'TASKROUTER_BASE_URL',
  );
}

/** From package.json, which is two folders up in both `src/` and `dist/`. */
function version(): string {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return version;
}

/** Where clients of a running `dev` or `emulate` find it. */
function localTaskRouter(): Option {
  return new Option('--url <url>', 'where the local TaskRouter is')
    .env('TASKROUTER_BASE_URL')
    .default('http://127.0.0.1:8080');
}

function tokenOption(): Option {
  return new Option('--token <token>', 'the Auth Token; prefer the variable').env('TWILIO_AUTH_TOKEN');
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be a port, such as 3000; 0 picks a free one.');
}

function times(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 999.');
}

function days(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= 100_000) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 100000.');
}

function share(text: string): number {
  if (/^(?:0|1|[01]?\.\d{1,9})$/.test(text) && Number(text) <= 1) return Number(text);
  throw new InvalidArgumentError('It must be a share from 0 to 1, such as 0.1.');
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number, 0 or more.');
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** Runs the command line. A command that keeps running, such as `serve`, ends the process itself. */
async function main(): Promise<void> {
  // The reader of a pipe may stop early: taskrouter --help | head.
  process.stdout.on('error', () => process.exit());
  // Where nothing is left to wait for, Node ends the process, with 0: a command that was cut short must not look done.
  const cutShort = () => {
    console.error(
      'The command ended before it was done: it awaits something that never comes, such as a promise in a file it loads.',
    );
    process.exitCode = EXIT.failed;
  };
  process.once('beforeExit', cutShort);
  try {
    await program((code) => {
      process.exitCode = code;
    }).parseAsync();
  } catch (error) {
    process.exitCode = failure(error);
  } finally {
    process.off('beforeExit', cutShort);
  }
}

function failure(error: unknown): number {
  // With this option 2 means changes.
  return process.argv.includes('--detailed-exitcode') ? Math.min(told(error), EXIT.failed) : told(error);
}

function told(error: unknown): number {
  // Commander has already printed the message; for help and version its exit code is 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ConfigurationError || error instanceof UsageError) {
    console.error(error.message);
    return isFailure(error) ? EXIT.failed : EXIT.usage;
  }
  // What Twilio, or the way to it, had to say: the stack would not help.
  if (error instanceof TaskRouterKitError) {
    console.error(error.message);
    return EXIT.failed;
  }
  console.error(error);
  return EXIT.failed;
}

void main();
