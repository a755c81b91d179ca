import { type Command, Option } from 'commander';
import { accountUrl, collect, days, environmentOption, formatOption, seed } from './options.js';
import { version } from './version.js';

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
The events are what GET …/Workspaces/{Sid}/Events?StartDate=…&EndDate=… returns: all types, every page, as JSON, in one
file or several. docs/simulation.md says how to get them and what is taken from them.

Examples:
  $ taskrouter-kit replay events.json --config changed.config.ts
  $ taskrouter-kit replay page-*.json --service-level 30s --json
  $ taskrouter-kit replay events.json --workflow 'Calls=All calls'   the workflow now has another name`;

const PLAN_EXAMPLES = `
Credentials: TWILIO_ACCOUNT_SID, and TWILIO_AUTH_TOKEN or TWILIO_API_KEY and TWILIO_API_SECRET.

Examples:
  $ taskrouter plan                                        taskrouter.config.* against the account
  $ taskrouter plan centre.yaml --env production --prune
  $ taskrouter plan --url http://127.0.0.1:8080 --json     against an emulator
  $ taskrouter plan --detailed-exitcode                    for CI: 0 no changes, 1 error, 2 changes`;

const APPLY_EXAMPLES = `
It can be interrupted or killed at any step: the next apply continues from there, and nothing is created twice. It deletes
only with --prune, never a queue that a workflow still names, and what has live tasks only with --force.

Examples:
  $ taskrouter apply
  $ taskrouter apply centre.yaml --env production --state .taskrouter.json
  $ taskrouter apply --auto-approve                        where nobody can answer: CI`;

const EXPORT_EXAMPLES = `
SIDs become names, so that the file can be applied to another account. If two resources share a name, rename one first.

