import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { ConfigurationError, systemCode } from '../errors.js';

const BEGIN = '# taskrouter dev: begin. These lines are written anew at each start of taskrouter dev.';
const END = '# taskrouter dev: end';
const BLOCK = /^# taskrouter dev: begin.*\r?\n([\s\S]*?)^# taskrouter dev: end.*(?:\r?\n|$)/m;

/** The account an earlier run wrote into the file: an app that has read it need not be restarted for a new token. */
export function writtenAccount(file: string): { readonly accountSid?: string; readonly authToken?: string } {
  const block = BLOCK.exec(read(file))?.[1] ?? '';
  const value = (name: string) => new RegExp(`^${name}=(\\S+)`, 'm').exec(block)?.[1];
  const accountSid = value('TWILIO_ACCOUNT_SID');
  const authToken = value('TWILIO_AUTH_TOKEN');
  return accountSid && authToken && /^AC[0-9a-f]{32}$/.test(accountSid) ? { accountSid, authToken } : {};
}

/**
 * Writes variables into a file of the form NAME=value, between two lines of its own, at the end. Every other line stays as
 * it is: of two lines with one name, the last counts.
 *
 * @returns the names that other lines set too.
 * @throws {ConfigurationError} `cannot-write-env` when the file cannot be read or written; it is as it was then.
 */
export function writeEnvFile(file: string, variables: Readonly<Record<string, string>>): readonly string[] {
  const before = read(file);
  const others = before.replace(BLOCK, '');
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const block = `${[BEGIN, ...lines, END].join('\n')}\n`;
  const gap = others === '' || others.endsWith('\n') ? '' : '\n';
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    // It holds a token, if only a local one.
    const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o600;
    writeFileSync(temporary, others + gap + block, { mode });
    renameSync(temporary, file);
  } catch (cause) {
    throw refused(file, cause, 'written');
  }
  return Object.keys(variables).filter((name) =>
    new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`, 'm').test(others),
  );
}

function read(file: string): string {
  try {
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  } catch (cause) {
    throw refused(file, cause, 'read');
  }
}

function refused(file: string, cause: unknown, what: 'read' | 'written'): ConfigurationError {
  return new ConfigurationError(
    'cannot-write-env',
    `--write-env: ${file} cannot be ${what} (${systemCode(cause)}): name a file in a folder that exists.`,
    { cause },
  );
}
