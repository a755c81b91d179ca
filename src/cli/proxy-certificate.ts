import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type KeyAndCertificate, makeCertificate } from '../certificates/index.js';
import { ConfigurationError, systemCode } from '../errors.js';
import { replaceFile } from '../replace-file.js';

/** The hosts of TaskRouter: its REST API, and what the Worker SDK calls. */
export const TWILIO_HOSTS = ['taskrouter.twilio.com', 'event-bridge.twilio.com'] as const;

const VALID_DAYS = 365;
/** Renewed when it ends within so many days. */
const RENEW_DAYS = 30;
const DAY_MS = 86_400_000;
const FILE = 'proxy.pem';

/** The folder for files of one's own: `$XDG_DATA_HOME`, else the system's usual one. */
export function dataFolder(env: NodeJS.ProcessEnv): string {
  const { XDG_DATA_HOME: xdg, LOCALAPPDATA: local } = env;
  const base = xdg || (process.platform === 'win32' && local) || join(homedir(), '.local', 'share');
  return join(base, 'taskrouter-kit');
}

/**
 * The proxy's key and certificate: made at first use, and anew when the certificate is near its end, is for other hosts, or
 * cannot be read. One file holds both, so they always belong together; only its owner may read it.
 *
 * @throws {ConfigurationError} when the folder cannot be written.
 */
export async function proxyCertificate(folder: string, now = Date.now()): Promise<KeyAndCertificate> {
  const file = join(folder, FILE);
  const kept = read(file);
  if (kept && isUsable(kept, now)) return kept;
  const made = await makeCertificate({
    commonName: 'taskrouter-kit local proxy',
    hosts: TWILIO_HOSTS,
    now,
    days: VALID_DAYS,
  });
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    replaceFile(file, made.key + made.certificate, { mode: 0o600 });
  } catch (cause) {
    throw new ConfigurationError(
      'certificate-not-kept',
      `The proxy cannot keep its key in ${folder} (${systemCode(cause)}): make the folder writable, or set XDG_DATA_HOME to another folder.`,
      { cause },
    );
  }
  return made;
}

function read(file: string): KeyAndCertificate | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const [key] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n?/.exec(text) ?? [];
    const [certificate] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(text) ?? [];
    return key === undefined || certificate === undefined ? undefined : { key, certificate };
  } catch {
    // Not there yet, or not readable: a new one takes its place.
    return undefined;
  }
}

function isUsable({ key, certificate }: KeyAndCertificate, now: number): boolean {
  try {
    const x509 = new X509Certificate(certificate);
    return (
      x509.checkPrivateKey(createPrivateKey(key)) &&
      TWILIO_HOSTS.every((host) => x509.checkHost(host) !== undefined) &&
      Date.parse(x509.validFrom) <= now &&
      Date.parse(x509.validTo) - now > RENEW_DAYS * DAY_MS
    );
  } catch {
    return false;
  }
}
