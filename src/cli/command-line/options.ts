import { InvalidArgumentError, Option } from 'commander';

export function environmentOption(): Option {
  return new Option('--env <name>', 'the environment whose values the workspace file uses');
}

export function formatOption(): Option {
  return new Option('--format <format>', 'default: from the file name, else yaml').choices([
    'yaml',
    'json',
    'ts',
  ]);
}

/** Where an account is: Twilio unless told otherwise. */
export function accountUrl(): Option {
  return new Option('--url <url>', 'an API other than Twilio, such as an emulator').env(
    'TASKROUTER_BASE_URL',
  );
}

/** Where clients of a running `dev` or `emulate` find it. */
export function localTaskRouter(): Option {
  return new Option('--url <url>', 'where the local TaskRouter is')
    .env('TASKROUTER_BASE_URL')
    .default('http://127.0.0.1:8080');
}

export function tokenOption(): Option {
  return new Option('--token <token>', 'the Auth Token; prefer the variable').env('TWILIO_AUTH_TOKEN');
}

export function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be a port, such as 3000; 0 picks a free one.');
}

export function times(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 999.');
}

export function days(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= 100_000) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 100000.');
}

export function share(text: string): number {
  if (/^(?:0|1|[01]?\.\d{1,9})$/.test(text) && Number(text) <= 1) return Number(text);
  throw new InvalidArgumentError('It must be a share from 0 to 1, such as 0.1.');
}

export function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number, 0 or more.');
}

/** The seed of random draws: 32 bits, as in a plan. */
export function seed(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= 4_294_967_295) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 to 4294967295.');
}

export function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
