/** Where `REDIS_URL` leads. */
export type RedisTarget =
  | ({ readonly kind: 'server'; readonly url: string } & Login)
  | ({
      readonly kind: 'sentinel';
      readonly sentinels: readonly RedisAddress[];
      /** The name under which the Sentinels watch the server. */
      readonly name: string;
      readonly db: number;
      readonly tls: boolean;
      readonly sentinelUsername?: string;
      readonly sentinelPassword?: string;
    } & Login)
  | ({ readonly kind: 'cluster'; readonly nodes: readonly RedisAddress[]; readonly tls: boolean } & Login);

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

interface Login {
  readonly username?: string;
  readonly password?: string;
}

const SCHEMES = {
  'redis:': { kind: undefined, tls: false },
  'rediss:': { kind: undefined, tls: true },
  'redis+sentinel:': { kind: 'sentinel', tls: false },
  'rediss+sentinel:': { kind: 'sentinel', tls: true },
  'redis+cluster:': { kind: 'cluster', tls: false },
  'rediss+cluster:': { kind: 'cluster', tls: true },
} as const;

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;

const NO_URL =
  'must be a URL such as redis://:password@127.0.0.1:6379/0, redis://node1:6379,node2:6379 for a cluster, or ' +
  'redis+sentinel://sentinel1:26379,sentinel2:26379/mymaster.';
const NO_HOST =
  'must name a host, such as redis://127.0.0.1:6379; in a password write # as %23, / as %2F, ? as %3F and @ as %40.';
const BAD_LOGIN =
  'has a % in its user name or password that is not followed by two hexadecimal digits: write % as %25.';
const BAD_DATABASE = 'must end with the number of a database, such as /0, or with nothing after the port.';
const CLUSTER_DATABASE = 'names a database, but a cluster has only database 0: end it after the last port.';
const NO_NAME =
  'must name the server that the Sentinels monitor after the last port, such as redis+sentinel://sentinel1:26379/mymaster.';
const BAD_NAME =
  'must end with the name of the server that the Sentinels monitor and, if needed, a database: /mymaster or /mymaster/0.';

/**
 * Reads a `REDIS_URL`. Several hosts, or the scheme `redis+cluster`, mean a Redis Cluster; `redis+sentinel` means the
 * server that Sentinels watch under the name in the path. `rediss…` connects with TLS, to Sentinels too. Sentinels that
 * ask for a password of their own get `?sentinelPassword=…` and `?sentinelUsername=…`.
 *
 * @returns the target, or what is wrong with the text, as the rest of a sentence that begins with the variable's name. No
 *   part of the text is repeated in it, because the text may hold a password.
 * @example
 * parseRedisUrl('redis+sentinel://:secret@s1:26379,s2:26379/mymaster');
 * // { kind: 'sentinel', sentinels: [{ host: 's1', port: 26379 }, …], name: 'mymaster', db: 0, tls: false, password: 'secret' }
 */
export function parseRedisUrl(text: string): RedisTarget | { readonly problem: string } {
  const [, protocol = '', login, hosts = '', rest = ''] =
    /^([a-z+]+:)(?:\/\/)?(?:([^/?#]*)@)?([^/?#@]*)([/?#].*)?$/i.exec(text) ?? [];
  const scheme = SCHEMES[protocol.toLowerCase() as keyof typeof SCHEMES];
  if (scheme === undefined) return { problem: NO_URL };
  const kind = scheme.kind ?? (hosts.includes(',') ? 'cluster' : 'server');
  // A fragment is what follows the # of a password that was not encoded.
  if (hosts === '' || rest.includes('#') || !text.includes('://')) return { problem: NO_HOST };
  const addresses = hosts
    .split(',')
    .map((one) => addressOf(one, kind === 'sentinel' ? SENTINEL_PORT : REDIS_PORT));
  if (!addresses.every((one) => one !== undefined)) return { problem: rest.includes('@') ? NO_HOST : NO_URL };
  const known = loginOf(login ?? '');
  if (known === undefined) return { problem: BAD_LOGIN };

  const { pathname, searchParams } = new URL(rest, 'redis://host');
  const path = pathname.slice(1);
  if (kind === 'server') {
    const databases = [path, searchParams.get('db') ?? ''];
    if (!databases.every((one) => /^\d{0,5}$/.test(one))) return { problem: BAD_DATABASE };
    return { kind, url: text, ...known };
  }
  if (kind === 'cluster') {
    if (!/^0?$/.test(path)) return { problem: CLUSTER_DATABASE };
    return { kind, nodes: addresses, tls: scheme.tls, ...known };
  }
  if (path === '') return { problem: NO_NAME };
  const [, name, db = '0'] = /^([^/]+)(?:\/(\d{1,5}))?$/.exec(path) ?? [];
  if (name === undefined || decoded(name) === undefined) return { problem: BAD_NAME };
  const own = {
    username: searchParams.get('sentinelUsername'),
    password: searchParams.get('sentinelPassword'),
  };
  return {
    kind,
    sentinels: addresses,
    name: decoded(name)!,
    db: Number(db),
    tls: scheme.tls,
    ...(own.username ? { sentinelUsername: own.username } : {}),
    ...(own.password ? { sentinelPassword: own.password } : {}),
    ...known,
  };
}

function addressOf(text: string, defaultPort: number): RedisAddress | undefined {
  const url = `redis://${text}`;
  if (text === '' || !URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  if (hostname === '') return undefined;
  // An IPv6 address stands in brackets in a URL, and without them everywhere else.
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? defaultPort : Number(port) };
}

function loginOf(text: string): Login | undefined {
  const [user = '', ...rest] = text.split(':');
  const username = decoded(user);
  const password = decoded(rest.join(':'));
  if (username === undefined || password === undefined) return undefined;
  return { ...(username ? { username } : {}), ...(password ? { password } : {}) };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
