import { Argument, type Command, Option } from 'commander';
import { collect, times, tokenOption } from './options.js';

const SERVE_EXAMPLES = `
docs/configuration.md lists the environment variables. If one is missing or misspelt, the endpoint refuses to start and says why.

Examples:
  $ TWILIO_AUTH_TOKEN=… PUBLIC_URL=https://hooks.example.com REDIS_URL=redis://127.0.0.1:6379 taskrouter-kit serve
  $ TWILIO_AUTH_TOKEN=… HANDLERS_DIR=./build/handlers PORT=8080 taskrouter-kit serve
  $ node --env-file=.env node_modules/.bin/taskrouter-kit serve`;

const SEND_EXAMPLES = `
Examples:
  $ taskrouter-kit send assignment --url http://127.0.0.1:3000/taskrouter/assignment --task '{"type":"chat"}'
  $ taskrouter-kit send assignment --url http://127.0.0.1:3000/taskrouter/assignment --task @task.json --set TaskAge=90 --repeat
  $ taskrouter-kit send event --url http://127.0.0.1:3000/taskrouter/events --type task.canceled
  Sign for the URL that Twilio calls, but bypass the proxy:
  $ taskrouter-kit send assignment --url http://10.0.0.7:3000/taskrouter/assignment \\
      --public-url https://hooks.example.com/taskrouter/assignment`;

const DOCTOR_EXAMPLES = `
The request is one of
  a raw HTTP request: request line, headers, an empty line, the body
  a JSON object { "url": "…", "headers": { … }, "body": "…" or { … } }
  a body alone, with --url and --signature

Examples:
  $ taskrouter-kit doctor request.txt
  $ taskrouter-kit doctor --url https://hooks.example.com/taskrouter/assignment --signature 'RSOYDt4T…' < body.txt`;

/** The commands of the deployed endpoint. `finish` takes the exit code. */
export function endpointCommands(root: Command, finish: (code: number) => void): void {
  root.commandsGroup('The endpoint:');

  root
    .command('serve')
    .description('answer callbacks with the handlers in HANDLERS_DIR, or with the shipped ones')
    .addHelpText('after', SERVE_EXAMPLES)
    .action(async () => (await import('../serve.js')).serve());

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
    .option('--public-url <url>', 'the URL to sign, if there is a proxy between Twilio and the endpoint')
    .addOption(
      new Option('--repeat [times]', 'send the same request again, once or this many times').argParser(times),
    )
    .addHelpText('after', SEND_EXAMPLES)
    .action(async (kind, options) => finish(await (await import('../send.js')).send(kind, options)));

  root
    .command('doctor')
    .description('check the signature of a request, and find the one change that would make it match')
    .argument('[file]', 'the file that holds the request (default: standard input)')
    .option('--url <url>', 'the URL you gave Twilio (default: taken from the request)')
    .option('--signature <value>', 'X-Twilio-Signature, if the request has no headers')
    .addOption(tokenOption())
    .addHelpText('after', DOCTOR_EXAMPLES)
    .action(async (file, options) => finish(await (await import('../doctor.js')).doctor(file, options)));
}
