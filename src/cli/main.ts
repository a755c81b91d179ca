#!/usr/bin/env node
import { Command, CommanderError, Help } from 'commander';
import { visibleLines } from '../emulator/visible.js';
import { ConfigurationError, systemCode, TaskRouterKitError } from '../errors.js';
import { endpointCommands } from './command-line/endpoint.js';
import { localCommands } from './command-line/local.js';
import { version } from './command-line/version.js';
import { workspaceCommands } from './command-line/workspace.js';
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

/** Each command is loaded when it runs, so that help and the small tools start quickly. */
function program(finish: (code: number) => void): Command {
  const root = new Command('taskrouter-kit')
    .description(
      'Servers for Twilio TaskRouter callbacks, and tools to try them. Not affiliated with Twilio.',
    )
    .addHelpText('after', EXAMPLES)
    .enablePositionalOptions()
    // An option that may be repeated has the empty list as its default, which says nothing.
    .configureHelp({
      optionDescription: (option) =>
        Array.isArray(option.defaultValue) ? option.description : new Help().optionDescription(option),
    })
    .exitOverride();

  root.version(version(), '-V, --version', 'print the version');
  localCommands(root, finish);
  endpointCommands(root, finish);
  workspaceCommands(root, finish);
  return root;
}

/** Runs the command line. A command that keeps running, such as `serve`, ends the process itself. */
async function main(): Promise<void> {
  process.stdout.on('error', outputFailed);
  // Where nothing is left to wait for, Node ends the process, with 0: a command that was cut short must not look done.
  const cutShort = () => {
    console.error(
      'The command ended before it was done: it is waiting for something that never happens, such as a promise in a file it loads.',
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

function outputFailed(error: Error): void {
  // The reader of a pipe may stop early: taskrouter --help | head.
  if (systemCode(error) === 'EPIPE') process.exit();
  console.error(`The output cannot be written (${systemCode(error)}): what was printed is not complete.`);
  process.exit(EXIT.failed);
}

function failure(error: unknown): number {
  // With this option 2 means changes.
  return process.argv.includes('--detailed-exitcode') ? Math.min(told(error), EXIT.failed) : told(error);
}

function told(error: unknown): number {
  // Commander has already printed the message; for help and version its exit code is 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ConfigurationError || error instanceof UsageError) {
    console.error(visibleLines(error.message));
    return isFailure(error) ? EXIT.failed : EXIT.usage;
  }
  // What Twilio, or the way to it, had to say: the stack would not help.
  if (error instanceof TaskRouterKitError) {
    console.error(visibleLines(error.message));
    return EXIT.failed;
  }
  console.error(error);
  return EXIT.failed;
}

void main();
