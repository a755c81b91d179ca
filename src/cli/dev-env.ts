import { existsSync, lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigurationError, systemCode } from '../errors.js';
import { replaceFile } from '../replace-file.js';
import { ACCOUNT_SID } from '../sids.js';

const BEGIN = '# taskrouter dev: begin. These lines are rewritten each time taskrouter dev starts.';
const END = '# taskrouter dev: end';

/** The account an earlier run wrote into the file: an app that has read it need not be restarted for a new token. */
export function writtenAccount(file: string): { readonly accountSid?: string; readonly authToken?: string } {
  const { own } = split(read(file), ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN']);
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = own;
  return accountSid && authToken && ACCOUNT_SID.test(accountSid) ? { accountSid, authToken } : {};
}

/**
 * Writes variables into a file of the form NAME=value, between two lines of its own, at the end. Every other line stays as
 * it is, one that someone has put between the two as well: of two lines with one name, the last counts.
 *
 * @returns the names that other lines set too.
 * @throws {ConfigurationError} `cannot-write-env` when the file cannot be read or written; it is as it was then.
 */
export function writeEnvFile(file: string, variables: Readonly<Record<string, string>>): readonly string[] {
  const before = read(file);
  const { others } = split(before, Object.keys(variables));
  const lineBreak = before.includes('\r\n') ? '\r\n' : '\n';
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const block = [BEGIN, ...lines, END, ''].join(lineBreak);
  const gap = others === '' || others.endsWith('\n') ? '' : lineBreak;
  try {
    const target = behindLinks(file);
    // It holds a token, if only a local one.
    const mode = existsSync(target) ? statSync(target).mode & 0o777 : 0o600;
    if ((mode & 0o222) === 0) throw Object.assign(new Error('read-only'), { code: 'EACCES' });
    replaceFile(target, others + gap + block, { mode });
  } catch (cause) {
    throw refused(file, cause, 'written');
  }
  return Object.keys(variables).filter((name) =>
    new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`, 'm').test(others),
  );
}

/** The lines of others as they are, and what the lines of `dev` say: its two marks and, after the first, these names. */
function split(text: string, names: readonly string[]) {
  const own: Record<string, string> = {};
  let inBlock = false;
  const others = text.split(/(?<=\n)/).filter((line) => {
    if (line.startsWith('# taskrouter dev: begin.')) {
      inBlock = true;
      return false;
    }
    if (!inBlock) return true;
    if (line.trim() === END) {
      inBlock = false;
      return false;
    }
    const [, name, value] = /^(\w+)=(\S*)\s*$/.exec(line) ?? [];
    if (name === undefined || !names.includes(name)) return true;
    own[name] = value!;
    return false;
  });
  return { others: others.join(''), own };
}

/** The file that a symbolic link leads to: it is changed, and the link stays. */
function behindLinks(file: string): string {
  let path = resolve(file);
  for (let hops = 0; hops < 40; hops += 1) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path;
    path = resolve(dirname(path), readlinkSync(path));
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
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
    `--write-env: ${file} cannot be ${what} (${systemCode(cause)}): name a file that can be, in a folder that exists.`,
    { cause },
  );
}