Examples:
  $ taskrouter export --workspace 'Flex Task Assignment' --out taskrouter.config.ts
  $ taskrouter export --workspace WS… --no-workers > centre.yaml`;

const IMPORT_EXAMPLES = `
Examples:
  $ terraform show -json > state.json && taskrouter import state.json --out taskrouter.config.ts
  $ taskrouter import workflows/*.json --map QUEUE_SID_SUPPORT=Support --map WQ0123456789abcdef0123456789abcdef=Sales`;

const SWEEP_EXAMPLES = `
It changes nothing without --apply. A task that moves on in the meantime is left alone.

Examples:
  $ taskrouter sweep --older-than 2h --workspace Support
  $ taskrouter sweep --older-than 2h --worker Alice --apply`;

const LINT_EXAMPLES = `
docs/workspace.md explains each rule. Exit codes: 0 no errors, 1 errors (with --strict: anything), 2 wrong usage.

Examples:
  $ taskrouter lint
  $ taskrouter lint centre.yaml --samples presets --dial-timeout 30s --fix
  $ taskrouter lint --sarif > lint.sarif`;

/** The commands that take a workspace definition, and what is tried with one. `finish` takes the exit code. */
export function workspaceCommands(root: Command, finish: (code: number) => void): void {
  root.commandsGroup('Workspaces:');

  workspaceCommand(
    root
      .command('plan')
      .description('show what apply would change in a workspace: an account, or an emulator with --url'),
  )
    .option('--detailed-exitcode', 'exit with 0 for no changes, 1 for any error, 2 for changes')
    .addHelpText('after', PLAN_EXAMPLES)
    .action(async (file, options) => finish(await (await import('../plan.js')).plan(file, options)));

  workspaceCommand(
    root.command('apply').description('change a workspace to match its definition, after asking'),
  )
    .option('--auto-approve', 'apply without asking')
    .addHelpText('after', APPLY_EXAMPLES)
    .action(async (file, options) => finish(await (await import('../apply.js')).apply(file, options)));

  root
    .command('export')
    .description('write a workspace of an account, or of an emulator, to a workspace file')
    .addOption(accountUrl())
    .option('--workspace <name>', 'name or SID (default: TWILIO_WORKSPACE_SID)')
    .option('--no-workers', 'leave the workers out')
    .option('--out <file>', 'where to write it (default: the standard output)')
    .addOption(formatOption())
    .option('--force', 'overwrite the file')
    .addHelpText('after', EXPORT_EXAMPLES)
    .action(async (options) => finish(await (await import('../export.js')).exportCommand(options)));

  root
    .command('import')
    .description('write a workspace file from what Terraform, workflow templates or the console hold')
    .argument('<files...>', 'terraform show -json, workflow configurations, or resources from the REST API')
    .option(
      '--map <NAME=value>',
      'what a placeholder stands for, or the name for a SID; or a JSON file; may be repeated',
      collect,
      [],
    )
    .option('--workspace <name>', 'which workspace, if there are several: name or SID')
    .option('--out <file>', 'where to write it (default: the standard output)')
    .addOption(formatOption())
    .option('--force', 'overwrite the file')
    .addHelpText('after', IMPORT_EXAMPLES)
    .action(async (files, options) =>
      finish(await (await import('../import.js')).importCommand(files, options)),
    );

  root
    .command('sweep')
    .description('show tasks that are stuck in assigned or wrapping, and end them with --apply')
    .requiredOption('--older-than <time>', 'how long they have not changed, such as 2h')
    .addOption(accountUrl())
    .option('--workspace <name>', 'name or SID (default: TWILIO_WORKSPACE_SID)')
    .option('--worker <name>', 'only tasks that this worker holds: name or SID')
    .option('--waiting', 'also pending and reserved tasks; these are canceled')
    .option('--apply', 'complete them, after asking')
    .option('--auto-approve', 'with --apply: without asking')
    .option('--json', 'print JSON')
    .addHelpText('after', SWEEP_EXAMPLES)
    .action(async (options) => finish(await (await import('../sweep.js')).sweep(options)));

  root
    .command('lint')
    .description('find what is, or may be, wrong with a workspace file')
    .argument('[file]', 'the workspace file (default: taskrouter.config.*)')
    .addOption(environmentOption())
    .option('--fix', 'fix what is safe to fix, in the file')
    .option('--samples <path>', 'sample task attributes: a JSON file, or a folder of them such as presets/')
    .option('--dial-timeout <time>', 'how long handlers let a phone ring, such as 30s')
    .option('--task-timeout <time>', 'how long tasks may wait (default: 24h)')
    .option(
      '--handler-activity <name>',
      'an activity that handlers use in reject or postWorkActivity; may be repeated',
      collect,
      [],
    )
    .option('--ignore <rule>', 'skip a rule; may be repeated', collect, [])
    .option('--strict', 'exit with 1 for warnings too')
    .option('--json', 'print JSON')
    .option('--sarif', 'print SARIF 2.1.0')
    .addHelpText('after', LINT_EXAMPLES)
    .action(async (file, options) =>
      finish(await (await import('../lint.js')).lintCommand(file, options, version())),
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
    .option(
      '--tolerance <time>',
      'with --target: how close to an instant counts as that instant (default: 2s)',
    )
    .addOption(accountUrl())
    .addHelpText('after', TEST_EXAMPLES)
    .action(async (files, options) => finish(await (await import('../test.js')).test(files, options)));

  root
    .command('simulate')
    .description('simulate whole days: waiting times, service levels and occupancy before anything changes')
    .argument('<plan>', 'what arrives and who works, as YAML or JSON')
    .option('--config <file>', 'the workspace (default: the one that the plan names)')
    .addOption(environmentOption())
    .option('--compare <file>', 'another workspace file, or another plan, over the same days')
    .addOption(new Option('--replications <days>', "how many days (default: the plan's)").argParser(days))
    .addOption(
      new Option('--seed <number>', "another seed draws other days (default: the plan's)").argParser(seed),
    )
    .option('--json', 'print the figures as JSON')
    .addOption(
      new Option('--html <file>', 'write a report with charts, for a browser, to this file').conflicts(
        'json',
      ),
    )
    .addHelpText('after', SIMULATE_EXAMPLES)
    .action(async (plan, options) => finish(await (await import('../simulate.js')).simulate(plan, options)));

  root
    .command('replay')
    .description('replay a day from its exported events: what a changed workflow would have done')
    .argument('<events...>', 'Event resources of Twilio, or of an emulator: JSON')
    .option('--config <file>', 'the workspace (default: taskrouter.config.*)')
    .addOption(environmentOption())
    .option(
      '--workflow <OLD=NEW>',
      'which workflow replaces one named in the events; may be repeated',
      collect,
      [],
    )
    .option(
      '--service-level <time>',
      'how soon an answer counts as in time; may be repeated (default: 20s)',
      collect,
      [],
    )
    .addOption(
      new Option(
        '--seed <number>',
        'another seed draws differently what the events do not show (default: 1)',
      ).argParser(seed),
    )
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', REPLAY_EXAMPLES)
    .action(async (files, options) => finish(await (await import('../replay.js')).replay(files, options)));
}

/** What plan and apply have in common. */
function workspaceCommand(command: Command): Command {
  return command
    .argument('[file]', 'the workspace file (default: taskrouter.config.*)')
    .addOption(environmentOption())
    .addOption(accountUrl())
    .option('--workspace <name>', 'name or SID of the workspace (default: the friendlyName of the file)')
    .option('--prune', 'delete what the file does not have, among the kinds of resources it has')
    .option('--force', 'with --prune: also delete what has live tasks')
    .option('--state <file>', 'remember in this file what was applied, to detect drift and renames')
    .option('--json', 'print JSON');
}
