import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { promisify } from 'node:util';

export interface EnvironmentOptions {
  /** The proxy's own certificate, PEM. */
  readonly certificate: string;
  readonly port: number;
  /** Where Java's trust store is kept from one run to the next. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface ProxyEnvironment {
  readonly env: NodeJS.ProcessEnv;
  /** What does not go through the proxy, and why. */
  readonly notes: readonly string[];
  /** Removes the files the variables name. */
  remove(): void;
}

/** Where systems keep the certificates they trust: Debian, Red Hat, SUSE, Alpine and macOS. */
const SYSTEM_ROOTS = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
const LOOPBACK = 'localhost,127.0.0.1,::1';
const KEYTOOL_LIMIT_MS = 30_000;

/**
 * The variables by which programs of most languages find the proxy and trust its certificate, and nobody else's beside those
 * that the system trusts. The files they name are in a folder of this run.
 */
export async function proxyEnvironment(options: EnvironmentOptions): Promise<ProxyEnvironment> {
  const { certificate, port, env } = options;
  const folder = mkdtempSync(join(tmpdir(), 'taskrouter-proxy-'));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const own = file('certificate.pem', `${textOf(env.NODE_EXTRA_CA_CERTS)}${certificate}`);
  const all = file('roots.pem', `${systemRoots(env)}\n${certificate}`);
  mkdirSync(join(folder, 'php'));
  file(join('php', 'taskrouter.ini'), `curl.cainfo="${all}"\nopenssl.cafile="${all}"\n`);
  const url = `http://127.0.0.1:${port}`;
  const java = await javaOptions({ ...options, ownCertificate: file('own.pem', certificate) });
  return {
    env: {
      ...env,
      // The official library for Node reads this one.
      HTTP_PROXY: url,
      HTTPS_PROXY: url,
      // Ruby prefers these, and they must not lead elsewhere.
      http_proxy: url,
      https_proxy: url,
      NO_PROXY: LOOPBACK,
      no_proxy: LOOPBACK,
      NODE_USE_ENV_PROXY: '1',
      NODE_EXTRA_CA_CERTS: own,
      SSL_CERT_FILE: all,
      REQUESTS_CA_BUNDLE: all,
      CURL_CA_BUNDLE: all,
      // An empty place is PHP's own folder.
      PHP_INI_SCAN_DIR: `${env.PHP_INI_SCAN_DIR ?? ''}${delimiter}${join(folder, 'php')}`,
      ...(java.options === undefined
        ? {}
        : { JAVA_TOOL_OPTIONS: `${env.JAVA_TOOL_OPTIONS ?? ''} ${java.options}`.trim() }),
    },
    notes: java.note === undefined ? [] : [java.note],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The text of a file the user named; '' where there is none. */
function textOf(file: string | undefined): string {
  try {
    return file ? `${readFileSync(file, 'utf8').trim()}\n` : '';
  } catch {
    return '';
  }
}

/** What programs trust otherwise: the user's own choice, the system's, else what Node brings. */
function systemRoots({ SSL_CERT_FILE: chosen }: NodeJS.ProcessEnv): string {
  for (const file of chosen ? [chosen, ...SYSTEM_ROOTS] : SYSTEM_ROOTS) {
    const text = textOf(file);
    if (text !== '') return text;
  }
  return rootCertificates.join('\n');
}

/**
 * The system properties for Java. Its trust store is a copy of the JDK's with the certificate added by `keytool`, which takes
 * a second, so it is kept. Without Java there is nothing to do; without `keytool` Java is left out, and told so.
 */
async function javaOptions({
  port,
  folder,
  env,
  certificate,
  ownCertificate,
}: EnvironmentOptions & { readonly ownCertificate: string }): Promise<{
  readonly options?: string;
  readonly note?: string;
}> {
  const java = programOf('java', env);
  if (java === undefined) return {};
  const leftOut = (why: string) => ({ note: `Java programs do not go through the proxy: ${why}.` });
  const keytool = programOf('keytool', env);
  if (keytool === undefined) return leftOut('there is no keytool beside java, which makes the trust store');
  const trusted = join(dirname(dirname(realpathSync(keytool))), 'lib', 'security', 'cacerts');
  if (!existsSync(trusted)) return leftOut(`the JDK's own trust store is not at ${trusted}`);
  const stamp = `${certificate}${trusted}${statSync(trusted).mtimeMs}`;
  const name = `truststore-${createHash('sha256').update(stamp).digest('hex').slice(0, 16)}.jks`;
  const store = join(folder, name);
  if (!existsSync(store)) {
    const fresh = `${store}.${process.pid}.new`;
    try {
      copyFileSync(trusted, fresh);
      const add = ['-importcert', '-noprompt', '-alias', 'taskrouter-kit', '-file', ownCertificate];
      await promisify(execFile)(keytool, [...add, '-keystore', fresh, '-storepass', 'changeit'], {
        timeout: KEYTOOL_LIMIT_MS,
      });
      for (const old of readdirSync(folder)) {
        if (/^truststore-[\da-f]+\.jks$/.test(old)) rmSync(join(folder, old), { force: true });
      }
      renameSync(fresh, store);
    } catch {
      rmSync(fresh, { force: true });
      return leftOut('keytool could not make the trust store');
    }
  }
  const quoted = /\s/.test(store) ? `"${store}"` : store;
  return {
    options: [
      `-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=${port}`,
      `-Djavax.net.ssl.trustStore=${quoted} -Djavax.net.ssl.trustStorePassword=changeit`,
    ].join(' '),
  };
}

/** A program of the JDK: in JAVA_HOME, else on the path. */
function programOf(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const folders = [
    ...(env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin')] : []),
    ...(env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
  ];
  return folders.map((folder) => join(folder, name + suffix)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
